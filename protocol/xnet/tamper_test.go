package xnet_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"icsim/protocol"
	"icsim/protocol/messaging"
	"icsim/protocol/messaging/messagingtest"
	"icsim/protocol/xnet"
)

// scene makes three subnets. Subnet 0 has a certified stream of four requests to subnet 1, and has inducted two messages of
// it; subnet 1 judges.
type scene struct {
	*messagingtest.World
	nodes []*node
	judge *xnet.Selector
	slice *protocol.CertifiedStreamSlice // good
}

func newScene(t *testing.T, types ...protocol.SubnetType) *scene {
	if types == nil {
		types = make([]protocol.SubnetType, 3)
	}
	w := messagingtest.NewWorld(messagingtest.Config{
		Types: types, Canisters: 2, Balance: 10_000, Messages: 50, Queue: 50, Limits: messaging.DefaultLimits(),
	})
	s := &scene{World: w}
	for _, subnet := range w.Subnets {
		s.nodes = append(s.nodes, newNode(w, subnet, xnet.DefaultLimits()))
	}
	for serial, from := range []protocol.SubnetID{1, 0} { // two calls from 1 to 0, then four back
		to := messagingtest.CanisterOf(1-from, 0)
		calls := slices.Repeat([]messagingtest.Call{{To: to, Cycles: 10}}, 2*(serial+1))
		n := s.nodes[from]
		call := w.Ingress(messagingtest.CanisterOf(from, 0), "go", calls, protocol.IngressTTL, uint64(serial))
		payload := protocol.BatchPayload{Ingress: []*protocol.SignedIngress{call}}
		if from == 0 {
			payload.XNet = []*protocol.CertifiedStreamSlice{s.nodes[1].Manager.CertifiedSlice(0, 0, 0, 1<<20)}
		}
		n.extend(payload)
		w.Certify(n.Subnet, 1)
	}
	_, s.judge = newSelector(w, w.Subnets[1], xnet.DefaultLimits()) // of another node than nodes[1]
	s.slice = s.nodes[0].Manager.CertifiedSlice(1, 0, 0, 1<<20)
	require.GreaterOrEqual(t, len(s.slice.Messages), 4)
	require.EqualValues(t, 2, s.slice.Header.SignalsEnd)
	return s
}

func (s *scene) validate(past []*protocol.Block, section ...*protocol.CertifiedStreamSlice) protocol.Verdict {
	ctx := protocol.ValidationContext{RegistryVersion: 1, CertifiedHeight: 1}
	return s.judge.Validate(section, ctx, past)
}

// blockWith makes a past block.
func blockWith(section ...*protocol.CertifiedStreamSlice) *protocol.Block {
	return &protocol.Block{Payload: protocol.NewDataPayload(protocol.BatchPayload{XNet: section})}
}

// altered copies a slice with a change, sealed anew.
func altered(s *protocol.CertifiedStreamSlice, change func(*protocol.CertifiedStreamSlice)) *protocol.CertifiedStreamSlice {
	c := *s
	c.Messages = slices.Clone(s.Messages)
	c.Header.Rejects = slices.Clone(s.Header.Rejects)
	change(&c)
	return protocol.NewCertifiedStreamSlice(c, protocol.SliceWitnessSize(len(c.Messages)))
}

func TestGoodSlicesAreAccepted(t *testing.T) {
	s := newScene(t)
	require.Equal(t, protocol.Accept(), s.validate(nil))
	require.Equal(t, protocol.Accept(), s.validate(nil, s.slice))
	header := s.nodes[0].Manager.CertifiedSlice(1, 0, 0, 0)
	require.Empty(t, header.Messages)
	require.Equal(t, protocol.Accept(), s.validate(nil, header), "new signals alone")
	two := s.nodes[0].Manager.CertifiedSlice(1, 0, 0, s.slice.Messages[0].Size()*2+10)
	require.Len(t, two.Messages, 2)
	require.Equal(t, protocol.Accept(), s.validate(nil, two))
	rest := s.nodes[0].Manager.CertifiedSlice(1, 2, 2, 1<<20)
	require.Equal(t, protocol.Accept(), s.validate([]*protocol.Block{blockWith(two)}, rest), "after a past payload")
	require.Equal(t, protocol.Accept(), s.validate([]*protocol.Block{blockWith(header), blockWith(two)}, rest))
	third := s.nodes[0].Manager.CertifiedSlice(1, 2, 2, s.slice.Messages[2].Size()+10)
	last := s.nodes[0].Manager.CertifiedSlice(1, 3, 3, 1<<20)
	require.Equal(t, protocol.Accept(), s.validate([]*protocol.Block{blockWith(third), blockWith(two)}, last), "the newest counts")
	signals := forge(s.World, 0, 1, protocol.StreamHeader{End: 9, SignalsEnd: 1}, 0) // older than the newest slice's
	require.Equal(t, protocol.Refuse(xnet.ReasonEmpty), s.validate([]*protocol.Block{blockWith(signals)}, signals))
	require.Equal(t, protocol.Accept(), s.validate([]*protocol.Block{blockWith(signals)}, header))
	require.Equal(t, protocol.Refuse(xnet.ReasonSignals), s.validate([]*protocol.Block{blockWith(header), blockWith(signals)}, signals))
}

func TestTamperedSlicesAreRefused(t *testing.T) {
	s := newScene(t)
	evil := protocol.NewRequest(&protocol.Request{
		Sender: messagingtest.CanisterOf(0, 0), Receiver: messagingtest.CanisterOf(1, 0), Cycles: protocol.CyclesOf(1 << 60),
	})
	for name, c := range map[string]struct {
		reason string
		change func(*protocol.CertifiedStreamSlice)
	}{
		"signature": {xnet.ReasonCertification, func(x *protocol.CertifiedStreamSlice) {
			sig := x.Certification.Signature
			sig[5] ^= 1
			x.Certification = protocol.NewCertification(1, x.Certification.Hash, sig)
		}},
		"signed by another subnet": {xnet.ReasonCertification, func(x *protocol.CertifiedStreamSlice) {
			x.Certification = s.Certification(2, protocol.HeightHash{Height: 1, Hash: x.Certification.Hash})
		}},
		"certified root": {xnet.ReasonWitness, func(x *protocol.CertifiedStreamSlice) {
			x.Certification = protocol.NewCertification(1, protocol.StateHash{1}, x.Certification.Signature)
		}},
		"witness of another state": {xnet.ReasonWitness, func(x *protocol.CertifiedStreamSlice) {
			x.Witness = s.nodes[0].Manager.At(0).Tree().Witness(protocol.SlicePattern(s.Registry.Snapshot.Subnets[1].Principal, 0, 4))
		}},
		"header not revealed": {xnet.ReasonHeader, func(x *protocol.CertifiedStreamSlice) {
			x.Witness = s.nodes[0].Manager.At(1).Tree().Witness(protocol.SlicePattern(s.Registry.Snapshot.Subnets[2].Principal, 0, 4))
		}},
		"end of stream": {xnet.ReasonHeader, func(x *protocol.CertifiedStreamSlice) { x.Header.End++ }},
		"signals end":   {xnet.ReasonHeader, func(x *protocol.CertifiedStreamSlice) { x.Header.SignalsEnd-- }},
		"reject signal": {xnet.ReasonHeader, func(x *protocol.CertifiedStreamSlice) {
			x.Header.Rejects = []protocol.RejectSignal{{Index: 0, Reason: protocol.RejectUnknown}}
		}},
		"begin of stream":    {xnet.ReasonBounds, func(x *protocol.CertifiedStreamSlice) { x.Header.Begin = 1 }},
		"first message gone": {xnet.ReasonGap, func(x *protocol.CertifiedStreamSlice) { x.Messages = x.Messages[1:]; x.MessagesBegin++ }},
		"shifted":            {xnet.ReasonMessages, func(x *protocol.CertifiedStreamSlice) { x.Messages = x.Messages[1:] }},
		"swapped": {xnet.ReasonMessages, func(x *protocol.CertifiedStreamSlice) {
			x.Messages[0], x.Messages[1] = x.Messages[1], x.Messages[0]
		}},
		"replaced": {xnet.ReasonMessages, func(x *protocol.CertifiedStreamSlice) { x.Messages[2] = evil }},
		"added":    {xnet.ReasonBounds, func(x *protocol.CertifiedStreamSlice) { x.Messages = append(x.Messages, evil) }},
		"message not revealed": {xnet.ReasonMessages, func(x *protocol.CertifiedStreamSlice) {
			x.Witness = x.Witness.Prune(protocol.SlicePattern(s.Registry.Snapshot.Subnets[1].Principal, 0, 2))
		}},
		"to another subnet": {xnet.ReasonNotForUs, func(x *protocol.CertifiedStreamSlice) { x.To = 2 }},
		"loopback":          {xnet.ReasonLoopback, func(x *protocol.CertifiedStreamSlice) { x.From = 1 }},
		"unknown subnet":    {xnet.ReasonUnknownSubnet, func(x *protocol.CertifiedStreamSlice) { x.From = 9 }},
	} {
		require.Equal(t, protocol.Refuse(c.reason), s.validate(nil, altered(s.slice, c.change)), name)
	}
	claimed := forge(s.World, 0, 1, protocol.StreamHeader{End: 4}, 0, s.slice.Messages[:4]...)
	claimed = altered(claimed, func(x *protocol.CertifiedStreamSlice) { x.From = 2 })
	require.Equal(t, protocol.Refuse(xnet.ReasonCertification), s.validate(nil, claimed), "sent by one subnet, certified by another")
	for name, broken := range map[string]*protocol.CertifiedStreamSlice{
		"nothing": nil, "no witness": {Certification: s.slice.Certification}, "no certification": {Witness: s.slice.Witness},
	} {
		require.Equal(t, protocol.Refuse(xnet.ReasonMalformed), s.validate(nil, broken), name)
	}
}

func TestReplayedAndUnorderedSlicesAreRefused(t *testing.T) {
	s := newScene(t)
	require.Equal(t, protocol.Refuse(xnet.ReasonGap), s.validate([]*protocol.Block{blockWith(s.slice)}, s.slice), "twice")
	header := s.nodes[0].Manager.CertifiedSlice(1, 0, 0, 0)
	require.Equal(t, protocol.Refuse(xnet.ReasonEmpty), s.validate([]*protocol.Block{blockWith(header)}, header))
	require.Equal(t, protocol.Refuse(xnet.ReasonOrder), s.validate(nil, s.slice, s.slice))
	ctx := protocol.ValidationContext{RegistryVersion: 1, CertifiedHeight: 7}
	require.Equal(t, protocol.Defer(xnet.ReasonStateMissing), s.judge.Validate([]*protocol.CertifiedStreamSlice{s.slice}, ctx, nil))
}

// TestMaliciousSubnetsAreRefused: slices that a whole subnet certifies, but that message routing must not see.
func TestMaliciousSubnetsAreRefused(t *testing.T) {
	s := newScene(t)
	m := s.slice.Messages
	reject := func(at ...protocol.StreamIndex) (r []protocol.RejectSignal) {
		for _, i := range at {
			r = append(r, protocol.RejectSignal{Index: i, Reason: protocol.RejectUnknown})
		}
		return r
	}
	for name, c := range map[string]struct {
		reason string
		header protocol.StreamHeader
		begin  protocol.StreamIndex
	}{
		"good":                         {"", protocol.StreamHeader{End: 4, SignalsEnd: 2, Rejects: reject(0, 1)}, 0},
		"signals beyond our stream":    {xnet.ReasonSignals, protocol.StreamHeader{End: 4, SignalsEnd: 3}, 0},
		"begin after end":              {xnet.ReasonBounds, protocol.StreamHeader{Begin: 5, End: 4}, 0},
		"begin after what is expected": {xnet.ReasonBounds, protocol.StreamHeader{Begin: 1, End: 5}, 1},
		"messages beyond the end":      {xnet.ReasonBounds, protocol.StreamHeader{End: 3}, 0},
		"gap":                          {xnet.ReasonGap, protocol.StreamHeader{End: 9}, 1},
		"rejects decrease":             {xnet.ReasonRejects, protocol.StreamHeader{End: 4, SignalsEnd: 2, Rejects: reject(1, 0)}, 0},
		"reject twice":                 {xnet.ReasonRejects, protocol.StreamHeader{End: 4, SignalsEnd: 2, Rejects: reject(1, 1)}, 0},
		"reject beyond the signals":    {xnet.ReasonRejects, protocol.StreamHeader{End: 4, SignalsEnd: 2, Rejects: reject(2)}, 0},
		"accept as a reject": {xnet.ReasonRejects, protocol.StreamHeader{
			End: 4, SignalsEnd: 2, Rejects: []protocol.RejectSignal{{Index: 1}},
		}, 0},
		"unheard of reject": {xnet.ReasonRejects, protocol.StreamHeader{
			End: 4, SignalsEnd: 2, Rejects: []protocol.RejectSignal{{Index: 1, Reason: 99}},
		}, 0},
	} {
		want := protocol.Refuse(c.reason)
		if c.reason == "" {
			want = protocol.Accept()
		}
		require.Equal(t, want, s.validate(nil, forge(s.World, 0, 1, c.header, c.begin, m[:4]...)), name)
	}
	short := forge(s.World, 0, 1, protocol.StreamHeader{End: 9}, 0, m[:3]...)
	long := altered(short, func(x *protocol.CertifiedStreamSlice) { x.Messages = append(x.Messages, m[3]) })
	require.Equal(t, protocol.Refuse(xnet.ReasonMessages), s.validate(nil, long), "a message that is not in the tree")
	past := []*protocol.Block{blockWith(s.slice)} // signals up to 2
	back := forge(s.World, 0, 1, protocol.StreamHeader{End: 8, SignalsEnd: 1}, s.slice.MessagesEnd(), m[:1]...)
	require.Equal(t, protocol.Refuse(xnet.ReasonSignals), s.validate(past, back), "signals go back")
}

// TestInductionLimits: a peer that never drops messages is stalled, and system subnets take few requests at a time
// (reference/protocol.md C, "Per-slice induction limits").
func TestInductionLimits(t *testing.T) {
	s := newScene(t)
	s.judge.Limits.Signals = 3
	m := s.slice.Messages
	whole := protocol.StreamHeader{End: 4}
	require.Equal(t, protocol.Refuse(xnet.ReasonTooMany), s.validate(nil, forge(s.World, 0, 1, whole, 0, m[:4]...)))
	require.Equal(t, protocol.Accept(), s.validate(nil, forge(s.World, 0, 1, whole, 0, m[:3]...)))

	system, app := protocol.SystemSubnet, protocol.ApplicationSubnet
	for _, c := range []struct {
		types   []protocol.SubnetType
		root    protocol.SubnetID
		limited bool
	}{
		{[]protocol.SubnetType{app, app, app}, 0, false},
		{[]protocol.SubnetType{system, app, app}, 0, false},
		{[]protocol.SubnetType{app, system, app}, 0, true},
		{[]protocol.SubnetType{system, system, app}, 0, false}, // lest they stall each other
		{[]protocol.SubnetType{system, system, app}, 1, true},  // the root always
	} {
		s := newScene(t, c.types...)
		s.Registry.Snapshot.Root = c.root
		s.judge.Limits.SystemMessages = 5 // the reverse stream holds two: three are left
		want := protocol.Accept()
		if c.limited {
			want = protocol.Refuse(xnet.ReasonTooMany)
		}
		first := func(n int) *protocol.CertifiedStreamSlice {
			return altered(s.slice, func(x *protocol.CertifiedStreamSlice) { x.Messages = x.Messages[:n] })
		}
		require.Equal(t, want, s.validate(nil, first(4)))
		require.Equal(t, protocol.Accept(), s.validate(nil, first(3)))
	}
}

func TestSectionsAreBounded(t *testing.T) {
	s := newScene(t)
	s.judge.Limits.Payload = s.slice.Size()
	require.Equal(t, protocol.Accept(), s.validate(nil, s.slice))
	s.judge.Limits.Payload--
	require.Equal(t, protocol.Refuse(xnet.ReasonTooBig), s.validate(nil, s.slice))
}
