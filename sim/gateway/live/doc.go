// Package live keeps a session going while people use it. One goroutine owns the session; requests and whatever else wants to look at
// it or change it wait in line for that goroutine.
//
// Virtual time and the time on nodes' walls are two things. Virtual time is what the simulation takes: messages travel, notaries wait.
// The walls show what canisters, certificates and expiries go by, and have to agree with the clocks of the agents outside. By mode:
//
//   - Auto: while a request is open, virtual time goes as fast as this computer can, and the walls are slewed so that they stay near the
//     real time; while none is, both go with the real time. The time of blocks cannot be slewed: what is left of two minutes that
//     it may be ahead bounds the speed.
//   - Real: virtual time goes at a steady factor of real time; the walls show real time.
//   - Manual: both stand until somebody moves them.
//
// Setting and slewing the walls are inputs of the session, and recorded like requests.
package live
