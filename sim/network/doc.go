// Package network models what lies between machines: places and the latency between them, wires of a bandwidth, lost
// packets, connections that break and come back.
//
// # The rules
//
// Nodes of a subnet, or whoever keep each other for peers (SetPeers), hold one QUIC connection per pair, and each
// message is a stream of its own, so that none waits for another: the network is a cost model of that (reference/protocol.md B, "QUIC
// transport"). What is sent on a connection arrives whole and once, if late, for as long as the connection lives; order is not kept.
//
//	leaves    when the sender's uplink has taken its turn: copies of one message in turn packet by packet, small
//	          messages overtaking large ones, a large one at most Window a round trip
//	travels   one-way latency of the two places, jitter, and a probe timeout for each time a packet had to be
//	          sent again, doubling (RFC 9002)
//	arrives   when the receiver's downlink has taken it, in the order of arrival
//
// What waits for a downlink is on its sender's books, not on the wire: it follows a change of bandwidth, ends with its connection, and is
// not sent when its receiver stops the stream (STOP_SENDING, RFC 9000, 3.5). What comes after it moves up.
//
// A connection over which nothing comes through, one way or both, or whose other end has crashed or stands still, is
// closed by IdleTimeout; until then messages are held, and go on if it heals in time. Then the end with the
// smaller number dials, sending its first packet at 0, 1, 3 and 7 s, every 15 s, until there is an answer; 1.5 round trips later
// the connection is up at both ends. A restarted node knows nothing of its old connections, and its peers do not
// understand its resets (connection_manager.rs explains why), so they wait for the timeout, unless it dials them.
// Clients send without connections: what meets a cut is lost, and they have timeouts of their own.
//
// A clog keeps messages back without a connection's noticing, until it ends: an asynchronous network. A schedule hands links to an
// adversary, who delays each message by what he likes within a bound: messages overtake each other, and some endpoints starve in turn.
//
// Liveness costs no events: keep-alives are not sent, but the timeout is set when a fault begins and void when it ends.
//
// A Network schedules nothing itself. Send gives transfers with the time to call Arrive, changes give Effects with
// timers for Fire. All chance is drawn by (sender, receiver, count), so that other traffic shifts no draw.
//
// # Jitter
//
// WonderProxy's pairs (shared data: 60 thousand pairs, 720 pings each) have a median of (average − minimum) / average of
// 0.3 % of the round trip and a standard deviation of 0.4 to 0.5 %, with a long tail to one side. Two directions, each a
// lognormal excess over the minimum of median 0.144 % and spread 1.23 of the one-way latency, have mean 0.31 % and
// deviation 0.4 % of the round trip. A table's latency is the mean.
//
// # Places
//
// The built-in cities stand where mainnet's data centres are. A round trip between two of them is 2 ms and the
// great-circle distance times a stretch for their two regions, which is the median over the pairs of data centres of
// those regions that are more than 60 km apart in the derived matrix of all data centres (shared data,
// ic_dc_rtt_matrix_ms.csv; that matrix itself is not here, as its source has no licence). Against the matrix the median
// error is 10 %; against the 12 data centres measured in 2023, model over measurement is 0.68, 1.02, 1.14 at p10, p50,
// p90; the ends are South-East Asia, where Europe's traffic takes either way around. Distances are whole kilometres in
// a table, so that no machine rounds them otherwise. A scenario that needs a certain subnet's latencies brings its matrix.
//
// # Invariants
//
//   - An uplink and a downlink carry no more than their bandwidth over any time (small messages may be early by what
//     they overtook, and the large ones are late by as much).
//   - At most MaxHeld messages wait on a blocked link.
//   - A message is delivered at most once, and none on a connection after its end was told that it is down.
//
// # What is left out
//
// Model: a stop counts when it has reached the sender; what is on the way by then, a round trip's worth, takes no bandwidth.
// Model: what has
// its turn on an uplink keeps it, wanted or not and whatever becomes of the bandwidth: where uplinks are too narrow for the chunks that a
// node asks for in the time it waits for them, a state sync stands still (six peers of 2 Mbit/s each; 5 Mbit/s are enough).
//
// Model: slow start. A connection begins with its full window; mainnet's carry a dozen messages a block and hardly ever
// start anew. Model: acknowledgements and keep-alives take no bandwidth (some 3 %). Model: both ends notice a dead
// connection at one time; really an end that still hears the other notices later, but can send it nothing. Model: a
// connection does not break by loss, however high. Duplicated and reordered packets are what QUIC removes; messages
// overtake each other by jitter and loss.
package network
