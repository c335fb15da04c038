// Package secp256k1 is ECDSA on the curve secp256k1: keys of users, and of wallets on the networks that chain-key
// signatures reach.
//
// Source: SEC 1, section 4.1; RFC 6979 for the nonce; rs/crypto/internal/crypto_lib/basic_sig/ecdsa_secp256k1.
//
// # Rules
//
//   - a key is a point other than infinity, as 04 and its coordinates, 65 bytes;
//   - a signature is r and s, 32 bytes big endian each, neither zero nor beyond the order;
//   - both values of s are good, as for the replica ("verification with malleability"); Sign gives the lower one.
//
// # Why gnark-crypto, and how it is called
//
// It is there for BLS12-381, and fast. Its own ECDSA takes only the lower s and draws nonces from the system; here it
// serves as arithmetic.
//
// # What is left out
//
// Arithmetic takes time that depends on secrets; there are none worth guarding in a simulator.
package secp256k1
