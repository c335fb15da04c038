// Package workload is who uses the simulated network: clients that sign calls, send them to nodes as agents do,
// wait for the certified answer, and ask again elsewhere when none comes.
//
// A client is a protocol.Machine on a host without costs: what it does takes no simulated time. It follows the
// synchronous call of the interface specification (reference/interface.md D): one request, answered when the
// outcome is certified or, after ten seconds, with an acknowledgement; then it polls. An answer counts only with a
// certificate that verifies under the root key, through the root subnet's delegation if another subnet made it; that a node does
// not take a call needs no proof, and is believed if no other node may have taken it. Queries are answered by one node: its
// signature has to be that of a node of the subnet, and the state that it asked must not be old; otherwise another node is asked.
//
// An open client makes calls at the configured times whatever comes back; a closed one makes a sequence of calls, each after the
// answer to the one before, and may use what earlier ones brought. What arguments and answers mean is not known here:
// functions of the configuration make the one and judge the other.
//
// Rules that tests hold it to: calls go out in time, or in order; each call ends exactly once, answered or lost; nothing
// is outstanding longer than the expiry and a grace period.
//
// Model: the way through an API boundary node is part of the link's latency. Boundary nodes as machines of their own
// come with the gateway.
package workload
