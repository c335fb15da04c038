package report

import (
	"cmp"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strings"

	"icsim/metrics"
	"icsim/metrics/plot"
	"icsim/metrics/report"
	"icsim/sim"
)

const overTime = "virtual time, s"

// figures are the sections that show a record.
func figures(r *Run) []report.Section {
	x := &shown{Run: r}
	x.choose()
	all := []report.Section{x.progress(), x.latencies(), x.users(), x.bandwidth(), x.machines(), x.places()}
	return slices.DeleteFunc(all, func(s report.Section) bool { return len(s.Figures) == 0 })
}

// A shown run has chosen which subnets its figures show.
type shown struct {
	*Run
	together []string // in one figure
	single   []string // in figures of their own
	note     string   // what was left out
}

// choose takes the slowest subnets where there are too many.
func (x *shown) choose() {
	order := slices.Clone(x.Result.Subnets)
	if len(order) > mostLines {
		slices.SortStableFunc(order, func(a, b sim.SubnetResult) int { return cmp.Compare(a.BlockRate, b.BlockRate) })
		x.note = fmt.Sprintf(" Of %d subnets, those with the lowest block rate.", len(order))
	}
	for i := range order {
		if i < mostLines {
			x.together = append(x.together, order[i].Name)
		}
		if i < mostSubnets {
			x.single = append(x.single, order[i].Name)
		}
	}
}

// tracks gives the record's tracks of a name, of the subnets given or of none, in the record's order.
func tracks(r *metrics.Record, name string, subnets ...string) (out []*metrics.Track) {
	for i := range r.Tracks {
		t := &r.Tracks[i]
		if t.Name == name && (t.Subnet == "" || slices.Contains(subnets, t.Subnet)) {
			out = append(out, t)
		}
	}
	return out
}

// mostPoints is how many points of a line can be told apart; a block comes about twice a second, so that fewer show the trend better, too.
const mostPoints = 60

// line turns a track into a line at the middles of intervals, the last as long as the run lasted. Where there are many intervals
// several make one point: the mean of their values, or of a level the greatest.
func line(t *metrics.Track, name string, end float64) plot.Line {
	l := plot.Line{Name: name}
	group := (len(t.Values) + mostPoints - 1) / mostPoints
	for i := 0; i < len(t.Values); i += group {
		from := float64(i) * t.IntervalSeconds
		l.X = append(l.X, (from+min(from+t.IntervalSeconds*float64(group), end))/2)
		l.Y = append(l.Y, join(t, t.Values[i:min(i+group, len(t.Values))]))
	}
	return l
}

// join makes one value of several.
func join(t *metrics.Track, values []metrics.Value) float64 {
	sum, greatest, n := 0.0, 0.0, 0.0
	for _, v := range values {
		if v.Known() {
			sum, greatest, n = sum+float64(v), max(greatest, float64(v)), n+1
		}
	}
	switch {
	case n == 0:
		return math.NaN()
	case strings.HasSuffix(t.Name, "_height") || strings.HasSuffix(t.Name, "_max"):
		return greatest
	}
	return sum / n
}

// lines draws a track of several subnets in one figure.
func (x *shown) lines(name, title, unit, explain string) *plot.Figure {
	var lines []plot.Line
	for _, t := range tracks(x.Record, name, x.together...) {
		lines = append(lines, line(t, t.Title(), x.Record.Seconds))
	}
	if !slices.ContainsFunc(lines, something) {
		return nil
	}
	return plot.Lines(plot.Chart{Name: file(name), Title: title, X: overTime, End: x.Record.Seconds, Y: unit, Explain: explain + x.note,
		Bands: x.troubles()}, lines)
}

// something tells whether a line shows anything but zeros.
func something(l plot.Line) bool {
	return slices.ContainsFunc(l.Y, func(y float64) bool { return y > 0 })
}

// troubles are the times between a fault and its end, as the timeline has them in pairs.
func (x *shown) troubles() (out []plot.Band) {
	begun := map[string]float64{}
	cures := map[string]string{"start": "crash", "resume": "pause", "heal": "cut"}
	for _, m := range x.Result.Timeline {
		verb, whom, _ := strings.Cut(m.What, " ")
		if begin, isCure := cures[verb]; isCure {
			if at, ok := begun[begin+whom]; ok {
				out = append(out, plot.Band{From: at, To: m.AtSeconds})
				delete(begun, begin+whom)
			}
			continue
		}
		begun[verb+whom] = m.AtSeconds
	}
	return out
}

func kept(figures ...*plot.Figure) []*plot.Figure {
	return slices.DeleteFunc(figures, func(f *plot.Figure) bool { return f == nil })
}

var unnamed = regexp.MustCompile(`[^a-z0-9]+`)

// file makes a file's name.
func file(parts ...string) string {
	return strings.Trim(unnamed.ReplaceAllString(strings.ToLower(strings.Join(parts, "-")), "-"), "-")
}

func (x *shown) progress() report.Section {
	s := report.Section{
		Title: "Progress",
		Explain: "How the chains grew. Grey stretches are times in which a fault was in force. A flat line is a standstill; " +
			"certified heights that fall behind mean that execution or certification cannot keep up.",
		Figures: kept(
			x.lines("finalized_height", "Finalized height", "height", "The newest block that can never change."),
			x.lines("certified_height", "Certified height", "height", "The newest state that two thirds of the nodes have signed: what users can "+
				"rely on."),
			x.lines("cup_height", "Height of catch-up packages", "height", "Where a node that was away begins. One comes with every DKG interval.")),
	}
	for _, name := range x.single {
		s.Figures = append(s.Figures, x.ranks(name))
	}
	return s
}

// ranks shows who made the blocks of a subnet.
func (x *shown) ranks(subnet string) *plot.Figure {
	var parts []plot.Line
	for _, t := range tracks(x.Record, "blocks_per_second", subnet) {
		parts = append(parts, line(t, t.Part, x.Record.Seconds))
	}
	return plot.Stacked(plot.Chart{
		Name: file("blocks", subnet), Title: subnet + ": blocks a second, by rank of the block maker", X: overTime, End: x.Record.Seconds,
		Y:       "blocks/s",
		Explain: "Rank 0 makes the block if all is well. Higher ranks step in when it is silent, slow or cut off; each step costs a delay.",
	}, parts)
}

// spread draws distributions of a name as one figure.
func (x *shown) spread(name, title, explain string) *plot.Figure {
	var curves []plot.Curve
	for i := range x.Record.Distributions {
		d := &x.Record.Distributions[i]
		if d.Name == name && (d.Subnet == "" || slices.Contains(x.together, d.Subnet)) {
			curves = append(curves, curve(d, d.Title()))
		}
	}
	if len(curves) == 0 {
		return nil
	}
	if len(curves) == 1 {
		explain = fmt.Sprintf("p50 %s, p90 %s, p99 %s. %s", millis(curves[0].P50), millis(curves[0].P90), millis(curves[0].P99), explain)
	}
	return plot.Cumulative(plot.Chart{Name: file(name, "distribution"), Title: title, X: "ms, logarithmic", Explain: explain}, curves)
}

func curve(d *metrics.Distribution, name string) plot.Curve {
	c := plot.Curve{Name: name, P50: d.P50, P90: d.P90, P99: d.P99}
	seen := uint64(0)
	for _, cell := range d.Cells {
		seen += cell.Count
		c.At, c.Share = append(c.At, cell.At), append(c.Share, float64(seen)/float64(d.Count))
	}
	return c
}

func (x *shown) latencies() report.Section {
	const reads = "Read it so: at 90 on the left, nine of ten took no longer than what stands below. Dots mark p50, p90 and p99."
	return report.Section{
		Title:   "Latency",
		Explain: "How long things take. The 99th percentile is what one user in a hundred waits for, or longer.",
		Figures: kept(
			x.spread("call_latency", "Update calls: from the call to its certified answer", reads),
			x.spread("query_latency", "Queries: from the question to the answer", reads),
			x.spread("xnet_latency", "Calls across subnets: there and back", reads),
			x.spread("finalization", "Blocks: from proposal to final at half of the nodes", reads),
			x.lines("finalization_mean", "Time to finality over time, mean", "ms", "It rises when messages are late or block makers are missing."),
			x.folded("Latency of update calls over time", "ms", "call_latency", "Mean and greatest of each interval. A line that keeps rising "+
				"means more load than the subnet carries.",
				[2]string{"call_latency_mean", "mean"}, [2]string{"call_latency_max", "greatest"})),
	}
}

// folded draws tracks that are no subnet's in one figure.
func (x *shown) folded(title, unit, name, explain string, which ...[2]string) *plot.Figure {
	var lines []plot.Line
	for _, w := range which {
		for _, t := range tracks(x.Record, w[0]) {
			lines = append(lines, line(t, w[1], x.Record.Seconds))
		}
	}
	if len(lines) == 0 {
		return nil
	}
	return plot.Lines(plot.Chart{Name: file(name), Title: title, X: overTime, End: x.Record.Seconds, Y: unit, Explain: explain,
		Bands: x.troubles()}, lines)
}

func (x *shown) users() report.Section {
	return report.Section{
		Title:   "Load",
		Explain: "What was asked of the network, and what it answered. Where answers stay below calls, a backlog builds up.",
		Figures: kept(
			x.folded("Update calls of users", "calls/s", "calls", "Calls made, answered, and lost for want of an answer in time.",
				[2]string{"calls_submitted_per_second", "made"}, [2]string{"calls_answered_per_second", "answered"},
				[2]string{"calls_lost_per_second", "lost"}),
			x.folded("Calls across subnets", "calls/s", "xnet", "Requests sent into streams, and responses that arrived.",
				[2]string{"xnet_calls_per_second", "made"}, [2]string{"xnet_responses_per_second", "answered"})),
	}
}

func (x *shown) bandwidth() report.Section {
	s := report.Section{
		Title: "Bandwidth",
		Explain: "What nodes send and receive, with packet headers, without retransmissions. A data centre's line carries 300 Mbit/s a node, " +
			"which is 37,500 kB/s, " +
			"unless the scenario says otherwise.",
		Figures: kept(
			x.lines("sent_per_node", "Sent, mean over the nodes of a subnet", "kB/s a node", "Who makes a block sends most of it."),
			x.lines("received_per_node", "Received, mean over the nodes of a subnet", "kB/s a node", "")),
	}
	for _, subnet := range x.single {
		s.Figures = append(s.Figures, x.kinds(subnet))
	}
	if f := x.matrix(); f != nil {
		s.Figures = append(s.Figures, f)
	}
	if len(x.Record.Links) > 0 {
		s.Tables = append(s.Tables, x.busiest())
	}
	return s
}

// kinds shows what a subnet's bandwidth is for.
func (x *shown) kinds(subnet string) *plot.Figure {
	var bars []plot.Bar
	for _, t := range tracks(x.Record, "sent_by_kind_per_node", subnet) {
		sum := 0.0
		for i, v := range t.Values {
			from := float64(i) * t.IntervalSeconds
			sum += float64(v) * (min(from+t.IntervalSeconds, x.Record.Seconds) - from)
		}
		bars = append(bars, plot.Bar{Name: t.Part, Value: sum / x.Record.Seconds})
	}
	slices.SortStableFunc(bars, func(a, b plot.Bar) int { return cmp.Compare(b.Value, a.Value) })
	return plot.Bars(plot.Chart{
		Name: file("kinds", subnet), Title: subnet + ": sent a node, by what for", X: "kB/s a node, mean of the run",
		Explain: "Artifacts of consensus and what else goes over the wire. A block proposal counts without the calls in it, which peers have " +
			"already.",
	}, bars)
}

// places with links, at most so many in a matrix.
const mostPlaces = 40

// matrix shows traffic between places.
func (x *shown) matrix() *plot.Figure {
	names, at := []string{}, map[string]int{}
	for i := range x.Record.Nodes {
		if _, known := at[x.Record.Nodes[i].Place]; !known {
			at[x.Record.Nodes[i].Place] = len(names)
			names = append(names, x.Record.Nodes[i].Place)
		}
	}
	if len(names) < 2 || len(names) > mostPlaces {
		return nil
	}
	g := plot.Grid{Rows: names, Columns: names, Values: make([][]float64, len(names))}
	for i := range g.Values {
		g.Values[i] = make([]float64, len(names))
		for k := range g.Values[i] {
			g.Values[i][k] = math.NaN()
		}
	}
	for _, l := range x.Record.Links {
		cell := &g.Values[at[x.Record.Nodes[l.From].Place]][at[x.Record.Nodes[l.To].Place]]
		if math.IsNaN(*cell) {
			*cell = 0
		}
		*cell += float64(l.Bytes) / 1000 / x.Record.Seconds
	}
	return plot.HeatMap(plot.Chart{
		Name: "links", Title: "Bandwidth between places", X: "kB/s", Y: "from (down), to (across)",
		Explain: "Mean of the run. White: no link. The shade grows with the square root, so that small ones can be seen.",
	}, g)
}

func (x *shown) busiest() report.Table {
	t := report.Table{
		Caption: fmt.Sprintf("The busiest links. All %d are in links.csv.", len(x.Record.Links)),
		Head:    []string{"from", "place", "to", "place", "kB/s", "messages/s"}, Right: []bool{false, false, false, false, true, true},
	}
	if more := x.Record.LinksMore; more > 0 {
		t.Caption = fmt.Sprintf("The busiest links. %d are in links.csv, %d quieter ones are not.", len(x.Record.Links), more)
	}
	for _, l := range x.Record.Links[:min(mostRows, len(x.Record.Links))] {
		a, b := &x.Record.Nodes[l.From], &x.Record.Nodes[l.To]
		t.Rows = append(t.Rows, report.Row(a.Name, a.Place, b.Name, b.Place,
			fmt.Sprintf("%.1f", float64(l.Bytes)/1000/x.Record.Seconds), fmt.Sprintf("%.1f", float64(l.Messages)/x.Record.Seconds)))
	}
	return t
}

func (x *shown) machines() report.Section {
	s := report.Section{
		Title: "Processors",
		Explain: "A lane is a protocol thread of a node; the figures show the share of its time that it works, as the cost table has it. A " +
			"lane near 100 % is what binds: " +
			"what it is given waits.",
	}
	for _, subnet := range x.single {
		if f := x.lanes(subnet); f != nil {
			s.Figures = append(s.Figures, f)
		}
	}
	return s
}

func (x *shown) lanes(subnet string) *plot.Figure {
	busy := tracks(x.Record, "lane_utilization", subnet)
	sum := func(t *metrics.Track) (all float64) {
		for _, v := range t.Values {
			all += float64(v)
		}
		return all
	}
	busy = slices.DeleteFunc(busy, func(t *metrics.Track) bool { return sum(t) == 0 })
	slices.SortStableFunc(busy, func(a, b *metrics.Track) int { return cmp.Compare(sum(b), sum(a)) })
	var lines []plot.Line
	for _, t := range busy[:min(len(busy), 6)] {
		lines = append(lines, line(t, t.Part, x.Record.Seconds))
	}
	if len(lines) == 0 {
		return nil
	}
	return plot.Lines(plot.Chart{
		Name: file("lanes", subnet), Title: subnet + ": lane utilization, mean over nodes", X: overTime, End: x.Record.Seconds,
		Y:       "% of the time",
		Explain: "The busiest lanes.", Bands: x.troubles(),
	}, lines)
}

// places shows where nodes stand, and what places exchange.
func (x *shown) places() report.Section {
	type key struct{ place, subnet string }
	groups, at := []string{}, map[key]int{}
	var spots []plot.Spot
	for i := range x.Record.Nodes {
		n := &x.Record.Nodes[i]
		if !n.Located {
			return report.Section{}
		}
		if !slices.Contains(groups, n.Subnet) {
			groups = append(groups, n.Subnet)
		}
		k := key{n.Place, n.Subnet}
		if _, known := at[k]; !known {
			at[k] = len(spots)
			shift := 2.5 * float64(slices.Index(groups, n.Subnet)) // subnets at one place stand side by side
			spots = append(spots, plot.Spot{Name: n.Place, Lat: n.Lat, Lon: n.Lon + shift, Group: slices.Index(groups, n.Subnet)})
			if shift > 0 && slices.ContainsFunc(spots[:len(spots)-1], func(s plot.Spot) bool { return s.Name == n.Place }) {
				spots[len(spots)-1].Name = ""
			}
		}
		spots[at[k]].Nodes++
	}
	if len(groups) > mostLines {
		groups = nil
		for i := range spots {
			spots[i].Group = 0
		}
	}
	f := plot.Map(plot.Chart{
		Name: "map", Title: "Where the nodes stand", X: "kB/s between places",
		Explain: "Numbers are nodes, where there are several. The darkest lines are the pairs of places that exchange most.",
	}, spots, x.arcs(), groups)
	return report.Section{Title: "Places", Explain: "Distance is latency: light in fibre takes 1 ms for 100 km there and back, and cables " +
		"go round about.", Figures: []*plot.Figure{f}}
}

// mostArcs keeps a map readable.
const mostArcs = 24

// arcs are the pairs of places that exchange most.
func (x *shown) arcs() []plot.Arc {
	type pair struct{ a, b string }
	sums, order := map[pair]*plot.Arc{}, []*plot.Arc{}
	for _, l := range x.Record.Links {
		a, b := &x.Record.Nodes[l.From], &x.Record.Nodes[l.To]
		if a.Place > b.Place {
			a, b = b, a
		}
		if a.Place == b.Place {
			continue
		}
		arc := sums[pair{a.Place, b.Place}]
		if arc == nil {
			arc = &plot.Arc{FromLat: a.Lat, FromLon: a.Lon, ToLat: b.Lat, ToLon: b.Lon}
			sums[pair{a.Place, b.Place}] = arc
			order = append(order, arc)
		}
		arc.Weight += float64(l.Bytes) / 1000 / x.Record.Seconds
	}
	slices.SortStableFunc(order, func(a, b *plot.Arc) int { return cmp.Compare(b.Weight, a.Weight) })
	out := []plot.Arc{}
	for _, arc := range order[:min(len(order), mostArcs)] {
		out = append(out, *arc)
	}
	slices.Reverse(out) // the darkest on top
	return out
}
