// Package scripttest makes random programs for the interpreter of the library.
//
// Most tests that run programs twice want the same answers. What a program sees may depend on when rounds are and on what else
// runs: the time, random bytes, a timer that is due, a call that nobody waits for, two calls at once that meet. Programs are free
// of all that unless they are Racy: they wait for one call after the other, or for several at once that only touch the canister
// they call. They do not trap while calls are open either, since whether the caller then hears of the trap depends on which
// answers have come.
package scripttest
