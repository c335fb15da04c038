package replicatest

import (
	"fmt"

	"icsim/crypto/hashtree"
	"icsim/crypto/principal"
	"icsim/protocol"
	"icsim/protocol/messaging/messagingtest"
)

// The requests of the anonymous user, made at a time: they live for a minute.

// Call makes a call that does nothing but reply, to be told from others by its time.
func (w *World) Call(to protocol.CanisterID, method string, at protocol.Time) *protocol.SignedIngress {
	return protocol.NewSignedIngress(protocol.IngressContent{
		Sender: principal.Anonymous(), Canister: to, Method: method, Arg: messagingtest.Encode(nil),
		Expiry: at + lifetime, Nonce: fmt.Append(nil, at),
	}, Genesis, protocol.Authentication{})
}

// Query makes a query.
func (w *World) Query(to protocol.CanisterID, at protocol.Time) *protocol.SignedQuery {
	return protocol.NewSignedQuery(protocol.IngressContent{
		Sender: principal.Anonymous(), Canister: to, Method: "ask", Expiry: at + lifetime, Nonce: fmt.Append(nil, at),
	}, Genesis, protocol.Authentication{})
}

// Read makes a wish to see paths.
func (w *World) Read(paths []hashtree.Path, at protocol.Time) *protocol.SignedRead {
	return protocol.NewSignedRead(protocol.ReadContent{
		Sender: principal.Anonymous(), Paths: paths, Expiry: at + lifetime, Nonce: fmt.Append(nil, at),
	}, Genesis, protocol.Authentication{})
}

const lifetime = protocol.Time(60e9)
