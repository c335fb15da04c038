// Package replica composes one honest node from the protocol's parts: consensus, certification, ingress, message
// routing and the stream endpoint, each behind the broadcast or the queue that feeds it.
//
// A Replica is a protocol.Machine. Each lane has its file and works alike: take what arrived, let the component step,
// hand on what it wants of the world. Lanes of a node share memory, as threads of a replica do; what one lane must
// learn in time from another comes as a message (protocol.Poke, protocol.BatchReady, executed), after the sender's cost.
//
//   - consensus_lane.go: broadcast of the consensus pool, consensus, batches to execution.
//   - certification_lane.go: states as they are executed, shares and certifications.
//   - ingress_lane.go: users' calls and the certified answers.
//   - transport_lane.go: what peers fetch.
//   - xnet_lane.go: streams served to and pulled from other subnets.
//   - execution_lane.go: batches in order, one after the other.
//   - query_lane.go: users' queries and reads of the certified state; the delegation.
//   - endpoint.go: what users' requests are judged by, on both lanes that take them; health.go: whether the node can answer.
//   - outcall_lane.go: requests to HTTPS servers, shares of their responses. It sleeps while no canister has called.
//   - statesync_lane.go: states fetched from peers and served to them. It sleeps while nobody needs one.
//   - dkg_lane.go: dealings for the subnet's next keys, and the node's shares of them. It sleeps between summaries.
//   - orchestrator_lane.go: which version the node runs, when it leaves its subnet, whom it is connected with. It sleeps while the registry
//     brings nothing new.
//   - payload_builder.go: the sections of a block's payload.
//
// Replaced components (Config.Components) are how attackers and protocol variants get in: no code here knows of them.
//
// Model: consensus sees a lane's memory as it is, while the sender's step may still be paying for it. The anomaly is at
// most one step long and the same for all nodes.
package replica
