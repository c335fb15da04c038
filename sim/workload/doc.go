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
// Its way to the nodes leads through an API boundary node, which knows who is well: the client watches the nodes that it may ask (package
// health), and asks one that is fit. So a node that is gone costs the calls that it had and those of the next six seconds, until the
// boundary node has noticed; those wait out their time, and no later call goes there.
//
// Rules that tests hold it to: calls go out in time, or in order; each call ends exactly once, answered or lost; nothing
// is outstanding longer than the expiry and a grace period; no request goes to a node that is known not to be fit while another is.
//
// Model: the way through the boundary node is part of the link's latency, and each client has a boundary node of its own. As ic-boundary
// does by default (rs/boundary_node/ic_boundary/src/http/middleware/retry.rs), it tries no other node for a call that got no answer: the
// agent does, when its patience ends.
package workload
