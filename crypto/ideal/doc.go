// Package ideal is the model of crypto/bls and Ed25519: a crypto.Scheme made of SHA-256, with
// keys and signatures of the same sizes, some thousand times cheaper; and of crypto/nidkg, a
// crypto.KeyGeneration whose dealings have the same sizes and components. Both go through the same
// protocol code, so consensus can be explored at full speed.
//
// # What is modelled
//
//	public key          d = H(kind, secret key)
//	signature           s = H(kind, d, message)
//	multi-signature     the sum of the signers' s, lane by lane modulo 2^64
//	threshold           a share is a signature under the receiver's share key; the group's
//	                    signature is s under the group's key, given for Threshold valid shares
//
// Values fill the sizes of crypto/scheme.go by repeating themselves. A value whose repetitions
// disagree is malformed, as bytes that are no curve point are in crypto/bls, so that a flipped bit
// anywhere makes a key, signature or proof invalid.
//
// # What holds
//
// Inside the model a party calls the Scheme and nothing else. Then, except with the probability
// of a SHA-256 collision:
//
//   - a signature verifies only if SignX was called with the secret key on that very message;
//   - an aggregate verifies only for the multiset of signers whose shares were added (the sum is of
//     independent 256-bit values, so only the right set hits it);
//   - a group signature comes from CombineThreshold alone, which demands Threshold valid shares of
//     distinct indices; it is unique for a key and message, and a bad share gives bytes that do
//     not verify;
//   - each operation is a pure function, and there is no state at all;
//   - a dealing is sound only as Deal makes it, for the context, epoch, receivers and dealer it was made
//     for, and in a resharing with the share that the old group's key at the dealer's index belongs to;
//     a change to a component is refused with the fault that a change to it has in crypto/nidkg, save
//     that there are no points outside the subgroup and no numbers that are not reduced;
//   - a share opens to the key of its receiver, of its epoch or an earlier one, and a resharing gives every
//     receiver another one.
//
// # What is left out
//
// Model: anyone who computes the hash by hand forges a signature, since the public key suffices. An
// attacker of the simulator acts through the Scheme, as honest nodes do, so none can.
//
// Model: CombineThreshold believes the ThresholdGroup it is given. A party that invented a group
// with a foreign Key and Shares of its own could have that key sign; groups come from transcripts
// that nodes agree on, and no code makes another.
//
// Model: a dealing hides nothing. Who reads it by hand has every share; OpenShare wants the key. And
// since no polynomials are added up, a transcript's key is believed as a group is.
//
// Rogue keys do not arise, because the aggregate is not linear in the keys; possession is proven
// and checked all the same, so the protocol cannot forget it. Signatures do not verify outside:
// what agents are to check needs crypto/bls.
package ideal
