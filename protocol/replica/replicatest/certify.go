package replicatest

import (
	"fmt"

	"icsim/crypto"
	"icsim/protocol"
	"icsim/protocol/keys"
	"icsim/protocol/messaging"
)

// Execute makes the state that follows another when a batch with these calls is executed, a second later.
func (w *World) Execute(parent *messaging.State, calls ...*protocol.SignedIngress) (*messaging.Result, *protocol.Batch) {
	b := &protocol.Batch{
		Subnet: parent.Subnet(), Height: parent.Height() + 1, Randomness: crypto.Hash{byte(parent.Height())},
		RegistryVersion: 1, Time: parent.Time() + 1e9, Payload: &protocol.BatchPayload{Ingress: calls},
	}
	return w.Subnets[parent.Subnet()].Processor.Process(parent, b, w.Registry.Latest()), b
}

// Certify signs a state as its subnet does.
func (w *World) Certify(s *messaging.State) *protocol.Certification {
	subnet := w.Subnets[s.Subnet()]
	key, msg := subnet.Genesis.Summary().Current.High, protocol.CertificationSignable(s.Root())
	var shares []crypto.IndexedShare
	for i, n := range key.Committee {
		ring := keys.Keyring{
			Node: n, Scheme: w.Scheme, Generation: w.Generation, Registry: w.Client(n), Secrets: w.Secrets[n], Meter: new(protocol.Meter),
		}
		share, ok := ring.SignThreshold(key, msg)
		if !ok {
			panic(fmt.Sprintf("replicatest: node %s has no share of its subnet's key", n))
		}
		shares = append(shares, crypto.IndexedShare{Index: i, Share: share})
	}
	sig, ok := w.Scheme.CombineThreshold(key.Group, msg, shares)
	if !ok {
		panic("replicatest: all members' shares do not make a signature")
	}
	return protocol.NewCertification(s.Height(), s.Root(), sig)
}
