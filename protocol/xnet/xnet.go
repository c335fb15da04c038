package xnet

import "icsim/protocol"

// Limits bound the payload section and the pool. They are fields so that tests can reach them with few messages.
type Limits struct {
	Payload        int                  // bytes of slices in a block
	MinSlice       int                  // bytes left in a block below which nothing is added
	Signals        protocol.StreamIndex // how far behind messages the begin of their stream may lie
	SystemMessages int                  // in flight to a system subnet
	Pool           int                  // bytes pooled, above which nothing is pulled
	PooledSlice    int                  // bytes pooled of one stream
}

// DefaultLimits gives the deployed ones (rs/xnet/payload_builder/src/lib.rs, rs/limits/src/lib.rs).
func DefaultLimits() Limits {
	return Limits{
		Payload:        2 << 20 * 21 / 20,
		MinSlice:       1 << 10,
		Signals:        protocol.MaxStreamMessages,
		SystemMessages: protocol.SystemStreamMessages,
		Pool:           10 << 20,
		PooledSlice:    4 << 20,
	}
}

// States is what XNet reads of its node's states.
type States interface {
	// StreamHeader gives the header of the stream to a subnet in the state at a height, the zero header when there is
	// no such stream; ok is false when the node does not have the state.
	StreamHeader(at protocol.Height, to protocol.SubnetID) (h protocol.StreamHeader, ok bool)
	// CertifiedSlice cuts the messages [begin, …) of the stream to a subnet from the highest certified state, as many as
	// byteLimit allows, with a witness from witnessBegin on; nil when there is nothing to cut from.
	CertifiedSlice(to protocol.SubnetID, witnessBegin, begin protocol.StreamIndex, byteLimit int) *protocol.CertifiedStreamSlice
}

// Indices are what a subnet expects next of a remote one: the message, and the signal for a message of its own.
type Indices struct{ Message, Signal protocol.StreamIndex }

// An Endpoint serves slices of this node's streams to nodes of other subnets.
//
// Model: the replica serves four requests at once and refuses more; here they wait for the lane.
type Endpoint struct {
	Subnet protocol.SubnetID
	States States
	Limits Limits
}

// Serve answers a pull.
func (e *Endpoint) Serve(pull *protocol.StreamPull, from protocol.NodeID, out *protocol.Outputs) {
	out.Meter.Charge(protocol.OpWitness, 1)
	slice := e.States.CertifiedSlice(pull.To, pull.WitnessBegin, pull.MessageBegin, min(pull.ByteLimit, e.Limits.PooledSlice))
	out.Send([]protocol.NodeID{from}, &protocol.StreamReply{From: e.Subnet, Slice: slice, Serial: pull.Serial})
}
