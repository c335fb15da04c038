package messaging_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"icsim/crypto"
	"icsim/protocol"
	"icsim/protocol/messaging"
	"icsim/protocol/messaging/messagingtest"
)

var (
	here  = messagingtest.CanisterOf(0, 0) // on the subnet under test
	there = messagingtest.CanisterOf(1, 0)
	third = messagingtest.CanisterOf(2, 0)
)

// pair makes three subnets, of which the first has sent one request with 500 cycles to the second.
func pair(t *testing.T) (*messagingtest.World, *messagingtest.Subnet) {
	w := messagingtest.NewWorld(messagingtest.Config{
		Types: make([]protocol.SubnetType, 3), Canisters: 2, Balance: 10_000, Messages: 50, Queue: 2, Limits: messaging.DefaultLimits(),
	})
	s := w.Subnets[0]
	call := w.Ingress(here, "go", []messagingtest.Call{{To: there, Cycles: 500}}, protocol.IngressTTL, 1)
	w.Run(s, w.Batch(s, protocol.BatchPayload{Ingress: []*protocol.SignedIngress{call}}))
	require.EqualValues(t, 1, s.Latest().Stream(1).End())
	return w, s
}

// slice makes a slice that only message routing looks at: no witness, any certification.
func slice(from protocol.SubnetID, h protocol.StreamHeader, messages ...*protocol.CanisterMessage) *protocol.CertifiedStreamSlice {
	return protocol.NewCertifiedStreamSlice(protocol.CertifiedStreamSlice{
		From: from, Header: h, MessagesBegin: h.Begin, Messages: messages,
		Certification: protocol.NewCertification(1, protocol.StateHash{}, crypto.ThresholdSignature{}),
	}, 0)
}

func withSlices(slices ...*protocol.CertifiedStreamSlice) protocol.BatchPayload {
	return protocol.BatchPayload{XNet: slices}
}

func request(from, to protocol.CanisterID, cycles uint64) *protocol.CanisterMessage {
	script := messagingtest.Argument(1, nil)
	return protocol.NewRequest(&protocol.Request{Sender: from, Receiver: to, Callback: 7, Arg: script, Cycles: protocol.CyclesOf(cycles)})
}

func TestRejectSignalsBecomeRejectResponses(t *testing.T) {
	for reason, code := range map[protocol.RejectReason]protocol.RejectCode{
		protocol.RejectCanisterMigrating: protocol.SysTransient,
		protocol.RejectCanisterNotFound:  protocol.DestinationInvalid,
		protocol.RejectCanisterStopped:   protocol.CanisterError,
		protocol.RejectCanisterStopping:  protocol.CanisterError,
		protocol.RejectQueueFull:         protocol.SysTransient,
		protocol.RejectOutOfMemory:       protocol.CanisterError,
		protocol.RejectUnknown:           protocol.SysFatal,
	} {
		w, s := pair(t)
		before := s.Latest().Cycles()
		signal := protocol.StreamHeader{SignalsEnd: 1, Rejects: []protocol.RejectSignal{{Index: 0, Reason: reason}}}
		r := w.Run(s, w.Batch(s, withSlices(slice(1, signal))))
		require.Equal(t, map[protocol.RejectCode]int{code: 1}, s.Canisters().Answers(), reason.String())
		require.Equal(t, before, s.Latest().Cycles().Add(r.Summary.Burned), "the payment comes back")
		require.True(t, s.Canisters().Idle())
		require.EqualValues(t, 1, s.Latest().Stream(1).Begin())
	}
}

func TestAcceptSignalsDropMessages(t *testing.T) {
	w, s := pair(t)
	r := w.Run(s, w.Batch(s, withSlices(slice(1, protocol.StreamHeader{SignalsEnd: 1}))))
	require.Equal(t, protocol.CyclesOf(500), r.Summary.Departed)
	require.Empty(t, s.Canisters().Answers())
	stream := s.Latest().Stream(1)
	require.Equal(t, stream.Begin(), stream.End())
}

func TestRejectedResponseIsRoutedToWhereItsReceiverLives(t *testing.T) {
	w, s := pair(t)
	ask := slice(2, protocol.StreamHeader{End: 1}, request(third, here, 100))
	w.Run(s, w.Batch(s, withSlices(ask)))
	require.EqualValues(t, 1, s.Latest().Stream(2).End(), "the response")
	answer := s.Latest().Stream(2).Messages(0)[0]

	w.Registry.Snapshot.Routing.Ranges[1].Last = third // third has moved to subnet 1
	w.Registry.Snapshot.Routing.Ranges[2].First = third + 1
	migrating := protocol.StreamHeader{Begin: 1, End: 1, SignalsEnd: 1,
		Rejects: []protocol.RejectSignal{{Index: 0, Reason: protocol.RejectCanisterMigrating}}}
	r := w.Run(s, w.Batch(s, withSlices(slice(2, migrating))))
	require.EqualValues(t, 1, s.Latest().Stream(2).Begin())
	require.Same(t, answer, s.Latest().Stream(1).Messages(1)[0])
	require.Empty(t, r.Critical)
	require.True(t, r.Summary.Departed.IsZero())
}

func TestInductionSignals(t *testing.T) {
	w, s := pair(t)
	missing := messagingtest.CanisterOf(0, 9)
	elsewhere := messagingtest.CanisterOf(2, 0)
	in := slice(1, protocol.StreamHeader{End: 6},
		request(there, here, 10), request(there, missing, 10), request(third, here, 10), request(there, elsewhere, 10),
		request(there, messagingtest.Nowhere, 10),
		protocol.NewResponse(&protocol.Response{Originator: here, Respondent: third, Callback: 3, Refund: protocol.CyclesOf(10)}))
	before := s.Latest().Cycles()
	r := w.Run(s, w.Batch(s, withSlices(in)))
	want := []protocol.RejectReason{
		protocol.Accepted,
		protocol.RejectCanisterNotFound,
		protocol.RejectCanisterMigrating, // a request from a subnet that does not host its sender
		protocol.RejectCanisterMigrating, // a request for a canister hosted elsewhere
		protocol.RejectCanisterMigrating, // or nowhere: whoever is moved here may not be in our registry yet
		protocol.Accepted,                // a response from a subnet that does not host its sender: dropped
	}
	require.Equal(t, want, r.Summary.Inducted[0].Signals)
	header := s.Latest().Stream(1).Header()
	require.EqualValues(t, 6, header.SignalsEnd)
	require.Equal(t, []protocol.RejectSignal{
		{Index: 1, Reason: protocol.RejectCanisterNotFound}, {Index: 2, Reason: protocol.RejectCanisterMigrating},
		{Index: 3, Reason: protocol.RejectCanisterMigrating}, {Index: 4, Reason: protocol.RejectCanisterMigrating},
	}, header.Rejects)
	require.Equal(t, []string{messaging.CriticalSenderSubnet}, r.Critical)
	require.Equal(t, protocol.CyclesOf(20), r.Summary.Arrived)
	require.Equal(t, protocol.CyclesOf(10+1), r.Summary.Burned, "what was dropped, and one execution")
	require.Equal(t, before.Add(r.Summary.Arrived), s.Latest().Cycles().Add(r.Summary.Burned))

	gone := protocol.StreamHeader{Begin: 3, End: 6, SignalsEnd: 1}
	w.Run(s, w.Batch(s, withSlices(slice(1, gone))))
	require.Len(t, s.Latest().Stream(1).Header().Rejects, 2, "signals for messages that are gone are dropped")
}

func TestQueueFullIsSignalled(t *testing.T) {
	w, s := pair(t)
	var many []*protocol.CanisterMessage
	for range 3 {
		many = append(many, request(there, here, 0))
	}
	r := messaging.StateMachine{Executor: &messagingtest.Executor{Queue: 2}, Limits: messaging.DefaultLimits()}
	result := r.Process(s.Latest(), w.Batch(s, withSlices(slice(1, protocol.StreamHeader{End: 3}, many...))), w.Registry.Snapshot)
	require.Equal(t, []protocol.RejectReason{0, 0, protocol.RejectQueueFull}, result.Summary.Inducted[0].Signals)
}

func TestBrokenInvariantsPanic(t *testing.T) {
	with := func(h protocol.StreamHeader) func(*protocol.Batch) {
		return func(b *protocol.Batch) { b.Payload.XNet = []*protocol.CertifiedStreamSlice{slice(1, h)} }
	}
	const notNext, notIncreasing = "a batch of subnet", "reject signals of s1 are not increasing"
	unknown := func(at protocol.StreamIndex) protocol.RejectSignal {
		return protocol.RejectSignal{Index: at, Reason: protocol.RejectUnknown}
	}
	for name, c := range map[string]struct {
		says    string
		breakIt func(*protocol.Batch)
	}{
		"height":                    {notNext, func(b *protocol.Batch) { b.Height++ }},
		"subnet":                    {notNext, func(b *protocol.Batch) { b.Subnet = 1 }},
		"registry":                  {notNext, func(b *protocol.Batch) { b.RegistryVersion = 9 }},
		"signals beyond the stream": {"signals of s1 end at 2", with(protocol.StreamHeader{SignalsEnd: 2})},
		"reject beyond the signals": {notIncreasing, with(protocol.StreamHeader{
			SignalsEnd: 1, Rejects: []protocol.RejectSignal{unknown(1)},
		})},
		"reject twice": {notIncreasing, with(protocol.StreamHeader{
			SignalsEnd: 1, Rejects: []protocol.RejectSignal{unknown(0), unknown(0)},
		})},
		"begin beyond our signals": {"our signals end at 0", with(protocol.StreamHeader{Begin: 1, End: 1, SignalsEnd: 1})},
		"no stream": {"acknowledges a stream that does not exist", func(b *protocol.Batch) {
			b.Payload.XNet = []*protocol.CertifiedStreamSlice{slice(2, protocol.StreamHeader{SignalsEnd: 1})}
		}},
		"gap": {"messages of s1 begin at 1, expected 0", func(b *protocol.Batch) {
			gap := slice(1, protocol.StreamHeader{End: 2}, request(there, here, 0))
			gap.MessagesBegin = 1
			b.Payload.XNet = []*protocol.CertifiedStreamSlice{gap}
		}},
	} {
		w, s := pair(t)
		b := w.Batch(s, protocol.BatchPayload{})
		c.breakIt(b)
		requirePanic(t, c.says, func() { w.Machine().Process(s.Latest(), b, w.Registry.Snapshot) }, name)
	}
}

// requirePanic wants a panic that names the package, subnet and height, and says something.
func requirePanic(t *testing.T, says string, f func(), name string) {
	defer func() {
		text, _ := recover().(string)
		require.Regexp(t, "^messaging: subnet s., height .: ", text, name)
		require.Contains(t, text, says, name)
	}()
	f()
}

// A minter is an executor that says nothing of the cycles it makes.
type minter struct{ messagingtest.Executor }

func (m *minter) Begin(parent protocol.CanisterState, ctx *protocol.RoundContext) protocol.Round {
	return m.Executor.Begin(messagingtest.NewCanisters(1, here), ctx)
}

func TestCyclesFromNowherePanic(t *testing.T) {
	w, s := pair(t)
	m := &messaging.StateMachine{Executor: &minter{}, Limits: messaging.DefaultLimits()}
	b := w.Batch(s, protocol.BatchPayload{})
	requirePanic(t, "cycles are not conserved", func() { m.Process(s.Latest(), b, w.Registry.Snapshot) }, "")
}

func TestTimeNeverGoesBack(t *testing.T) {
	w, s := pair(t)
	now := s.Latest().Time()
	b := w.Batch(s, protocol.BatchPayload{})
	b.Time = now - 1
	r := w.Run(s, b)
	require.Equal(t, now, r.State.Time())
	require.Equal(t, []string{messaging.CriticalBatchTime}, r.Critical)
	b = w.Batch(s, protocol.BatchPayload{})
	b.Time = now.Add(time.Nanosecond)
	require.Empty(t, w.Run(s, b).Critical)
}

func TestKnownCallsAreNotInductedAgain(t *testing.T) {
	w, s := pair(t)
	call := w.Ingress(here, "go", nil, protocol.IngressTTL, 2)
	r := w.Run(s, w.Batch(s, protocol.BatchPayload{Ingress: []*protocol.SignedIngress{call, call}}))
	require.Equal(t, 1, r.Summary.Ingress)
	r = w.Run(s, w.Batch(s, protocol.BatchPayload{Ingress: []*protocol.SignedIngress{call}}))
	require.Zero(t, r.Summary.Ingress)
}

func TestFullHistoryRefusesCalls(t *testing.T) {
	w, s := pair(t)
	limits := messaging.DefaultLimits()
	limits.HistoryCalls = 2 // one is known
	m := &messaging.StateMachine{Executor: &messagingtest.Executor{Messages: 1, Queue: 1}, Limits: limits}
	var calls []*protocol.SignedIngress
	for i := range uint64(2) {
		calls = append(calls, w.Ingress(here, "go", nil, protocol.IngressTTL, 10+i))
	}
	b := w.Batch(s, protocol.BatchPayload{Ingress: calls})
	r := m.Process(s.Latest(), b, w.Registry.Snapshot)
	require.Equal(t, protocol.IngressReplied, r.State.IngressState(calls[0].MessageID))
	require.Equal(t, "IC0204", r.State.IngressStatus(calls[1].MessageID).Reject.Error)

	w.Registry.Snapshot.Subnets[0].Type = protocol.SystemSubnet
	r = m.Process(s.Latest(), b, w.Registry.Snapshot)
	require.Equal(t, 2, r.Summary.Ingress, "system subnets have no bound")
}
