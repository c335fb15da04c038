// Package explore runs many seeds: a sweep. Each run is one goroutine's from its beginning to its end and knows nothing of the
// others, so that the nth run of a sweep is the one that `icsim run` makes of its seed, whatever the number of workers.
//
//   - seeds.go: which seeds. sweep.go: the workers. outcome.go: what came of a run.
//   - journal.go: outcomes on disk, one a line, so that a sweep that was killed goes on where it was.
//   - coverage.go: which states of the protocol a run reached, for searches that learn from it (scenarios/swarm).
//   - junit.go: outcomes for continuous integration.
//
// # Invariants
//
//   - A seed has at most one outcome, and a run that was broken off has none.
//   - The set of outcomes does not depend on Workers. With StopFirst, neither does the lowest failing seed: runs of lower seeds are
//     finished before the sweep ends.
//   - Sum is SHA-256 over seeds and digests in ascending order: two sweeps with equal sums are equal.
//
// What runs share is pure: what each worker's engine has compiled (sim.Config.Engine). What a seed's
// run is, the caller says: a scenario compiled with that seed, or one drawn from it (scenarios/swarm). Wall time, files and signals are
// the caller's.
package explore
