// Package variant is the deployed protocol with one rule changed, in nodes that count as honest.
//
// Checkers believe these nodes: a variant that breaks a property shows itself as a violation, where an attacker's doings are
// ignored. Three kinds share the mechanism:
//
//   - historical rules (history.go): what the Internet Computer's own code once did, by the incidents of reference/protocol.md
//     section H. A scenario with the switch shows the incident, without it that today's rule stands.
//   - circumstances (circumstances.go): nothing is wrong, but hard: rounds, checkpoints and hashes that take long.
//   - whatever a test makes: a Variant is a value.
//
// A variant changes what a node is made from (its components of consensus, its processor, its scheme, its disk) or wraps the machine
// that comes out. Honest code knows nothing of it (design law 7).
//
// # Invariants
//
// A node's machine with variants is as deterministic as without: Apply depends on its argument alone, keeps nothing outside of the
// node, and is called anew at each boot. Variants of a run apply in the order they are named.
package variant
