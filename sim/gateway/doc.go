// Package gateway lets people and programs outside use a simulated network over HTTP, as they would use the Internet Computer.
//
//   - live: keeps a session going, by the wall clock or as fast as it can, and passes requests in and answers out.
//   - gateway.go: the HTTPS interface for agents, on top of it.
//
// Wall time and threads end here: the simulation sees inputs, one after the other, each with its virtual time.
package gateway
