// Package derivation derives the chain keys of canisters from a subnet's master key: whoever knows a public key knows all
// that are derived of it, and the difference between their secrets, which signers add to their shares.
//
// Source: reference/interface.md, section B.1; eprint 2021/1330, appendix D; BIP 32; SLIP 10;
// rs/crypto/internal/crypto_lib/threshold_sig/canister_threshold_sig/src/signing/key_derivation.rs.
//
//   - secp256k1: BIP 32's public derivation, where an index is any bytes; indices of four bytes give BIP 32's own children. An offset
//     beyond the order, or a child that is the identity, is drawn again as in SLIP 10.
//   - Edwards25519: offset and chain code from HKDF-SHA512, with the parent's chain code as salt, its key and the index as key
//     material, "Ed25519" as info; 64 bytes of its output, big endian, are the offset, 32 the new chain code.
//
// A canister's path begins with its id, and its key with a chain code of zeros.
package derivation
