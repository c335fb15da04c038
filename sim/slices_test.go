package sim

import (
	"testing"

	"github.com/stretchr/testify/require"

	"icsim/crypto"
	"icsim/crypto/principal"
	"icsim/protocol"
	"icsim/protocol/messaging"
)

// Nodes of a subnet share a slice by all that it depends on, and by nothing else.
func TestSlicesAreShared(t *testing.T) {
	calls := 0
	inner := func(_ *messaging.State, c *protocol.Certification, cut messaging.Cut) *protocol.CertifiedStreamSlice {
		calls++
		return &protocol.CertifiedStreamSlice{To: cut.To, MessagesBegin: cut.Begin, Certification: c}
	}
	certification := func(h protocol.Height, sig byte) *protocol.Certification {
		return protocol.NewCertification(h, protocol.StateHash{1}, crypto.ThresholdSignature{sig})
	}
	shared := (&simulation{config: &Config{}}).sharedSlicer(inner)
	cut := messaging.Cut{To: 1, Puller: principal.Canister(1), WitnessBegin: 1, Begin: 2, End: 3}
	for i, x := range []struct {
		height protocol.Height
		sig    byte
		change func(*messaging.Cut)
	}{
		{1, 1, func(*messaging.Cut) {}},
		{2, 1, func(*messaging.Cut) {}},
		{1, 2, func(*messaging.Cut) {}},
		{1, 1, func(c *messaging.Cut) { c.To++ }},
		{1, 1, func(c *messaging.Cut) { c.Puller = principal.Canister(2) }},
		{1, 1, func(c *messaging.Cut) { c.WitnessBegin++ }},
		{1, 1, func(c *messaging.Cut) { c.Begin++ }},
		{1, 1, func(c *messaging.Cut) { c.End++ }},
	} {
		asked := cut
		x.change(&asked)
		for range 3 { // each node has a certification of its own
			c := certification(x.height, x.sig)
			want := inner(nil, c, asked)
			calls--
			got := shared(new(messaging.State), c, asked)
			require.Equal(t, want, got)
			require.Same(t, c, got.Certification)
		}
		require.Equal(t, i+1, calls)
	}
	alone := (&simulation{config: &Config{NoShare: true}}).sharedSlicer(inner)
	calls = 0
	for range 3 {
		alone(nil, certification(1, 1), cut)
	}
	require.Equal(t, 3, calls)
}
