package sim

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"icsim/metrics"
	"icsim/protocol"
	"icsim/sim/network"
)

// sampleEvery is how often a run's levels are read, in virtual time: between events, so that no event tells of it.
const sampleEvery = time.Second

// ranksTold is how many ranks of block makers are told apart; the last stands for all above it, too.
const ranksTold = 4

// A recorder folds a run into a metrics.Record.
type recorder struct {
	sampled protocol.Time // the last time
	subnets []subnetRecorder
	calls   struct{ submitted, answered, lost, latency *metrics.Series }
	xnet    struct{ calls, responses, latency *metrics.Series }
}

// A subnetRecorder has the series of one subnet.
type subnetRecorder struct {
	finalized, certified, cup *metrics.Series
	ranks                     [ranksTold]*metrics.Series // blocks finalized
	finalization              *metrics.Series
	sent, received            *metrics.Series
	instructions              *metrics.Series                   // executed, each round once
	kinds                     [network.NumKinds]*metrics.Series // nil: none sent
	lanes                     [protocol.NumLanes]*metrics.Series
	last                      subnetLevels
}

// subnetLevels are what grows, summed over a subnet's nodes.
type subnetLevels struct {
	sent, received uint64
	kinds          [network.NumKinds]uint64
	worked         [protocol.NumLanes]time.Duration
}

func newSeries() *metrics.Series { return metrics.NewSeries(metrics.RecordPoints, int64(sampleEvery)) }

func newRecorder(subnets int) *recorder {
	r := &recorder{subnets: make([]subnetRecorder, subnets)}
	r.calls.submitted, r.calls.answered, r.calls.lost, r.calls.latency = newSeries(), newSeries(), newSeries(), newSeries()
	r.xnet.calls, r.xnet.responses, r.xnet.latency = newSeries(), newSeries(), newSeries()
	for i := range r.subnets {
		s := &r.subnets[i]
		s.finalized, s.certified, s.cup, s.finalization = newSeries(), newSeries(), newSeries(), newSeries()
		s.sent, s.received, s.instructions = newSeries(), newSeries(), newSeries()
		for k := range s.ranks {
			s.ranks[k] = newSeries()
		}
		for k := range s.lanes {
			s.lanes[k] = newSeries()
		}
	}
	return r
}

// sample reads levels if it is time to.
func (s *simulation) sample(now protocol.Time) {
	r := s.watch.record
	if r == nil || now < r.sampled.Add(sampleEvery) {
		return
	}
	for i := range r.subnets {
		r.subnets[i].sample(int64(r.sampled), s.watch.subnets[i], s.levels(i))
	}
	r.sampled = now
}

// levels adds up what a subnet's nodes have sent and done.
func (s *simulation) levels(subnet int) (l subnetLevels) {
	for _, n := range s.subnets[subnet].nodes {
		t := s.net.Traffic(n)
		l.sent, l.received = l.sent+t.SentBytes, l.received+t.ReceivedBytes
		for k, bytes := range s.net.SentByKind(n) {
			l.kinds[k] += bytes
		}
		for k := range l.worked {
			l.worked[k] += s.hosts[n].Worked(protocol.Lane(k))
		}
	}
	return l
}

// sample folds what came since the last time, which counts for the interval that began then.
func (s *subnetRecorder) sample(from int64, w *subnetWatch, now subnetLevels) {
	s.finalized.Add(from, int64(w.finalized))
	s.certified.Add(from, int64(w.certified))
	s.cup.Add(from, int64(w.cup))
	s.sent.Add(from, int64(now.sent-s.last.sent))
	s.received.Add(from, int64(now.received-s.last.received))
	for k := range now.kinds {
		if now.kinds[k] == 0 {
			continue
		}
		if s.kinds[k] == nil {
			s.kinds[k] = newSeries()
		}
		s.kinds[k].Add(from, int64(now.kinds[k]-s.last.kinds[k]))
	}
	for k := range now.worked {
		s.lanes[k].Add(from, int64(now.worked[k]-s.last.worked[k]))
	}
	s.last = now
}

// finalizedBlock counts a block when the first node sees it final.
func (s *subnetRecorder) finalizedBlock(at protocol.Time, rank uint64) {
	s.ranks[min(rank, ranksTold-1)].Add(int64(at), 1)
}

// note folds an observation of a client.
func (r *recorder) note(at protocol.Time, n *protocol.Note) {
	switch n.Kind {
	case protocol.NoteCallSubmitted:
		r.calls.submitted.Add(int64(at), 1)
	case protocol.NoteCallAnswered:
		r.calls.answered.Add(int64(at), 1)
		r.calls.latency.Add(int64(at), int64(n.Value))
	case protocol.NoteCallLost:
		r.calls.lost.Add(int64(at), 1)
	}
}

// recorded sums the recorder up; nil without metrics.
func (s *simulation) recorded(end protocol.Time) *metrics.Record {
	r := s.watch.record
	if r == nil || end <= 0 {
		return nil
	}
	t := tracks{end: int64(end)}
	if s.watch.calls.submitted > 0 {
		t.add("calls_submitted_per_second", "Update calls that users made", "calls/s", "", "", r.calls.submitted, 1, metrics.FoldRate)
		t.add("calls_answered_per_second", "Update calls that were answered", "calls/s", "", "", r.calls.answered, 1, metrics.FoldRate)
		t.add("calls_lost_per_second", "Update calls that got no answer before they expired", "calls/s", "", "", r.calls.lost, 1,
			metrics.FoldRate)
		t.add("call_latency_mean", "Time from a user's call to its certified answer, mean", "ms", "", "", r.calls.latency, ms, metrics.FoldMean)
		t.add("call_latency_max", "Time from a user's call to its certified answer, greatest", "ms", "", "", r.calls.latency, ms, metrics.FoldMax)
	}
	if s.watch.xnet.calls > 0 {
		const made, took = "Calls between subnets", "Time from a call between subnets to its response, mean"
		t.add("xnet_calls_per_second", made, "calls/s", "", "", r.xnet.calls, 1, metrics.FoldRate)
		t.add("xnet_responses_per_second", made+" that got their response", "calls/s", "", "", r.xnet.responses, 1, metrics.FoldRate)
		t.add("xnet_latency_mean", took, "ms", "", "", r.xnet.latency, ms, metrics.FoldMean)
	}
	t.subnets(s)
	out := &metrics.Record{Seconds: seconds(end), Tracks: t.all, Distributions: s.distributions()}
	s.recordNodes(out, end)
	s.recordLinks(out)
	return out
}

const ms = 1e6

// tracks collects series as tracks.
type tracks struct {
	end int64
	all []metrics.Track
}

func (t *tracks) add(name, help, unit, subnet, part string, s *metrics.Series, size float64, fold metrics.Fold) {
	t.all = append(t.all, metrics.Track{
		Name: name, Help: help, Unit: unit, Subnet: subnet, Part: part,
		IntervalSeconds: time.Duration(s.Interval()).Seconds(), Values: s.Values(t.end, size, fold),
	})
}

// subnets adds the tracks of all subnets, name by name.
func (t *tracks) subnets(s *simulation) {
	each := func(add func(r *subnetRecorder, name string, nodes float64)) {
		for i := range s.watch.record.subnets {
			add(&s.watch.record.subnets[i], s.watch.subnets[i].name, float64(len(s.subnets[i].nodes)))
		}
	}
	each(func(r *subnetRecorder, in string, _ float64) {
		t.add("finalized_height", "Height of the newest finalized block", "blocks", in, "", r.finalized, 1, metrics.FoldMax)
	})
	each(func(r *subnetRecorder, in string, _ float64) {
		t.add("certified_height", "Height of the newest certified state", "blocks", in, "", r.certified, 1, metrics.FoldMax)
	})
	each(func(r *subnetRecorder, in string, _ float64) {
		t.add("cup_height", "Height of the newest catch-up package", "blocks", in, "", r.cup, 1, metrics.FoldMax)
	})
	each(func(r *subnetRecorder, in string, _ float64) {
		for k, series := range r.ranks {
			rank := fmt.Sprintf("rank %d", k)
			if k == ranksTold-1 {
				rank += " and above"
			}
			t.add("blocks_per_second", "Blocks finalized, by the rank of their makers", "blocks/s", in, rank, series, 1, metrics.FoldRate)
		}
	})
	each(func(r *subnetRecorder, in string, _ float64) {
		t.add("instructions_per_second", "Instructions that canisters execute", "million/s", in, "", r.instructions, 1e6, metrics.FoldRate)
	})
	each(func(r *subnetRecorder, in string, _ float64) {
		t.add("finalization_mean", "Time from proposal until more than half of the nodes see the block final, mean", "ms", in, "",
			r.finalization, ms, metrics.FoldMean)
	})
	each(func(r *subnetRecorder, in string, nodes float64) {
		t.add("sent_per_node", "Bandwidth that a node sends, mean over nodes", "kB/s", in, "", r.sent, 1e3*nodes, metrics.FoldRate)
	})
	each(func(r *subnetRecorder, in string, nodes float64) {
		t.add("received_per_node", "Bandwidth that a node receives, mean over nodes", "kB/s", in, "", r.received, 1e3*nodes, metrics.FoldRate)
	})
	each(func(r *subnetRecorder, in string, nodes float64) {
		for k, series := range r.kinds {
			if series != nil {
				t.add("sent_by_kind_per_node", "Bandwidth that a node sends, by what for, mean over nodes", "kB/s", in,
					network.Kind(k).String(), series, 1e3*nodes, metrics.FoldRate)
			}
		}
	})
	each(func(r *subnetRecorder, in string, nodes float64) {
		for k, series := range r.lanes {
			t.add("lane_utilization", "Share of its time that a lane (protocol thread) works, mean over nodes", "%", in,
				protocol.Lane(k).String(), series, 1e7*nodes, metrics.FoldRate)
		}
	})
}

func (s *simulation) distributions() (out []metrics.Distribution) {
	w := &s.watch
	for _, sub := range w.subnets {
		d := sub.finalization.Distribution("finalization", "Time from proposal until more than half of the nodes see the block final", "ms", ms)
		d.Subnet = sub.name
		out = append(out, d)
	}
	out = append(out,
		w.calls.latency.Distribution("call_latency", "Time from a user's call to its certified answer", "ms", ms),
		w.calls.queries.latency.Distribution("query_latency", "Time from a user's query to its answer", "ms", ms),
		w.xnet.latency.Distribution("xnet_latency", "Time from a call between subnets to its response", "ms", ms))
	return slices.DeleteFunc(out, func(d metrics.Distribution) bool { return d.Count == 0 })
}

// recordNodes tells of each node how busy it was. What it is called and where it stands the scenario knows.
func (s *simulation) recordNodes(out *metrics.Record, end protocol.Time) {
	for i, sub := range s.subnets {
		for k, n := range sub.nodes {
			t := s.net.Traffic(n)
			busiest := protocol.Lane(0)
			for l := range protocol.NumLanes {
				if s.hosts[n].Worked(l) > s.hosts[n].Worked(busiest) {
					busiest = l
				}
			}
			out.Nodes = append(out.Nodes, metrics.NodeRecord{
				Name: n.String(), Subnet: s.config.Subnets[i].Name, PlaceIndex: s.config.Subnets[i].Places[k],
				SentBytesPerSecond: float64(t.SentBytes) / seconds(end), ReceivedBytesPerSecond: float64(t.ReceivedBytes) / seconds(end),
				CPUUtilization: s.hosts[n].Worked(busiest).Seconds() / seconds(end), BusiestLane: busiest.String(),
			})
		}
	}
}

func (s *simulation) recordLinks(out *metrics.Record) {
	s.net.EachLink(func(from, to protocol.NodeID, messages, bytes uint64) {
		if int(from) < len(out.Nodes) && int(to) < len(out.Nodes) {
			out.Links = append(out.Links, metrics.LinkRecord{From: int(from), To: int(to), Bytes: bytes, Messages: messages})
		}
	})
	slices.SortStableFunc(out.Links, func(a, b metrics.LinkRecord) int { return cmp.Compare(b.Bytes, a.Bytes) })
	if n := len(out.Links); n > metrics.RecordLinks {
		out.Links, out.LinksMore = out.Links[:metrics.RecordLinks:metrics.RecordLinks], n-metrics.RecordLinks
	}
}
