// Package nidkg generates threshold keys without a dealer whom anyone has to trust, and without a round of complaints: Groth's
// non-interactive distributed key generation and key resharing (eprint 2021/339), as the Internet Computer deploys it. It is the
// real crypto.KeyGeneration; the keys are those of crypto/bls.
//
// Sources: the paper, by section; reference/protocol.md A.7 and E; the replica's
// rs/crypto/internal/crypto_lib/threshold_sig/bls12_381/src/ni_dkg/{fs_ni_dkg,groth20_bls12_381}. Where paper and replica differ the
// replica counts. Its stability test publishes hashes of keys, updated keys, dealings, resharings, transcripts and shares for fixed
// seeds, and ours are the same bytes (replica_test.go): what is dealt here would verify and open there.
//
// # The scheme
//
// A dealer draws a polynomial of degree t-1 and publishes commitments A_k = a_k·G to its coefficients in G2. Receiver i is to have
// the share f(i+1). The share goes out as 16 chunks of 16 bits, each encrypted in the exponent, so that it can be proven about and
// still be found by trying:
//
//	C_ij = r_j·y_i + s_ij·G    R_j = r_j·G    S_j = s_j·G    Z_j = r_j·f(leaf) + s_j·h         (5.2)
//
// y_i is the receiver's key. r_j is shared by all receivers, which saves as many R. The leaf is a path of 32 bits of epoch and 256 bits
// that hash all of C, R, S, the epoch and the associated data; f adds up fixed points of G2 along the path. So nobody can change a
// component, or replay the whole for another dealer, epoch or context, and anybody can check that with pairings:
//
//	e(G, Z_j) = e(R_j, f(leaf)) · e(S_j, h)                                                    (7.1)
//
// A receiver's secret is the key of the root of a binary tree (7.2). A node's key gives those below it, so a receiver that keeps only
// the nodes to the right of its epoch can no longer open what is older, whoever steals its disk. Update does that.
//
// Two proofs, made non-interactive by hashing, let anybody check a dealing without any secret. The proof of chunking (6.5) shows that
// each chunk, times some number below 256, is small, by 32 combinations with random bytes whose sums are published hidden by a larger
// random number. The proof of sharing (6.4) shows that the chunks put together are the values of the committed polynomial. A dealer
// can use the slack that the first one leaves. Its chunks are then found with a larger table of steps and more time; they are never lost.
//
// A transcript interpolates the polynomials of enough dealers at 0. If each dealer's constant term is its share of an old key (the
// commitment A_0 is then the public key of that share, which verification compares) the result shares the old key: a resharing. The old
// and the new group need not have a node, or a threshold, in common.
//
// # Rules
//
//   - a dealing is sound, or refused with one crypto.DealingFault; package misdeal has an attack for each;
//   - points may have one encoding, and lie in the subgroup of prime order; numbers are reduced;
//   - all equations in G1 are checked as one sum, with coefficients of 128 bits that hash everything they depend on. Only when that
//     fails each proof is checked alone, to name the fault;
//   - that many points lie in the subgroup is checked on 64 random sums of them (crypto/curve);
//   - nothing is believed of a transcript but that its dealings were verified.
//
// # Where the time goes
//
// In CPU milliseconds of one core on which crypto/bls verifies a signature in 0.68 (bench_test.go; thresholds n-f; bytes of a dealing):
//
//	receivers                             4      13      28      40
//	bytes                             11284   19492   33172   44116
//	Deal                                 13      21      36      48
//	VerifyDealing, of one's own or known  9      14      20      27
//	  and parsing it before               9      13      18      25
//	OpenShare, for each dealing          22      22      22      22
//	  with a key never updated            1       1       1       1
//
// A lazy instance (NewLazy; lazy.go says why no result shows it) computes a dealing of its own when somebody looks at its bytes. In a
// group of its own nobody does: dealing and opening then take microseconds, and a transcript a multiple of G for each receiver.
//
// Verification of 40: two fifths are one sum of 800 multiples in G1 (affine Pippenger), a sixth sums in G2 for the ciphertext and the
// polynomial, an eighth puts chunks together for the statement that the proof of sharing hashes, the rest is pairings, challenges
// and hashes. Parsing: half is square roots, a quarter the subgroup check of G1, an eighth points of G2. Dealing: half is 640 multiples
// of receivers' keys, by a comb for each receiver. Opening: 16 products of four pairings. A dealer remembers the points of its own
// dealing. What is the same for all receivers of a ciphertext is computed once.
//
// Of a transcript for 40 Combine takes 14 and Group 9. The first Update of a key makes about 31 nodes of 256 points and takes 0.7 s, and
// the key then 1.7 MB; the next ones take a twentieth of a second. Until then a key is kept as the two scalars that make its root, which
// hold as much, and opens shares without pairings (young.go). The parameters, made at the first call, take a tenth of a second.
//
// # What is left out
//
// Arithmetic takes time that depends on secrets, and what Update forgets is not wiped from memory: there are no secrets worth guarding
// in a simulator. Dealings are not signed here; they travel in messages that are.
//
// Model: the associated data holds the context (subnet, purpose, target) besides the dealer's index; see
// crypto.KeyGenerationConfig.Associated.
//
// Model: randomness is a stream from a seed and the configuration.
package nidkg
