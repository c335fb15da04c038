package report

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"icsim/metrics"
	"icsim/metrics/report"
	"icsim/sim"
	"icsim/sim/check"
)

// A Run is what is known of a run.
type Run struct {
	Name     string // to tell it from others
	Result   *sim.Result
	Record   *metrics.Record // nil: it was run without metrics
	Scenario string          // as resolved
	Command  string          // that gives the same digest
}

// Limits of what a figure can show.
const (
	mostLines   = 8 // subnets in one figure
	mostSubnets = 3 // with figures of their own
	mostRows    = 8
	mostMoments = 60
)

// Of reports on one run.
func Of(r *Run) *report.Document {
	d := &report.Document{
		Title: r.Result.Scenario,
		About: fmt.Sprintf("Seed %d, %s signatures, icsim %s. Same scenario, seed and version give the same digest on any machine.",
			r.Result.Seed, r.Result.Crypto, r.Result.Version),
		Verdict: verdict(r.Result),
		Facts:   facts(r.Result),
		Foot: "Made by icsim report. Times are virtual. Beside this page: every figure as SVG and PNG in plots/; where the run was written, " +
			"its series, " +
			"distributions and links as CSV, and all of them in the Prometheus text format.",
	}
	d.Sections = append(d.Sections, subnets(r.Result), checks(r.Result))
	if len(r.Result.Timeline) > 0 {
		d.Sections = append(d.Sections, timeline(r.Result))
	}
	if r.Record != nil {
		d.Sections = append(d.Sections, figures(r)...)
	}
	d.Sections = append(d.Sections, report.Section{
		Title: "Run it again", Explain: "The same digest comes out of: " + r.Command, Text: r.Scenario,
		Fold: "The scenario, with every default stated",
	})
	return d
}

func verdict(r *sim.Result) report.Cell {
	failed := 0
	for i := range r.Checks {
		if !r.Checks[i].OK {
			failed++
		}
	}
	switch {
	case failed > 0:
		return report.Cell{Text: fmt.Sprintf("%d of %d checks failed; see Checks.", failed, len(r.Checks)), Tone: report.Bad}
	case r.Partial:
		return report.Cell{Text: fmt.Sprintf("The run was interrupted; all %d checks held until then.", len(r.Checks)), Tone: report.Bad}
	}
	return report.Cell{Text: fmt.Sprintf("All %d checks of safety, liveness and expectation held.", len(r.Checks)), Tone: report.Good}
}

func facts(r *sim.Result) []report.Fact {
	nodes, blocks := 0, uint64(0)
	for i := range r.Subnets {
		nodes += r.Subnets[i].Nodes
		blocks += r.Subnets[i].FinalizedHeight
	}
	f := []report.Fact{
		{Value: clock(r.VirtualSeconds), Name: "virtual time", Note: grouped(r.Events) + " events"},
		{Value: fmt.Sprintf("%d", nodes), Name: "nodes", Note: fmt.Sprintf("in %s", count(len(r.Subnets), "subnet"))},
		{Value: grouped(blocks), Name: "blocks finalized", Note: fmt.Sprintf("%.3g a second", float64(blocks)/max(r.VirtualSeconds, 1e-9))},
	}
	if in := &r.Ingress; in.Submitted > 0 {
		f = append(f,
			report.Fact{Value: grouped(in.Completed), Name: "update calls replied", Note: fmt.Sprintf("of %s; %s lost", grouped(in.Submitted),
				grouped(in.Rejected))},
			report.Fact{Value: millis(in.LatencyMS.P50), Name: "median update call", Note: "p99 " + millis(in.LatencyMS.P99)})
	}
	if q := &r.Queries; q.Made > 0 {
		f = append(f, report.Fact{Value: millis(q.LatencyMS.P50), Name: "median query", Note: "p99 " + millis(q.LatencyMS.P99)})
	}
	if x := &r.XNet; x.Calls > 0 {
		f = append(f, report.Fact{Value: millis(x.LatencyMS.P50), Name: "median call across subnets", Note: grouped(x.Responses) + " answered"})
	}
	return append(f, report.Fact{Value: r.Digest[:min(10, len(r.Digest))] + "…", Name: "digest", Note: "of all events, in order"})
}

func subnets(r *sim.Result) report.Section {
	t := report.Table{
		Head: []string{"subnet", "type", "nodes", "finalized", "certified", "catch-up", "blocks/s", "p50 ms", "p90 ms", "p99 ms", "rank 0",
			"sent a node", "consensus lane", "canisters"},
		Right: []bool{false, false, true, true, true, true, true, true, true, true, true, true, true, true},
	}
	for i := range r.Subnets {
		s := &r.Subnets[i]
		t.Rows = append(t.Rows, report.Row(s.Name, s.Type, strconv.Itoa(s.Nodes), grouped(s.FinalizedHeight), grouped(s.CertifiedHeight),
			grouped(s.CUPHeight), fmt.Sprintf("%.3f", s.BlockRate), whole(s.FinalizationMS.P50), whole(s.FinalizationMS.P90),
			whole(s.FinalizationMS.P99), percent(s.Rank0Share), fmt.Sprintf("%.1f kB/s", s.BytesSentPerNodeSecond/1000),
			percent(s.CPUUtilization), strconv.Itoa(s.Canisters)))
	}
	return report.Section{
		Title: "Subnets",
		Explain: "Finalized, certified and catch-up are heights. The milliseconds are from a block's proposal until more than half of the " +
			"nodes see it final. " +
			"Rank 0 is the share of blocks by the block maker whose turn it was first: what is missing to 100 % cost a delay each.",
		Tables: []report.Table{t},
	}
}

func checks(r *sim.Result) report.Section {
	t := report.Table{Head: []string{"result", "kind", "check"}}
	held := map[check.Kind][]string{}
	for i := range r.Checks {
		c := &r.Checks[i]
		if c.OK {
			held[c.Kind] = append(held[c.Kind], c.Name)
			continue
		}
		what := fmt.Sprintf("%s, at %.2f s: %s", c.Name, c.AtSeconds, c.Detail)
		t.Rows = append(t.Rows, []report.Cell{{Text: "failed", Tone: report.Bad}, {Text: string(c.Kind), Tone: report.Quiet}, {Text: what}})
	}
	for _, kind := range []check.Kind{check.Safety, check.Liveness, check.Expect} {
		if names := strings.Join(held[kind], ", "); names != "" {
			t.Rows = append(t.Rows, []report.Cell{{Text: "held", Tone: report.Good}, {Text: string(kind), Tone: report.Quiet}, {Text: names}})
		}
	}
	return report.Section{
		Title: "Checks",
		Explain: "Safety: what must never happen, such as two blocks at one height. Liveness: what must happen in time, such as progress. " +
			"Expect: what the scenario asks for.",
		Tables: []report.Table{t},
	}
}

func timeline(r *sim.Result) report.Section {
	t := report.Table{Head: []string{"at", "what", ""}, Right: []bool{true, false}}
	var kinds []string
	times, first := map[string]int{}, map[string]sim.Moment{}
	for _, m := range r.Timeline {
		kind, _, _ := strings.Cut(m.What, " at height ")
		if times[kind]++; times[kind] == 1 {
			kinds, first[kind] = append(kinds, kind), m
		}
	}
	for _, kind := range kinds[:min(len(kinds), mostMoments)] {
		row := report.Row(fmt.Sprintf("%.2f s", first[kind].AtSeconds), first[kind].What)
		if n := times[kind]; n > 1 {
			row = append(row, report.Cell{Text: fmt.Sprintf("and %d times more", n-1), Tone: report.Quiet})
		}
		t.Rows = append(t.Rows, row)
	}
	s := report.Section{Title: "What happened", Explain: "Faults, and what honest nodes saw of attacks.", Tables: []report.Table{t}}
	if more := len(kinds) - mostMoments; more > 0 {
		s.Explain += fmt.Sprintf(" The first %d; %d more are in result.json.", mostMoments, more)
	}
	return s
}

// How numbers are written.

func grouped(n uint64) string {
	digits := strconv.FormatUint(n, 10)
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return digits
}

func whole(v float64) string { return fmt.Sprintf("%.0f", v) }

func percent(share float64) string { return fmt.Sprintf("%.1f %%", 100*share) }

func millis(v float64) string {
	if v >= 1000 {
		return fmt.Sprintf("%.2f s", v/1000)
	}
	return fmt.Sprintf("%.0f ms", v)
}

func clock(seconds float64) string {
	return time.Duration(seconds * float64(time.Second)).Round(10 * time.Millisecond).String()
}

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
