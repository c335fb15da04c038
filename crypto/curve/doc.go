// Package curve is the arithmetic of BLS12-381 that gnark-crypto lacks, or offers only with goroutines, which law 2 (design.md)
// forbids here: fixed bases, sums of many multiples, one inversion for many points, one subgroup check for many points.
// crypto/bls and crypto/nidkg stand on it.
//
// Sources: Lim and Lee, CRYPTO 1994, for Comb; Pippenger's buckets with signed digits (Bernstein, Doumen, Lange, Oosterwijk,
// INDOCRYPT 2012) for Multiply; Montgomery's trick for Normalize; Koshelev, eprint 2022/037, and Bos, Housni and others for checking
// random subset sums in InSubgroup.
//
// Nothing here is constant in time: a simulator has no secret worth guarding.
package curve
