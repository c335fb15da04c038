// Package rng draws every random number of a run from named places.
//
// A Source is a name: the seed of the run, then a path of purposes and identities.
//
//	latency := rng.Root(seed).Split("latency", uint64(from), uint64(to))
//	delay := jitter.Pick(latency.At(n)) // the n-th message of that link
//
// A draw depends on the seed, the path and the index, and on nothing else: not on the order in which
// sources are made, nor on what others draw. So another node, metric or fault shifts no draw of
// those already there (design.md, law 3; ns-3 and go-f3 paid for streams keyed by construction order).
//
// # The generator
//
// A path is hashed with SHA-256 to 128 bits: the key and the upper counter word of Philox2x64, the lower
// counter word being the index (Salmon, Moraes, Dror, Shaw: Parallel random numbers: as easy as 1, 2, 3,
// SC 2011). Philox2x64 passes BigCrush from 6 rounds on; we take 7. It is stateless, needs no
// allocation and costs a few nanoseconds, which is why the sequential Stream is an index over it too:
// one generator, with one set of golden values, is enough. ChaCha8 would cost 300 bytes a stream and
// cannot jump to an index.
//
// Integers decide: reductions reject to stay unbiased, probabilities are ratios, and distributions are
// tables of quantiles (Quantiles) made and read with integer arithmetic, so that every architecture
// draws the same.
//
// # Limits
//
// The generator is not cryptographic. It plays nature, not keys: what nodes sign with comes from
// Seed, which is a hash, and is secret only inside the model.
package rng
