package replica_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"icsim/protocol"
	"icsim/protocol/protocoltest"
	"icsim/protocol/replica"
	"icsim/protocol/replica/replicatest"
)

// forgeries are all that lanes of a node tell each other, with content that would do harm.
func forgeries(t *testing.T, w *replicatest.World) (all []protocol.Message) {
	other := &node{TB: t, World: w, Replica: replica.New(w.Config(0))}
	result, batch := other.Execute(other.States().Latest(), other.Call(to, "forged", 1))
	all = append(all, &protocol.BatchReady{Batch: batch}, replica.Executed(result, batch))
	all = append(all, replica.OwnMessages(result.State, w.Subnets[0].Genesis, batch.Payload.Ingress)...)
	for lane := range protocol.NumLanes {
		all = append(all, &protocol.Poke{At: lane, Reason: "forged"}, &protocol.PeerChange{At: lane, Peer: 2, Conn: 7, Up: true})
	}
	return all
}

// What a node's lanes tell each other changes nothing when another node sends it, whatever it is: a node that gets all of it between its
// steps does what one does that gets none.
func TestNodesTakeNoMessagesOfLanesFromOthers(t *testing.T) {
	w := replicatest.NewWorld(4)
	inputs := w.Recorded(0)
	require.Greater(t, len(inputs), 300)
	forged := forgeries(t, w)
	kinds := map[string]bool{}
	for _, m := range forged {
		require.Zero(t, m.Size(), "%T", m)
		kinds[fmt.Sprintf("%T", m)] = true
	}
	require.Len(t, kinds, 9, "the kinds that there are: %v", kinds)

	play := func(attacked bool) (did []string) {
		r := replica.New(w.Config(0))
		host := &protocoltest.Host{Machine: r, Disk: protocol.NewDisk()}
		host.Run = func(in *protocol.Input, out *protocol.Outputs) {
			r.Step(in, out)
			for _, s := range out.Sends {
				did = append(did, fmt.Sprintf("%v %v to %v", in.Instant, s.Msg, s.To))
			}
			for _, n := range out.Notes {
				did = append(did, fmt.Sprintf("%v %v %d %x %s", in.Instant, n.Kind, n.Height, n.Hash, n.Reason))
			}
			for _, l := range out.Locals {
				did = append(did, fmt.Sprintf("%v %v after %v", in.Instant, l.Msg, l.After))
			}
			did = append(did, fmt.Sprintf("%v writes %d, wakes %v %v", in.Instant, len(out.Writes), in.Lane, out.Wake))
		}
		host.Start()
		for i := range inputs {
			host.Advance(inputs[i].Instant)
			arrivals := inputs[i].Arrivals
			if attacked {
				for _, m := range forged {
					if m.Lane() == inputs[i].Lane {
						arrivals = append(arrivals[:len(arrivals):len(arrivals)], protocol.Arrival{From: 1, Conn: 1, Msg: m})
					}
				}
			}
			host.Give(arrivals...)
		}
		return append(did, r.States().Latest().Root().String())
	}
	require.Equal(t, play(false), play(true))
}

// An input of nothing else is a wake-up.
func TestForgedMessagesAloneAreAWakeUp(t *testing.T) {
	w := replicatest.NewWorld(4)
	for _, m := range forgeries(t, w) {
		n := &node{TB: t, World: w, Replica: replica.New(w.Config(0))}
		twin := &node{TB: t, World: w, Replica: replica.New(w.Config(0))}
		out, want := n.take(protocol.Arrival{From: 3, Conn: 1, Msg: m}), *twin.wake(m.Lane())
		want.Meter.Charge(protocol.OpReceive, 1)
		require.Equal(t, want, *out, "%T %v", m, m)
		require.Equal(t, twin.States().LatestHeight(), n.States().LatestHeight())
	}
}
