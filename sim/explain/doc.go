// Package explain says why something happened in a run: what an event comes from, which shares are missing where a subnet stands
// still, who signed both of two blocks.
//
// A run is deterministic, so nothing has to be recorded beforehand: the simulator runs the scenario once to find the violation, and a
// second time with a Log of the span around it, up to the moment; then the nodes are looked into (protocol/replica.View).
//
//   - log.go: the steps of all nodes, what each got and sent. chain.go walks it back from an event to the timer or block it began with.
//   - stall.go: what a subnet waits for. fork.go: the two sides of a disagreement.
//   - inspect.go: one node at one moment. mermaid.go: one height as a sequence diagram. perfetto.go: a whole run as a timeline.
//
// Texts name nodes by number, n7; the command line gives them the scenario's names.
//
// # What is left out
//
// A step is told to come from what it got: of several messages the chain follows the last one about the event's height. What the pool held
// from earlier steps counts as well, and is listed by stall and fork, not by the chain.
package explain
