// Package messagingtest is the kit for testing message routing without a network: canisters that follow scripts, and a
// world of subnets whose states are executed and certified by hand.
//
// A call tree (Call) is a script: a canister that is called makes the calls below it, waits for every answer, and
// replies. It keeps half of the cycles that come with a call and refunds the rest, so that cycles move both ways. Each
// execution burns one cycle. Broken promises of message routing panic where a canister sees them: a response nobody
// waits for, or requests of one sender out of order.
package messagingtest
