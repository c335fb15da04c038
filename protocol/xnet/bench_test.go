package xnet_test

import (
	"testing"

	"icsim/crypto"
	"icsim/protocol"
	"icsim/protocol/messaging"
	"icsim/protocol/messaging/messagingtest"
	"icsim/protocol/xnet"
)

// hundred gives a subnet with a certified stream of a hundred requests to subnet 1.
func hundred(b *testing.B) *scene {
	w := messagingtest.NewWorld(messagingtest.Config{
		Types: make([]protocol.SubnetType, 2), Canisters: 1, Messages: 500, Queue: 500, Limits: messaging.DefaultLimits(),
	})
	s := &scene{World: w, nodes: []*node{newNode(w, w.Subnets[0], xnet.DefaultLimits()), newNode(w, w.Subnets[1], xnet.DefaultLimits())}}
	script := make([]messagingtest.Call, 100)
	for i := range script {
		script[i].To = messagingtest.CanisterOf(1, 0)
	}
	call := w.Ingress(messagingtest.CanisterOf(0, 0), "go", script, protocol.IngressTTL, 1)
	s.nodes[0].extend(protocol.BatchPayload{Ingress: []*protocol.SignedIngress{call}})
	w.Certify(w.Subnets[0], 1)
	_, s.judge = newSelector(w, w.Subnets[1], xnet.DefaultLimits())
	return s
}

func BenchmarkCutHundredMessages(b *testing.B) {
	s := hundred(b)
	for b.Loop() {
		s.slice = s.nodes[0].Manager.CertifiedSlice(1, 0, 0, wide)
	}
}

func BenchmarkValidateHundredMessages(b *testing.B) {
	s := hundred(b)
	slice := s.nodes[0].Manager.CertifiedSlice(1, 0, 0, wide)
	ctx := protocol.ValidationContext{RegistryVersion: 1}
	for b.Loop() {
		if v := s.judge.Validate([]*protocol.CertifiedStreamSlice{slice}, ctx, nil); v.Kind != protocol.Accepts {
			b.Fatal(v.Reason)
		}
	}
}

// BenchmarkBuildWithNothing is what every block costs when no other subnet has anything to say.
func BenchmarkBuildWithNothing(b *testing.B) {
	w := messagingtest.NewWorld(messagingtest.Config{Types: make([]protocol.SubnetType, 47), Limits: messaging.DefaultLimits()})
	n := newNode(w, w.Subnets[0], xnet.DefaultLimits())
	n.selector.Rand = protocol.NewRand(crypto.Hash{}, "bench")
	for b.Loop() {
		n.selector.Build(n.context(), nil, wide)
	}
}
