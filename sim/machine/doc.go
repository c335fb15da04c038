// Package machine models the computer a node runs on: what work costs, threads that are busy while they work, a clock
// that drifts and jumps, a disk that survives a crash.
//
// # The rule
//
// A Host owns a protocol.Machine and steps its lanes. An arrival at an idle lane is handled at once. A step charges
// work to its meter; the cost table turns that into simulated time, and the lane is busy for it. What arrives
// meanwhile waits, and the next step, at the instant the lane is free, gets all of it. What a step puts out takes
// effect when its time is spent: first the writes, then sends, local messages and notes.
//
// A Host schedules nothing itself. Each method says in a Due when it wants Free or WakeUp to be called, and ignores a
// call for a time it no longer waits for, so that nothing needs cancelling. There is one call for each arrival and one
// for each busy period with something to show for it. A lane's wish to be woken, renewed with each step, costs a
// call only when the earlier one was for a later time.
//
// # Time
//
// Methods take the simulation's time t. The machine sees its own clocks: Now drifts and jumps, Instant drifts alone and
// is zero at the start. Wishes are in Now, so that a clock set forward wakes its node early.
//
// # Invariants
//
//   - A lane's steps do not overlap; every step takes at least a nanosecond.
//   - Nothing of a step becomes visible before its end, or ever when the node crashes before.
//   - A lane's queue holds at most MaxQueued arrivals. The caller resets the connection whose message finds it full.
//
// # What is left out
//
// Lanes do not compete for cores: mainnet nodes have 64 and more, a replica far fewer busy threads. The four
// execution threads are one lane whose meter counts the instructions of the busiest. Of a value on disk there is no half: a torn write
// is one that is made and the next that is not.
package machine
