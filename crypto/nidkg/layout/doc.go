// Package layout is how dealings and transcripts lie on the wire: their components as bytes, in the order in which they travel. It
// knows sizes, and nothing of curves, so that crypto/ideal has the same ones and attackers can edit either.
//
// The components and their sizes are the replica's (rs/crypto/internal/crypto_lib/types/src/sign/threshold_sig/ni_dkg.rs).
//
// Model: the replica wraps them in CBOR, whose field names add some 300 bytes, and heads of two bytes for each component.
package layout
