// Package planner answers a plan: which subnet is the cheapest that carries a load within targets, on what evidence, and what stands in
// the way of the cheaper ones.
//
// It works in stages. Targets that need no run (cost, Nakamoto coefficients, how many nodes an owner holds) are judged first. Every
// candidate that is left is run under the load with several seeds; those that hold are run, with the same seeds, with an owner gone
// whom they must survive: the owner with the most nodes, and of equals the one whose loss leaves the others farthest from a quorum
// (sites.Hardest), or each of them. Then the greatest load is sought that each carries within its latencies, by doubling and
// bisection. The cheapest candidate that meets all is run again, with all nodes and without, with seeds that had no say in the choice;
// where it fails then, the next one is taken.
//
// A target is met when it is in every run: the interval of confidence is reported (Student's t, 95 %, over the seeds), and does not
// decide. A load is carried when the second half of it is answered as fast as it is made, and all calls are answered in the end.
//
// An owner is survived when every call is answered, and when the latencies hold for calls that are made once the loss is behind them:
// the boundary nodes have noticed (package health), and the calls have been made again that went to nodes that were gone
// (Degraded.After). Those before wait for their agents' patience, whatever the subnet is like. What the loss goes on to cost is that
// rounds whose first block makers are gone wait for the next ones, a unit delay each.
//
// Nothing here runs anything: the caller simulates trials, as many at a time as it likes, and outcomes are taken in order of the trials.
// So a plan and a seed give the same answer on any machine.
//
// What it leaves out: the price of data centres' redundancy, growth of the state, and what other canisters do on the subnet.
package planner
