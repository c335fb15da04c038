// Package crypto names the cryptography of the Internet Computer: typed hashes with domain
// separation, keys and signatures as plain values, and two interfaces: Scheme, behind which real
// BLS12-381 (crypto/bls) and its model (crypto/ideal) stand, and KeyGeneration, by which the members
// of a group make its key among themselves (crypto/nidkg, and crypto/ideal again).
//
// It imports nothing of ours and holds no state. Source: reference/protocol.md, section E.
//
// # Why keys are arrays
//
// A key or signature is a comparable value of the size it has on the wire, so that artifacts can
// be hashed, compared, stored and shared between nodes without a thought. A scheme may keep
// parsed forms in a cache of its own; no caller sees it.
package crypto
