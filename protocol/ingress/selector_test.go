package ingress

import (
	"testing"

	"icsim/protocol"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

const plenty = 1 << 30

func context(certified protocol.Height, time protocol.Time) protocol.ValidationContext {
	return protocol.ValidationContext{RegistryVersion: 1, CertifiedHeight: certified, Time: time}
}

func block(h protocol.Height, section ...*protocol.SignedIngress) *protocol.Block {
	return &protocol.Block{Height: h, Payload: protocol.NewDataPayload(protocol.BatchPayload{Ingress: section})}
}

func TestNothingToSelectCostsNothing(t *testing.T) {
	w := newWorld()
	require.Nil(t, w.selector.Build(context(9, 0), nil, plenty), "the state is not even asked for")
	require.Equal(t, protocol.Accept(), w.selector.Validate(nil, context(9, 0), nil))
}

// D, "Ingress": each rule by itself, with its reason; the maker skips what the validator refuses.
func TestRulesOfASection(t *testing.T) {
	now := 1000 * second
	good := sign(spec{expiry: now + second})
	cases := []struct {
		reason string
		m      *protocol.SignedIngress
		set    func(w *world)
		past   []*protocol.Block
	}{
		{"", good, nil, nil},
		{"", sign(spec{expiry: now}), nil, nil},
		{"", sign(spec{expiry: now + protocol.IngressTTL}), nil, nil},
		{"", sign(spec{expiry: now, canister: protocol.ManagementCanister}), nil, nil},
		{"", good, func(w *world) { w.states.history[good.MessageID] = 6 }, nil}, // after the certified height
		{"", delegate(spec{expiry: now}, protocol.Delegation{Expiration: genesis + uint64(now)}), nil, nil},
		{ReasonExpired, sign(spec{expiry: now - 1}), nil, nil},
		{ReasonExpiryFar, sign(spec{expiry: now + protocol.IngressTTL + 1}), nil, nil},
		{ReasonPast, good, nil, []*protocol.Block{block(7), block(6, good)}},
		{ReasonHistory, good, func(w *world) { w.states.history[good.MessageID] = 5 }, nil},
		{ReasonNoCanister, sign(spec{expiry: now, canister: 100}), nil, nil},
		{ReasonNoCanister, sign(spec{expiry: now, canister: 7}), func(w *world) { w.states.stopped[7] = true }, nil},
	}
	for _, bad := range tampered(now) {
		cases = append(cases, struct {
			reason string
			m      *protocol.SignedIngress
			set    func(w *world)
			past   []*protocol.Block
		}{bad.reason, bad.m, nil, nil})
	}
	for _, c := range cases {
		w := newWorld()
		w.states.latest = 5
		w.pool.add(received{c.m, peer, w.pool.usage(peer)})
		if c.set != nil {
			c.set(w)
		}
		section := []*protocol.SignedIngress{c.m}
		require.Equal(t, c.reason, w.selector.Validate(section, context(5, now), c.past).Reason)
		if c.reason != "" {
			section = nil
		}
		require.Equal(t, section, w.selector.Build(context(5, now), c.past, plenty), c.reason)
	}
}

// rs/ingress_manager: without the state at the certified height a section cannot be judged yet.
func TestMissingStateDefers(t *testing.T) {
	w := newWorld()
	m := sign(spec{expiry: second})
	w.submit(m)
	require.Equal(t, protocol.Defer(ReasonStateMissing), w.selector.Validate([]*protocol.SignedIngress{m}, context(1, 0), nil))
	require.Empty(t, w.selector.Build(context(1, 0), nil, plenty))
}

func TestLimitsOfASection(t *testing.T) {
	w := newWorld()
	var many []*protocol.SignedIngress
	for i := range 25 {
		m := sign(spec{expiry: protocol.Time(i), number: i})
		many = append(many, m)
		w.submit(m)
	}
	require.Len(t, w.selector.Build(context(0, 0), nil, plenty), 20)
	require.Len(t, w.selector.Build(context(0, 0), nil, 5*WireSize+1), 5, "wire bytes")
	require.Equal(t, protocol.Refuse(ReasonTooMany), w.selector.Validate(many[:21], context(0, 0), nil))
	require.Equal(t, protocol.Accept(), w.selector.Validate(many[:20], context(0, 0), nil))
	require.Equal(t, protocol.Refuse(ReasonOrder), w.selector.Validate([]*protocol.SignedIngress{many[1], many[0]}, context(0, 0), nil))
	require.Equal(t, protocol.Refuse(ReasonOrder), w.selector.Validate([]*protocol.SignedIngress{many[1], many[1]}, context(0, 0), nil))

	w = newWorld()
	var big []*protocol.SignedIngress
	for i := range 8 {
		m := sign(spec{expiry: protocol.Time(i), number: i, size: 9_000})
		big = append(big, m)
		w.submit(m)
	}
	require.Len(t, w.selector.Build(context(0, 0), nil, plenty), 5, "50,000 bytes a block")
	require.Equal(t, protocol.Refuse(ReasonBlockTooBig), w.selector.Validate(big[:6], context(0, 0), nil))
}

// ingress_selector.rs: a canister has its share of the block, however many messages another one has; what it does not
// use goes to the others.
func TestCanistersShareABlock(t *testing.T) {
	w := newWorld()
	for i := range 10 {
		w.submit(sign(spec{expiry: protocol.Time(i), number: i, canister: 1, size: 4_700}))
	}
	for i := range 4 {
		w.submit(sign(spec{expiry: 99, number: i, canister: 2, size: 4_700}))
	}
	w.submit(sign(spec{expiry: 99, canister: 3, size: 4_700}))
	count := map[protocol.CanisterID]int{}
	for _, m := range w.selector.Build(context(0, 0), nil, plenty) {
		count[m.Content.Canister]++
	}
	require.Equal(t, 1, count[3])
	require.GreaterOrEqual(t, count[2], 3, "of ten")
	require.Equal(t, 10, count[1]+count[2]+count[3])
}

// The room a canister leaves is shared by bytes among the others: many small messages hold their own against large ones.
func TestUnusedQuotaIsShared(t *testing.T) {
	w := newWorld()
	w.selector.Keys.Registry.At(1).Subnet(0).MaxIngressMessages = 1000
	w.submit(sign(spec{expiry: 99, canister: 1}))
	for i := range 20 {
		w.submit(sign(spec{expiry: 99, number: i, canister: 2, size: 9_000}))
	}
	for i := range 100 {
		w.submit(sign(spec{expiry: 99, number: i, canister: 3, size: 500}))
	}
	count := map[protocol.CanisterID]int{}
	for _, m := range w.selector.Build(context(0, 0), nil, plenty) {
		count[m.Content.Canister]++
	}
	require.Equal(t, 1, count[1])
	require.GreaterOrEqual(t, count[2], 2)
	require.GreaterOrEqual(t, count[3], 30, "more than the 23 of its first quota")
}

// What one block was judged by is not left over for the next.
func TestPastIsOfOneBlock(t *testing.T) {
	w := newWorld()
	m := sign(spec{expiry: second})
	section := []*protocol.SignedIngress{m}
	require.Equal(t, ReasonPast, w.selector.Validate(section, context(0, 0), []*protocol.Block{block(1, m)}).Reason)
	require.Equal(t, protocol.Accept(), w.selector.Validate(section, context(0, 0), nil))
}

// A crafted expiry gains no place: a canister's messages are taken in the order they came.
func TestOldestOfACanisterGoFirst(t *testing.T) {
	w := newWorld()
	var first []*protocol.SignedIngress
	for i := range 25 {
		m := sign(spec{expiry: protocol.Time(100 - i), number: i})
		w.submit(m)
		if i < 20 {
			first = append([]*protocol.SignedIngress{m}, first...)
		}
	}
	require.Equal(t, first, w.selector.Build(context(0, 0), nil, plenty))
}

// On a chain of blocks, whatever the pool holds and however far certification lags: no message stands in two blocks,
// none is expired at its block's time, and each maker's section passes every validator.
func TestNothingIsSelectedTwice(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w, validator := newWorld(), newWorld()
		validator.selector.States = w.states
		var chain []*protocol.Block // newest first
		seen := map[protocol.MessageID]bool{}
		now := protocol.Time(0)
		for h := protocol.Height(1); h <= protocol.Height(rapid.IntRange(1, 12).Draw(t, "blocks")); h++ {
			for range rapid.IntRange(0, 8).Draw(t, "calls") {
				m := sign(spec{
					number:   rapid.IntRange(0, 30).Draw(t, "number"),
					canister: protocol.CanisterID(rapid.IntRange(98, 101).Draw(t, "canister")),
					expiry:   now + protocol.Time(rapid.IntRange(0, 400).Draw(t, "expiry"))*second,
					size:     rapid.IntRange(0, 9_900).Draw(t, "size"),
				})
				w.insert(now, m)
			}
			now += protocol.Time(rapid.IntRange(1, 100).Draw(t, "seconds")) * second
			if rapid.Bool().Draw(t, "step") {
				w.step(now)
			}
			w.states.latest += protocol.Height(rapid.IntRange(0, int(h-1-w.states.latest)).Draw(t, "certified"))
			past := chain[:h-1-w.states.latest]
			wire := rapid.IntRange(0, 10*WireSize).Draw(t, "wire")
			section := w.selector.Build(context(w.states.latest, now), past, wire)
			require.Equal(t, protocol.Accept(), validator.selector.Validate(section, context(w.states.latest, now), past))
			require.LessOrEqual(t, len(section)*WireSize, wire)
			for _, m := range section {
				require.False(t, seen[m.MessageID], "selected twice")
				require.GreaterOrEqual(t, m.Content.Expiry, now)
				seen[m.MessageID] = true
				w.states.history[m.MessageID] = h
			}
			chain = append([]*protocol.Block{block(h, section...)}, chain...)
		}
	})
}

func BenchmarkBuild1000Of10000(b *testing.B) {
	w := newWorld()
	r := w.selector.Keys.Registry.At(1).Subnet(0)
	r.MaxIngressMessages, r.MaxBlockIngressBytes = 1000, 4<<20
	for i := range MaxMessages {
		m := sign(spec{expiry: 60 * second, number: i, canister: protocol.CanisterID(i % 50)})
		w.pool.add(received{m, peer, w.pool.usage(peer)})
	}
	b.ResetTimer()
	for range b.N {
		if len(w.selector.Build(context(0, 0), nil, plenty)) != 1000 {
			b.Fatal("not full")
		}
	}
}
