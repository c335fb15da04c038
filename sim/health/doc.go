// Package health watches the nodes of subnets as API boundary nodes do: it asks each for its health every second, and tells to which of a
// subnet's nodes requests go (rs/boundary_node/ic_boundary/src/check.rs). The gateway's boundary node watches all subnets; a client of a
// scenario, whose way leads through a boundary node too, watches those that it calls.
//
// A node that is gone gets requests until a question to it has stayed without an answer for Timeout: Notice after it went, at most.
//
// Model: heights count at once. The deployed boundary node takes them from each tenth answer, and whenever an answer took 15 percent
// longer or shorter than the last ones, and looks at them every five seconds. It also refuses requests while it knows of no fit node of
// a subnet; here any node is asked then. It sends calls to one of the f+1 nearest of the fit nodes; here any of them may get one.
package health
