// Package outcalls models HTTPS outcalls as a node sees them: each node of a subnet asks the server by itself, signs what its
// answer hashes to, and a block carries the answer that enough nodes agree on.
//
// Sources: reference/protocol.md A.1 (committee: all nodes, threshold n−f), B ("Push vs advert") and D; reference/interface.md
// B.1 (http_request) and A.1 (mode TQ); the replica's rs/https_outcalls/{client,adapter,consensus}
// (pool_manager.rs, gossip.rs, payload_builder.rs, payload_builder/utils.rs) and rs/artifact_pool/src/canister_http_pool.rs.
//
//   - adapter.go: what a server answers, and the adapter's bounds. client.go: from an answer to a response.
//   - pool.go: calls of the latest state, the shares that nodes made about them, and the responses that this node knows.
//     step.go: asking, judging what peers sent, forgetting.
//   - section.go: the rules of a block's section, for maker and validator alike. selector.go: building and judging one.
//
// # The way of a call
//
// Execution keeps a context for each open call in the state (canister/outcalls.go). A node that finds a new one in its latest
// state asks the server through its adapter, has the canister's transform function strip what differs from node to node, and
// signs the hash of what is left. Shares are pushed to all peers and never relayed; the response stays where it is. A block
// maker who has a response that n−f nodes signed puts it into a block with their signatures. If the shares show that no
// response can come to n−f any more, they go into the block as the proof of it, and a call older than a minute is answered
// as timed out. A call that is not replicated is made by one node, whose share carries the response.
//
// # Invariants
//
//   - The validated pool holds at most one share of a node for a call, and only of calls that are open in the latest state.
//   - A call is answered once on a chain of blocks, whatever certification lags behind.
//   - What Build selects, Validate accepts under the same context, state and past payloads.
//   - With no call open a step costs a comparison, and nothing is sent.
//
// # What is left out
//
// Flexible outcalls, pay-as-you-go pricing with its receipts, and SOCKS proxies. As in the replica, shares made before a
// registry version takes effect do not count after it: their calls time out.
//
// Model: servers are a table that the scenario gives (Adapter); a node's request and its answer use no bandwidth.
//
// Model: a transform function runs in the lane of the pool; the replica runs it on a thread beside.
package outcalls
