// Package memo computes pure results once per process and shares them between nodes (design.md, law 5).
//
// A Cache is a bounded memory of a pure function, keyed by the content of all its arguments. Signatures is a memory
// for a crypto.Scheme, and Scheme the scheme with that memory: no caller can tell it from the one inside, except by the time it takes.
// Recent is the same for a scheme that costs a few hashes, with a table that costs less.
// Names lets signature shares travel under names, so that one at which nobody looks is never computed.
// Users is the same for the signatures of users, whose keys are of many kinds, ChainKeys for what is public of canisters' keys.
// What a node is charged for its work is counted elsewhere, on its meter, and does not depend on a hit.
//
// # What is known without checking
//
// Most signatures that honest nodes verify were made by this process. When a key was made here (BasicKey, MultiKey, Deal, OpenShare), what
// its secret signs is known to verify under its public key and no other, because that is what a correct scheme
// promises (crypto/cryptotest holds schemes to it). So too:
//
//   - the sum of known shares of one message by distinct signers is known to verify for exactly these signers;
//   - a dealing made here with the right share is known to be sound, and a share opened here to be that of its public key;
//   - known shares of a group dealt here, as many as its threshold, combine to the one signature that the group has for the
//     message; it is interpolated once;
//   - what the shares of known keys add up to is that of the sum of their secrets, or of the secret that they interpolate to.
//
// Everything else goes to the real check, once per content: a flipped bit, another message, signer set or key, a group
// in which anything differs from the one dealt. Nothing is concluded from a secret key that was not made here.
//
// # Bounds
//
// A cache has two generations of at most a stated number of entries. When the young one is full the old one is
// forgotten; what is asked for again moves to the young one. Forgetting costs time, never changes a result, but for a key that signs
// under names, of which a million are kept. With the bounds of NewSignatures a memory stays below 60 MB for ever.
//
// # Goroutines
//
// A Cache may be used by many at once, as lanes do that run side by side (sim/event). Each takes a Scheme of its own over the same
// Signatures and Names. Only results wait in the lock, never their computation, so that two may compute one thing; they get the
// same.
package memo
