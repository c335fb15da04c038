// Package userkey is the public keys that users sign requests with, and delegate to, in all the ways that the Internet
// Computer knows.
//
// Sources: reference/interface.md D.3; interface specification, "Signatures"; the replica's
// rs/crypto/standalone-sig-verifier, rs/validator/src/webauthn.rs, rs/crypto/iccsa.
//
//	key in DER                          signature
//	Ed25519                             64 bytes, judged by ZIP 215
//	ECDSA on P-256, on secp256k1        r ‖ s over SHA-256, 64 bytes; s may be the higher one
//	RSA, 2048 to 8192 bits              PKCS #1 v1.5 over SHA-256
//	COSE: ES256, EdDSA, RS256           an assertion of Web Authentication in CBOR, whose challenge is the message
//	a canister's id and a seed          a certificate on a tree that has the message, in CBOR
//
// A message is what is signed, with its domain. Each kind of key has one form in DER, so that a key has one principal. Keys
// and signatures come from strangers: what is malformed gives an error, and nothing panics.
//
// # Two ways to sign with Ed25519
//
// Users who are simulated sign with the scheme of their run, which under crypto/ideal is a keyed hash. People from
// outside sign with real Ed25519 whatever the scheme. So a user's signature is good if either says so. That is decided
// here and not in ideal.VerifyBasic, because nodes verify each other through the scheme: their keys gain no second
// way. Under crypto/bls the second look accepts what the standard library does not and the replica does.
//
// # Dependencies
//
// filippo.io/edwards25519 for ZIP 215, whose equation the standard library does not offer; fxamacker/cbor for
// assertions, COSE keys and canister signatures, as in crypto/certificate; the standard library for P-256, RSA and JSON.
//
// # What is left out
//
// Model: DER is read strictly, the replica's reader takes some longer forms of lengths; a key written so is another
// principal's and unknown here. A COSE key with a field twice is refused, where the replica takes the last.
//
// Certificates of canister signatures do not age, as in the replica: a delegation has its own expiry.
package userkey
