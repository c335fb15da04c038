// Package swarm draws scenarios: network, subnets, time-outs, limits, load, faults and attackers, all from a seed. What it draws is the
// text of an ordinary scenario, which names its seed, so that `icsim run FILE` makes the same run.
//
// It is swarm testing proper (Groce and others: Swarm testing, ISSTA 2012; as in FoundationDB's simulation and TigerBeetle's VOPR): a run
// enables only some of the kinds of faults and strategies, since kinds that are always there hide what shows when others are not.
//
// # Two phases
//
// Until the healing anything happens to anybody, as often as it likes. Then a core of n−f nodes of each subnet, drawn at random, is left
// alone: what hit its nodes, or came between two of them, is over, and clocks that jumped are set right. The core has to come together
// within a bound (sim/check: convergence). Nearly all have after the 46 s until the end of the run: reconnecting takes 15 s at most, and
// ten heights 3 s, of the 80 that have passed. A run whose core lacks something goes on until it does not, for ten minutes. The f nodes
// beside it are corrupt from the start, broken for ever, or well, as it comes.
//
// # Guided search
//
// A Guide varies scenarios that reached states of the protocol that none before had reached (sim/explore: Coverage): since draws have
// names, some can be made anew while all else stays (redraw.go), and a drawing tells which were.
//
// # Invariants
//
//   - Safety is meant to hold: at most f nodes of a subnet are corrupt or lose their disk, which makes them forget what they signed.
//   - Everything is drawn from a stream of its own, named by what it is, so that one more kind of fault leaves the others as they are.
//   - What is drawn is a valid scenario.
//
// # What is left out
//
// Upgrades, changes of nodes, HTTPS outcalls, modules beside the library's.
package swarm
