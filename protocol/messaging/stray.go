package messaging

import (
	"icsim/protocol"
)

// An origin is how the subnet that a message comes from stands to the message's sender.
type origin uint8

const (
	fromHost     origin = iota // it hosts the sender, by the routing table
	fromPath                   // it did, or will: the sender is being moved, or the receiver was when the message was rejected
	fromStranger               // nothing in the registry tells why it speaks for the sender
)

// originOf tells by the registry of the batch, which may be older or newer than the one that the sending subnet went by
// (stream_handler.rs, validate_sender_subnet).
func (r *round) originOf(m *protocol.CanisterMessage, from protocol.SubnetID) origin {
	host, ok := r.registry.Routing.Route(m.From())
	switch {
	case ok && host == from:
		return fromHost
	case ok && r.registry.Migrates(m.From(), from, host):
		return fromPath
	// The receiver made a request where it was before. The reject was made there, in the name of the one who was asked.
	case m.Response != nil && m.Response.Reject.Code != 0 && r.registry.MigratesFrom(m.To(), from, r.batch.Subnet):
		return fromPath
	}
	return fromStranger
}

// Strays says what becomes of messages that are not where the routing table has them, and that no prepared migration tells of: those
// from a subnet that does not host their sender, and those for a receiver that is hosted elsewhere.
type Strays struct{ RequestFrom, ResponseFrom, RequestTo, ResponseTo Fate }

// A Fate is a signal, and the critical error that is raised if any. A message that is Accepted though is dropped, with its cycles.
type Fate struct {
	Signal   protocol.RejectReason
	Critical string
}

// deployedStrays gives the rules in force. A request may be early or late: canisters are moved one by one without a word before, and the
// subnets see the new routing table one after the other. Its caller hears of it, has its cycles back, and may try again, so that order
// is kept. No canister is moved while it waits for a guaranteed response, so that a response can only have come from a subnet that lies.
func deployedStrays() *Strays {
	return &Strays{
		RequestFrom:  Fate{Signal: protocol.RejectCanisterMigrating},
		ResponseFrom: Fate{Signal: protocol.Accepted, Critical: CriticalSenderSubnet},
		RequestTo:    Fate{Signal: protocol.RejectCanisterMigrating},
		ResponseTo:   Fate{Signal: protocol.RejectCanisterMigrating, Critical: CriticalReceiverSubnet},
	}
}

// strayed gives a message its fate.
func (r *round) strayed(m *protocol.CanisterMessage, f Fate) protocol.RejectReason {
	switch {
	case f.Signal == protocol.Accepted:
		r.drop(m, f.Critical)
	case f.Critical != "":
		r.fault(f.Critical)
	}
	return f.Signal
}
