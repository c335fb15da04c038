// Package planner answers a plan: which subnet is the cheapest that carries a load within targets, on what evidence, and what stands in
// the way of the cheaper ones.
//
// It works in stages. Targets that need no run (cost, Nakamoto coefficients, how many nodes an owner holds) are judged first. Every
// candidate that is left is run under the load with several seeds; those that hold are run with an owner gone whom they must survive:
// the owner with the most nodes, and of equals the one whose loss leaves the others farthest from a quorum (sites.Hardest), or each of
// them. Then the greatest load is sought that each carries within its latencies, by doubling and bisection. The cheapest candidate that
// meets all is run again with seeds that had no say in the choice; where it fails then, the next one is taken.
//
// A target is met when it is in every run: the interval of confidence is reported (Student's t, 95 %, over the seeds), and does not
// decide. A load is carried when the second half of it is answered as fast as it is made, and all calls are answered in the end.
//
// Nothing here runs anything: the caller simulates trials, as many at a time as it likes, and outcomes are taken in order of the trials.
// So a plan and a seed give the same answer on any machine.
//
// What it leaves out: the price of data centres' redundancy, growth of the state, and what other canisters do on the subnet.
package planner
