package adversary

import (
	"time"

	"icsim/protocol"
)

// staleArtifacts sends again what it has seen long ago: shares and blocks of heights that are over, of whoever made them. It probes that
// pools refuse what they have purged, and are not made to grow.
func staleArtifacts() strategy {
	return strategy{
		about: "sends old artifacts again, of all that it has seen (count at a time: 10)",
		takes: []Parameter{Artifacts, Count},
		wrap: func(inner protocol.Machine, cfg *hand) protocol.Machine {
			s := &repeater{cfg: cfg, barrage: newBarrage(cfg, defaultRepeats)}
			return &editor{inner, s.step}
		},
	}
}

const (
	defaultRepeats = 10
	keepOld        = 512
)

type repeater struct {
	cfg *hand
	barrage
	old  []protocol.Artifact // the first that were seen
	next int
}

func (r *repeater) step(in *protocol.Input, out *protocol.Outputs) {
	for _, a := range in.Arrivals {
		if x := pushed(a.Msg); x != nil && len(r.old) < keepOld && r.cfg.on(x.Kind(), anyKind) && x.Kind() != protocol.KindIngress {
			r.old = append(r.old, x)
		}
	}
	if len(r.old) == keepOld { // they are old by now
		r.fire(in, out, func() protocol.Artifact {
			r.next++
			return r.old[r.next%keepOld]
		})
	}
}

// A barrage sends many artifacts, in slots of its own.
type barrage struct {
	hand   *hand
	count  int
	again  protocol.Time // not before, on the monotonic clock
	commit uint64
}

// pause is between two salvos of a barrage: what comes in between leaves with the next.
const pause = 100 * time.Millisecond

func newBarrage(cfg *hand, count int) barrage {
	if cfg.Count > 0 {
		count = cfg.Count
	}
	return barrage{hand: cfg, count: count}
}

func (b *barrage) fire(in *protocol.Input, out *protocol.Outputs, artifact func() protocol.Artifact) {
	if in.Instant < b.again || in.Lane != protocol.LaneConsensus {
		return
	}
	b.again = in.Instant.Add(pause)
	peers := b.hand.peers(in.Now)
	for range b.count {
		a := artifact()
		b.commit++
		out.Send(peers, &protocol.SlotUpdate{
			Slot: firstSlot + 2*slots + uint32(b.commit%slots), Commit: commitOfBarrage + b.commit, Meta: protocol.MetaOf(a), Artifact: a,
		})
	}
}

// commitOfBarrage is far above the commits of the honest broadcast, whose slots are others.
const commitOfBarrage = 1 << 40
