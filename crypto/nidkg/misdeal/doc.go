// Package misdeal makes dealings that a dealer should not make: one attack for each way in which a dealing can be wrong, with the
// fault that verification has to find. The contract kit (crypto/cryptotest) holds implementations of crypto.KeyGeneration to it, and
// attackers in a simulation deal with it.
//
// Three tools suffice: dealing honestly for another configuration than the one agreed on, editing a draft before it is sealed, and
// editing the bytes. crypto/ideal has no drafts, so that there an attack on the draft becomes one on the proof that it would break.
package misdeal
