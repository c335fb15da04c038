// Package envelope is the HTTPS interface of the Internet Computer as bytes: it reads the paths and CBOR bodies that agents
// send, and writes the bodies that they get (interface specification, "HTTPS Interface"; reference/interface.md D.1, D.2).
//
//   - path.go: which endpoint, in which version, about what.
//   - request.go: envelopes into protocol values, and a whole request for the boundary node.
//   - reply.go: replies of nodes into CBOR, and refusals into HTTP.
//
// It is forgiving where agents differ (a self-describing tag or none, lengths known or not, an expiry as a big number), and strict where
// a signature would not notice: a key may come but once. Whether a request is authentic, fresh and allowed is the nodes' to say.
package envelope
