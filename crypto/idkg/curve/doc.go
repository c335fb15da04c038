// Package curve is arithmetic in the two groups of prime order in which chain keys for ECDSA and Schnorr signatures live:
// secp256k1, and the prime-order subgroup of Edwards25519.
//
// Source: SEC 2, section 2.4.1; RFC 8032, section 5.1; rs/crypto/internal/crypto_lib/threshold_sig/canister_threshold_sig/src/utils.
//
// A Scalar is a number modulo the group's order, a Point an element of the group. Both are values, know their curve, and never
// change. What is parsed is in canonical form and in the group, and a parsed point is not the identity: no honest party ever sends that.
// Scalars and points of two curves do not mix: doing it is a mistake of ours, and panics.
//
//   - curve.go: the curves, and how scalars and points are read. scalar.go, point.go: what one can do with them.
//   - polynomial.go: evaluation and interpolation, of scalars and of points in the exponent.
//   - secp256k1.go, edwards25519.go: the two groups.
//
// # Two generators
//
// A Pedersen commitment needs a second generator whose logarithm to the first nobody knows. On secp256k1 it is hashed
// to the curve as RFC 9380 says. Model: on Edwards25519 it is the first hash that decodes to a point, times the cofactor,
// for want of that RFC's map in the library; it is used inside a subnet alone and seen by nobody outside.
//
// # Hashing to scalars
//
// Every hash is one of SHA-512 over a domain and its length-prefixed parts, reduced. Model: the replica sorts inputs
// by name and expands them by XMD; outputs never leave the subnet either.
//
// # Speed
//
// Multiples of the two generators of secp256k1 come from tables, all others from one chain of doublings for all terms of a sum, over
// scalars halved by the curve's endomorphism (Gallant, Lambert, Vanstone, CRYPTO 2001). A multiple takes 3/4 of what gnark-crypto takes,
// and each further term of a sum a third.
//
// # Dependencies
//
// gnark-crypto has the field and Jacobian formulas of secp256k1 and its hash to the curve. filippo.io/edwards25519 is the standard
// library's own arithmetic with its doors open. Arithmetic takes time that depends on secrets; a simulator has none to guard.
package curve
