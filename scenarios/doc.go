// Package scenarios turns scenario files into runs, and holds the library of those shipped.
//
// Parse reads YAML into a Spec: strictly, so that a misspelt field or a number without its unit is an error, and
// completely, so that all faults are reported at once, each with its line and what would be accepted. Compile
// turns a Spec and a seed into a sim.Config. Resolved writes a Spec with every default stated.
//
// language.go has the language as its users read it. Rules behind it:
//
//   - One way to say a thing. Nodes are named app/3, app/0..3, app or all wherever nodes are named.
//   - A number has a unit, unless it counts things or is 0. Quantities are exact: 1.5s is 1,500,000,000 ns, and 0.5ns is an
//     error. No float decides anything in a run (design.md, law 2); expectations compare reported figures only.
//   - Defaults are those of a mainnet subnet (reference/protocol.md A.6) with 300 Mbit/s a node (reference/measured_reality.md).
//   - What one fault would undo of another of its kind on the same node is an error, as in sim/fault.
//   - Arguments and replies are Candid as text, checked against the interface of the canister: from a .did file, or what the module
//     carries. Where there is none, methods are checked against the exports, and types are inferred. $name stands for what an
//     earlier call brought, or the principal of a user or canister.
//   - What is asked of the management canister is asked by ingress, as a user would: by a controller, module in chunks if large.
//   - What is many of a kind is written once and written out before it is read: crowd.go, for canisters on many subnets and their users.
//   - Names, and nothing else, tie things together; the order of sections does not matter. Node, canister and client numbers
//     follow the order in the file, so that adding one at the end shifts no other.
//
// Below it, swarm draws scenarios from seeds, shrink makes those that fail small, and icsimtest runs them in the tests of other projects.
//
// Files that a scenario names are relative to its own, regular, and at most 256 MiB.
//
// YAML is read by go.yaml.in/yaml/v3, the maintained continuation of yaml.v3 (testify brings it along anyway). Its Node
// interface gives line numbers. Aliases are followed; merge keys are not part of the language.
//
// What it leaves out: queries that one node answers (a call of a query method goes through consensus), settings of canisters but
// controllers, and parameters of strategies. A call that an upgrade gives another type is checked as its first interface has it.
package scenarios
