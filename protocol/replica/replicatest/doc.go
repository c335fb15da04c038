// Package replicatest is the kit for testing whole nodes without the simulator: a network of replicas with the cheap scheme and
// scripted canisters (package messagingtest), where every message takes the same time and work takes none.
//
// A World has the configurations of its nodes. Any of them can be run alone, by hand; Recorded runs all together, and gives what
// reached one of them, to be played to others of its kind (package protocoltest).
package replicatest
