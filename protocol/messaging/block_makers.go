package messaging

import (
	"encoding/binary"
	"slices"

	"icsim/crypto/principal"
	"icsim/protocol"
)

// maxSamples bounds the series with its running sample (BLOCKMAKER_METRICS_TIME_SERIES_NUM_SNAPSHOTS).
const maxSamples = 60

const nanosPerDay = 24 * 3600 * 1_000_000_000

// A blockMakers is the time series of node_metrics_history (rs/replicated_state/src/metadata_state.rs, BlockmakerMetricsTimeSeries): a
// sample a UTC day, of which the last is the running one. It is a part of the state, and not of the certified tree. Immutable.
type blockMakers struct{ samples []protocol.BlockMakerSample }

// complete gives the samples of days that are over.
func (s *blockMakers) complete() []protocol.BlockMakerSample {
	return s.samples[:max(0, len(s.samples)-1)]
}

// observe counts the makers of a batch at a Unix time. When a new day has begun, the running sample stays as the last one's; who had no
// part in the whole of that day is forgotten, and would begin from zero.
func (s *blockMakers) observe(unix uint64, maker principal.ID, failed []principal.ID) *blockMakers {
	samples := s.samples
	var running protocol.BlockMakerSample
	if n := len(samples); n > 0 {
		running = samples[n-1]
		samples = samples[:n-1]
		if running.Time/nanosPerDay < unix/nanosPerDay {
			if n > 1 {
				running.Nodes = active(running.Nodes, samples[n-2].Nodes)
			}
			samples = append(slices.Clone(samples), running)
		}
	}
	running = protocol.BlockMakerSample{Time: unix, Nodes: slices.Clone(running.Nodes)}
	count(&running.Nodes, maker).Proposed++
	for _, node := range failed {
		count(&running.Nodes, node).Failed++
	}
	samples = append(slices.Clone(samples), running)
	return &blockMakers{samples[max(0, len(samples)-maxSamples):]}
}

// active drops the nodes whose counts are those of the day before.
func active(nodes, before []protocol.BlockMakerStats) []protocol.BlockMakerStats {
	return slices.DeleteFunc(slices.Clone(nodes), func(n protocol.BlockMakerStats) bool { return slices.Contains(before, n) })
}

// count gives a node's counts to change, zero if it is new.
func count(nodes *[]protocol.BlockMakerStats, id principal.ID) *protocol.BlockMakerStats {
	at, known := slices.BinarySearchFunc(*nodes, id, func(n protocol.BlockMakerStats, id principal.ID) int { return n.Node.Compare(id) })
	if !known {
		*nodes = slices.Insert(*nodes, at, protocol.BlockMakerStats{Node: id})
	}
	return &(*nodes)[at]
}

// appendTo covers the series for a checkpoint's hash.
func (s *blockMakers) appendTo(b []byte) []byte {
	put := binary.BigEndian.AppendUint64
	b = put(b, uint64(len(s.samples)))
	for _, sample := range s.samples {
		b = put(put(b, sample.Time), uint64(len(sample.Nodes)))
		for _, n := range sample.Nodes {
			b = put(put(append(b, n.Node.Bytes()...), n.Proposed), n.Failed)
		}
	}
	return b
}

// observeMakers takes the makers of the batch into the series.
func (r *round) observeMakers() *blockMakers {
	name := func(id protocol.NodeID) principal.ID { return r.registry.Node(id).Principal }
	var failed []principal.ID
	for _, id := range r.batch.FailedMakers {
		failed = append(failed, name(id))
	}
	return r.parent.makers.observe(r.registry.Genesis+uint64(r.context.Time), name(r.batch.BlockMaker), failed)
}
