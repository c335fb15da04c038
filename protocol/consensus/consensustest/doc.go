// Package consensustest runs a subnet of consensus instances in memory, for tests of consensus and of what wraps it.
//
// A Subnet has the real consensus and ideal cryptography, and a pretended rest: messages arrive after a delay
// that the test chooses, batches are executed after another, a state's hash is a hash of its height. It keeps to the
// rules of peer to peer that consensus relies on: the bouncer is asked, and asked again later; shares are not relayed.
// It checks the invariants of reference/protocol.md A.10 (1–8) on everything that nodes note and send.
package consensustest
