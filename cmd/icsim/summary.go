package main

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"icsim/metrics"
	"icsim/sim"
	"icsim/sim/check"
)

// A report is a summary in the making.
type report struct {
	strings.Builder
	colours bool
}

// The colours of a terminal.
const (
	bold  = "1"
	dim   = "2"
	red   = "1;31"
	green = "32"
)

func (p *report) paint(colour, text string) string {
	if !p.colours {
		return text
	}
	return "\x1b[" + colour + "m" + text + "\x1b[0m"
}

func (p *report) line(format string, args ...any) { fmt.Fprintf(p, format+"\n", args...) }

func (p *report) title(text string) { p.line("\n%s", p.paint(bold, text)) }

// summary is what a reader of a run wants to know.
func summary(r *sim.Result, colours bool) string {
	p := &report{colours: colours}
	p.header(r)
	p.subnets(r.Subnets)
	p.chainKeys(r.Subnets)
	p.calls(r)
	p.timeline(r.Timeline)
	p.checks(r)
	p.closing(r)
	return p.String()
}

func (p *report) header(r *sim.Result) {
	p.line("%s  seed %d  %s  icsim %s", p.paint(bold, r.Scenario), r.Seed, r.Crypto, r.Version)
	virtual := time.Duration(r.VirtualSeconds * float64(time.Second)).Round(time.Millisecond)
	partial := ""
	if r.Partial {
		partial = p.paint(red, "partial: ") + "interrupted after "
	}
	p.line("%s%s virtual in %.1f s (%s), %s events", partial, virtual, r.WallSeconds, pace(r.VirtualSeconds, r.WallSeconds), grouped(r.Events))
	p.line("digest %s", r.Digest)
}

func (p *report) subnets(subnets []sim.SubnetResult) {
	t := &table{}
	t.row("subnet", "nodes", "finalized", "certified", "cup", "blocks/s", "finalized after ms p50/p90/p99", "rank 0", "sent a node", "cpu")
	t.align(false, true, true, true, true, true, true, true, true, true)
	for i := range subnets {
		s := &subnets[i]
		t.row(s.Name, fmt.Sprint(s.Nodes), grouped(s.FinalizedHeight), grouped(s.CertifiedHeight), grouped(s.CUPHeight),
			fmt.Sprintf("%.3f", s.BlockRate), latency(s.FinalizationMS), percent(s.Rank0Share),
			fmt.Sprintf("%.1f kB/s", s.BytesSentPerNodeSecond/1000), percent(s.CPUUtilization))
	}
	p.line("\n%s", strings.TrimRight(t.String(), "\n"))
}

// chainKeys shows what came of the keys that subnets hold for canisters, where they hold any.
func (p *report) chainKeys(subnets []sim.SubnetResult) {
	t := &table{}
	for i := range subnets {
		s := &subnets[i]
		for _, k := range s.ChainKeys {
			if len(t.rows) == 0 {
				t.row("chain key", "subnet", "made in advance", "signed", "timed out")
				t.align(false, false, true, true, true)
			}
			t.row(k.Key, s.Name, grouped(k.PreSignatures), grouped(k.Signatures), grouped(k.Rejected))
		}
	}
	if len(t.rows) == 0 {
		return
	}
	p.line("\n%s", strings.TrimRight(t.String(), "\n"))
	for i := range subnets {
		if s := &subnets[i]; s.IDKGComplaints > 0 {
			p.line("%s: %s complaints about shares, answered by %s openings", s.Name, grouped(s.IDKGComplaints), grouped(s.IDKGOpenings))
		}
	}
}

func latency(s metrics.Summary) string { return fmt.Sprintf("%.0f / %.0f / %.0f", s.P50, s.P90, s.P99) }

func percent(share float64) string { return fmt.Sprintf("%.1f %%", 100*share) }

// grouped writes a number with its thousands apart.
func grouped(n uint64) string {
	digits := strconv.FormatUint(n, 10)
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return digits
}

func (p *report) calls(r *sim.Result) {
	in, x, t := &r.Ingress, &r.XNet, &table{}
	if in.Submitted > 0 {
		counts := fmt.Sprintf("%s made: %s replied, %s rejected, %s lost",
			grouped(in.Submitted), grouped(in.Completed), grouped(in.Failed), grouped(in.Rejected))
		t.row("calls of users", counts, "ms p50/p90/p99  "+latency(in.LatencyMS))
	}
	if q := &r.Queries; q.Made > 0 {
		counts := fmt.Sprintf("%s made: %s answered, %s lost", grouped(q.Made), grouped(q.Answered), grouped(q.Lost))
		if q.BadSignatures > 0 {
			counts += fmt.Sprintf("; %s answers not believed", grouped(q.BadSignatures))
		}
		t.row("queries of users", counts, "ms p50/p90/p99  "+latency(q.LatencyMS))
	}
	for i := range r.Sequences {
		t.row("  in sequence by "+r.Sequences[i].Client, sequence(r.Sequences[i].Calls))
	}
	if x.Calls > 0 {
		counts := fmt.Sprintf("%s made: %s answered (%s rejects), %s open",
			grouped(x.Calls), grouped(x.Responses), grouped(x.Rejects), grouped(x.Open))
		t.row("calls across subnets", counts, "ms p50/p90/p99  "+latency(x.LatencyMS))
	}
	if len(t.rows) > 0 {
		p.line("\n%s", strings.TrimRight(t.String(), "\n"))
	}
}

// sequence sums up a client's sequence of calls.
func sequence(calls []sim.CallResult) string {
	var made, answered, wrong uint64
	for i := range calls {
		made, answered, wrong = made+calls[i].Made, answered+calls[i].Answered, wrong+calls[i].Wrong
	}
	return fmt.Sprintf("%s made: %s answered, %s not as expected", grouped(made), grouped(answered), grouped(wrong))
}

// maxMoments bounds how much of the timeline is shown.
const maxMoments = 40

// timeline shows what happened. What happens at many heights is shown once, with a count.
func (p *report) timeline(moments []sim.Moment) {
	if len(moments) == 0 {
		return
	}
	p.title("what happened")
	count, seen := map[string]int{}, []sim.Moment{}
	for _, m := range moments {
		what := kindOf(m.What)
		if count[what] == 0 {
			seen = append(seen, m)
		}
		count[what]++
	}
	for _, m := range seen[:min(len(seen), maxMoments)] {
		more := ""
		if n := count[kindOf(m.What)]; n > 1 {
			more = p.paint(dim, fmt.Sprintf("  (and %d times more)", n-1))
		}
		p.line("  %8.2f s  %s%s", m.AtSeconds, m.What, more)
	}
	if left := len(seen) - maxMoments; left > 0 {
		p.line("  and %d more: --json has them", left)
	}
}

// kindOf leaves out the height of what happened.
func kindOf(what string) string {
	kind, _, _ := strings.Cut(what, " at height ")
	return kind
}

func (p *report) checks(r *sim.Result) {
	p.title("checks")
	for _, kind := range []check.Kind{check.Safety, check.Liveness, check.Expect} {
		var ok []string
		for i := range r.Checks {
			if c := &r.Checks[i]; c.Kind == kind && c.OK {
				ok = append(ok, c.Name)
			}
		}
		if len(ok) > 0 {
			p.wrapped(p.paint(green, "  ok    ")+fmt.Sprintf("%-9s", kind), strings.Join(ok, ", "))
		}
	}
	for i := range r.Checks {
		if c := &r.Checks[i]; !c.OK {
			p.failure(c, r.Violations)
		}
	}
}

// failure shows a check that failed, with what is needed to find the place again.
func (p *report) failure(c *sim.CheckResult, violations []sim.ViolationResult) {
	p.line("%s%-9s%s: %s", p.paint(red, "  FAIL  "), c.Kind, c.Name, c.Detail)
	for _, v := range violations {
		if v.Check == c.Name {
			p.line("          first at %.3f s on %s, height %d, event %s", v.AtSeconds, v.Node, v.Height, v.EventKey)
			return
		}
	}
}

const (
	textWidth   = 118
	wrapIndents = 17
)

// wrapped writes a text that may take several lines behind a head.
func (p *report) wrapped(head, text string) {
	line := ""
	for _, word := range strings.Fields(text) {
		if line != "" && wrapIndents+len(line)+1+len(word) > textWidth {
			p.line("%s%s", head, line)
			head, line = strings.Repeat(" ", wrapIndents), ""
		}
		line = strings.TrimLeft(line+" "+word, " ")
	}
	p.line("%s%s", head, line)
}

func (p *report) closing(r *sim.Result) {
	failed := failures(r)
	total := 0
	for _, n := range failed {
		total += n
	}
	p.line("")
	switch {
	case failed["safety"] > 0:
		p.line("%s: %d of %d checks failed", p.paint(red, "safety violated"), total, len(r.Checks))
	case failed["liveness"] > 0:
		p.line("%s: %d of %d checks failed", p.paint(red, "liveness missed"), total, len(r.Checks))
	case total > 0:
		p.line("%s: %d of %d checks failed", p.paint(red, "expectations missed"), total, len(r.Checks))
	case r.Partial:
		p.line("%s: all %d checks held until then", p.paint(red, "interrupted"), len(r.Checks))
	default:
		p.line("%s: all %d checks held", p.paint(green, "ok"), len(r.Checks))
	}
}
