package reality

import (
	"slices"
	"time"

	"icsim/protocol"
	"icsim/sim"
	"icsim/sim/network"
	"icsim/sim/rng"
)

// measured are the seven subnets of reference/measured_reality.md, "Block rate", with block times in ms.
var measured = []struct {
	name      string
	ms        float64
	tolerance float64
}{
	{"2zs4v", 413, 0.08}, {"c4isl", 418, 0.08}, {"6excn", 428, 0.08}, {"rtvil", 441, 0.08}, {"lhg73", 494, 0.15},
	{"x33ed", 574, 0.20}, {"pzp6e", 655, 0.25},
}

// Rows are all measured figures.
func Rows() []Row {
	var rows []Row
	for _, m := range measured {
		rows = append(rows, one("block time of "+m.name, "ms", m.ms, m.tolerance, "subnets", blockTime(m.name)))
	}
	rows = append(rows,
		Row{
			Name: "rank order of those seven (Spearman)", Low: 0.7, High: 1, Scenario: "subnets", figure: rankOrder,
		},
		span("blocks of 2023, notary delay 600 ms, io67a's places", "1/s", 1.084, 1.108, 0.10, "slow-notary", blockRate("io67a")),
		one("blocks, 200 ms one way, notary delay 600 ms", "1/s", 1.2, 0.05, "uniform-200ms", blockRate("app")),
		span("block time, 20k canisters", "ms", 440, 460, 0.08, "canisters", blockTime("few")),
		span("block time, 35k canisters", "ms", 575, 690, 0.08, "canisters", blockTime("some")),
		span("block time, 56k canisters", "ms", 760, 983, 0.08, "canisters", blockTime("many")),
	)
	return append(append(rows, load()...), missing()...)
}

// load are the rows with users.
func load() []Row {
	const large, second = 1_999_500, 1000
	rows := []Row{
		one("2 MB messages: throughput", "msg/s", 3.40, 0.20, "large-messages", func(r *sim.Result) float64 { return throughput(r, 79) }),
		one("2 MB messages: data", "MiB/s", 6.50, 0.20, "large-messages", func(r *sim.Result) float64 {
			return throughput(r, 79) * large / (1 << 20)
		}),
		one("2 MB messages: blocks", "1/s", 2.21, 0.10, "large-messages", blockRate("app")),
		Row{
			Name: "4 KB messages, 1,500/s offered: share that gets through", Low: 1, High: 1, Tolerance: 0.01, Scenario: "small-messages",
			figure: func(r *sim.Result) float64 { return float64(r.Ingress.Completed) / float64(r.Ingress.Submitted) },
		},
	}
	for _, q := range []struct {
		name string
		s    float64
		of   func(*sim.Result) float64
	}{
		{"p50", 1.79, func(r *sim.Result) float64 { return r.Ingress.LatencyMS.P50 }},
		{"p95", 2.61, func(r *sim.Result) float64 { return r.Ingress.LatencyMS.P95 }},
		{"p99", 2.99, func(r *sim.Result) float64 { return r.Ingress.LatencyMS.P99 }},
		{"p99.9", 3.30, func(r *sim.Result) float64 { return r.Ingress.LatencyMS.P999 }},
	} {
		seconds := func(r *sim.Result) float64 { return q.of(r) / second }
		rows = append(rows, one("1,000 updates a second: "+q.name, "s", q.s, 0.25, "counter-1000", seconds))
	}
	rows = append(rows,
		one("update of a counter on mainnet, median", "s", 1.35, 0.20, "one-user", userLatency),
		one("call across subnets, for the user", "s", 3.0, 0.25, "across-subnets", userLatency),
		Row{
			Name: "call across subnets, rounds there and back", Low: 4, High: 6, Scenario: "across-subnets",
			figure: func(r *sim.Result) float64 { return r.XNet.LatencyMS.P50 / second * r.Subnets[0].BlockRate },
		},
		one("queries a node", "1/s", 7025, 0.25, "queries", func(r *sim.Result) float64 { return float64(r.Queries.Answered) / 2 }),
	)
	for _, b := range []struct {
		file string
		rate float64
	}{{"200", 52}, {"500", 85}, {"1000", 81}} {
		rows = append(rows, one("HTTPS outcalls, batches of "+b.file, "1/s", b.rate, 0.40, "outcalls-"+b.file, func(r *sim.Result) float64 {
			return float64(r.Ingress.Completed) / (r.Ingress.LatencyMS.Max / second)
		}))
	}
	for _, s := range []struct {
		name      string
		trip      time.Duration
		low, high float64
	}{{"75", 75, 245, 245}, {"125", 125, 155, 155}, {"175", 175, 110, 116}, {"250", 250, 75, 79}} {
		rows = append(rows, Row{
			Name: "one stream at " + s.name + " ms round trip", Unit: "Mbit/s", Low: s.low, High: s.high, Tolerance: 0.20,
			figure: func(*sim.Result) float64 { return stream(s.trip * time.Millisecond) },
		})
	}
	return rows
}

// span is a row of which several values were measured.
func span(name, unit string, low, high, tolerance float64, scenario string, figure func(*sim.Result) float64) Row {
	return Row{Name: name, Unit: unit, Low: low, High: high, Tolerance: tolerance, Scenario: scenario, figure: figure}
}

// one is a row of one value.
func one(name, unit string, value, tolerance float64, scenario string, figure func(*sim.Result) float64) Row {
	return span(name, unit, value, value, tolerance, scenario, figure)
}

// userLatency is the median of what users wait, in seconds.
func userLatency(r *sim.Result) float64 { return r.Ingress.LatencyMS.P50 / 1000 }

// missing are rows that no simulation gives.
func missing() (rows []Row) {
	for _, m := range [][2]string{
		{"4 MiB/s with hashes in blocks, 1.3 with messages", "blocks carry hashes, as deployed; no variant carries messages"},
		{"2 MB messages: 9.49 s end to end", "5 a second are too many: who waits does so the longer the longer it lasts (here 8 s after 80 s)"},
		{"2 MB messages: rank-0 block after 0.251 s; payload times", "the times are inputs (sim/machine); results have no such figure"},
		{"all updates at the gateways, p50 to p99.9", "what those users called is not known"},
		{"tECDSA, tSchnorr and vetKD signatures a second",
			"how many keys and transcripts at a time those subnets had is not known; one key of pzp6e, 20 at a time, gives 1.3 and 2.9"},
		{"checkpoint 3.69 s, CUP persisted after 19.7 s", "needs a state of gigabytes; it is charged by bytes (sim/machine)"},
		{"upgrade downtime 1 to 4 min", "it is an input (sim/machine, OpUpgrade); scenario upgrade shows what follows"},
		{"remote DKG: 1 to 2 intervals, 120 blocks for three transcripts of 40 nodes",
			"of the rule before 2026, which waits for all dealings and a summary; by today's, 40 nodes answer 79 blocks after the summary"},
		{"rewards and outages", "they are inputs of plans, not results of runs"},
	} {
		rows = append(rows, Row{Name: m[0], Missing: m[1]})
	}
	return rows
}

func blockRate(subnet string) func(*sim.Result) float64 {
	return func(r *sim.Result) float64 {
		i := slices.IndexFunc(r.Subnets, func(s sim.SubnetResult) bool { return s.Name == subnet })
		return r.Subnets[i].BlockRate
	}
}

func blockTime(subnet string) func(*sim.Result) float64 {
	return func(r *sim.Result) float64 { return 1000 / blockRate(subnet)(r) }
}

func rankOrder(r *sim.Result) float64 {
	var real, predicted []float64
	for _, m := range measured {
		real = append(real, m.ms)
		predicted = append(predicted, blockTime(m.name)(r))
	}
	return spearman(real, predicted)
}

// throughput is how many calls were answered a second, from the first until the last answer; they were made for so many seconds.
func throughput(r *sim.Result, made float64) float64 {
	return float64(r.Ingress.Completed) / (made + r.Ingress.LatencyMS.Max/1000)
}

// stream is what a connection carries, in Mbit/s, of messages of 1 MB that are always at hand.
func stream(trip time.Duration) float64 {
	paths, err := network.Uniform(trip/2, 0)
	if err != nil {
		panic("reality: " + err.Error())
	}
	n := network.New(network.Config{
		Chance: rng.Root(1), Paths: paths, Steady: true, Endpoints: []network.Endpoint{{Mesh: network.NoMesh}, {Mesh: network.NoMesh}},
	})
	const messages, bytes = 100, 1_000_000
	var first, last protocol.Time
	for i := range messages {
		for _, tr := range n.Send(0, 0, []protocol.NodeID{1}, &protocol.ChunkReply{Bytes: make([]byte, bytes)}, 0, nil) {
			if i == messages/2 {
				first = tr.At
			}
			last = tr.At
		}
	}
	return float64(messages-messages/2-1) * bytes * 8 / 1e6 / (time.Duration(last - first).Seconds())
}
