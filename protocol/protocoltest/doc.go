// Package protocoltest is the kit that every protocol.Machine passes: replicas, attackers, clients, the boundary node.
//
// TestMachine plays inputs to fresh machines and holds them to the contract of protocol.Machine: equal inputs give equal outputs; what
// arrives is not changed, nor what was sent before; nothing of in and out is kept; lanes wake in the future; and whatever
// nodes and users may send, no step panics.
//
// A Host is the smallest world that a machine can live in: a clock, its lanes and its own messages, without costs. Tests of
// single machines are written with it.
package protocoltest
