// Package sim runs the Internet Computer in virtual time: it builds nodes, clients and links from a Config, pumps
// events in their total order until the end, and says what was seen.
//
// What lies where:
//
//   - config.go: Config, a plain struct that scenarios compile to and Go tests may fill directly.
//   - build.go, clients.go: from Config to keys, registry, nodes, clients.
//   - run.go, faults.go: the loop. A step of a machine happens at an event; its consequences are events at least 1 ns later.
//   - membership.go: changes of the registry while the run lasts, and whose replicas nodes run.
//   - creation.go: subnets that are created meanwhile.
//   - lanes.go: the loop cut in lanes, a subnet each, that run side by side and are observed in the order of events. Nodes of different
//     subnets share nothing but the world, which changes between windows (faults, starts and ends of nodes), and pure results.
//   - tools.go: what nodes compute with, a set for each lane.
//   - observe.go: what is recorded, and folded into figures. verdict.go: what the checkers demand of whom, and their judgement.
//   - result.go: Result, what the command line prints.
//   - explore: many runs, one a seed.
//   - event, rng: order and chance. network, machine, fault: the world. adversary, workload: who lives in it.
//     check: what must hold. memo: pure results computed once. trace: the event records and their digest.
//
// # Determinism
//
// The digest is SHA-256 over the digests of the subnets' ordered event records (sim/trace). It depends on Config and version alone: not
// on sharing of results, metrics, trace level, number of workers, operating system or architecture.
package sim
