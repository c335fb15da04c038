package swarm

import (
	"fmt"
	"slices"
	"strings"
)

// A span is when a node suffers from a kind of fault that it can suffer from once at a time.
type span struct {
	kind     string
	node     int
	from, to int // ms
}

// A fault is what the kinds of faults have in common.
type fault struct {
	id       uint64 // among those of its kind
	at, ends int    // ms; ends is after the run for one that never does
	lasts    string // as a field of the scenario, with a comma before it; empty for ever
}

// mostFaults is of a kind.
const mostFaults = 4

// faults draws some of each kind that this run enables, and then what stays broken.
func (d *drawing) faults() {
	for _, kind := range []struct {
		name string
		draw func(fault)
	}{
		{"crash", d.crash}, {"pause", d.pause}, {"partition", d.partition}, {"cut", d.cut}, {"link", d.link}, {"bandwidth", d.bandwidth},
		{"clock_jump", d.jump}, {"clock_drift", d.drift}, {"slow_cpu", d.slow},
	} {
		if !d.chance("enable "+kind.name, 35) {
			continue
		}
		for i := range d.between("how many "+kind.name, 1, mostFaults) {
			f := fault{id: uint64(i)}
			f.at = d.between("at "+kind.name, 100, d.healing-2000, f.id)
			f.ends = d.between("end "+kind.name, f.at+100, d.healing-1, f.id)
			f.lasts = fmt.Sprintf(", for: %dms", f.ends-f.at)
			kind.draw(f)
		}
	}
	d.broken()
}

func (d *drawing) fault(format string, args ...any) {
	if !d.listed {
		d.line("faults:")
		d.listed = true
	}
	d.line("  - { "+format+" }", args...)
}

// someone draws the node that a fault hits, and keeps it from faults of the kind at that time; ok is false if it has one.
func (d *drawing) someone(kind string, f fault) (n int, ok bool) {
	n = d.of("node "+kind, f.id).IntN(len(d.nodes))
	return n, d.claim(span{kind, n, f.at, f.ends})
}

func (d *drawing) claim(s span) bool {
	taken := func(t span) bool { return t.kind == s.kind && t.node == s.node && s.from <= t.to && t.from <= s.to }
	if slices.ContainsFunc(d.busy, taken) {
		return false
	}
	d.busy = append(d.busy, s)
	return true
}

func (d *drawing) crash(f fault) {
	n, ok := d.someone("crash", f)
	if !ok {
		return
	}
	lose := ""
	if d.nodes[n].rest && d.chance("lose disk", 50, f.id) {
		lose = ", lose_disk: true"
	}
	d.fault("crash: %s, at: %dms, restart_after: %dms%s", d.nodes[n].name, f.at, f.ends-f.at, lose)
}

func (d *drawing) pause(f fault) {
	if n, ok := d.someone("pause", f); ok {
		d.fault("pause: %s, at: %dms%s", d.nodes[n].name, f.at, f.lasts)
	}
}

// partition puts each node into one of two or three groups, or in none.
func (d *drawing) partition(f fault) {
	groups := make([][]string, d.between("groups", 2, 3, f.id))
	for k := range d.nodes {
		if g := d.of("group", f.id, uint64(k)).IntN(len(groups) + 1); g < len(groups) {
			groups[g] = append(groups[g], d.nodes[k].name)
		}
	}
	groups = slices.DeleteFunc(groups, func(g []string) bool { return len(g) == 0 })
	if len(groups) < 2 {
		return
	}
	way := ""
	if len(groups) == 2 && d.chance("partition one way", 30, f.id) {
		way = ", one_way: true"
	}
	var parts []string
	for _, g := range groups {
		parts = append(parts, "["+strings.Join(g, ", ")+"]")
	}
	d.fault("partition: [%s], at: %dms%s%s", strings.Join(parts, ", "), f.at, f.lasts, way)
}

func (d *drawing) cut(f fault) {
	if len(d.nodes) > 1 {
		n := d.of("node cut", f.id).IntN(len(d.nodes))
		d.fault("cut: %s, at: %dms%s, direction: %s", d.nodes[n].name, f.at, f.lasts, pick(d.of("direction", f.id), "both", "both", "out", "in"))
	}
}

func (d *drawing) link(f fault) {
	n := d.of("node link", f.id).IntN(len(d.nodes))
	to := pick(d.of("link to", f.id), "all", d.nodes[d.of("link end", f.id).IntN(len(d.nodes))].name)
	d.fault("link: %s, to: %s, at: %dms%s, delay: %dms, loss: %d%%, one_way: %v", d.nodes[n].name, to, f.at, f.lasts,
		d.between("delay", 1, 2000, f.id), d.between("link loss", 1, 40, f.id), d.chance("link one way", 30, f.id))
}

func (d *drawing) bandwidth(f fault) {
	if n, ok := d.someone("bandwidth", f); ok {
		d.fault("bandwidth: %s, at: %dms%s, limit: %s", d.nodes[n].name, f.at, f.lasts, pick(d.of("limit", f.id), "5Mbit", "1Mbit", "200kbit"))
	}
}

// jump sets a clock wrong, and right again when the fault ends.
func (d *drawing) jump(f fault) {
	n := d.of("node clock_jump", f.id).IntN(len(d.nodes))
	by, sign, back := d.between("by", 10, 20_000, f.id), "", "-"
	if d.chance("back", 50, f.id) {
		sign, back = back, sign
	}
	d.fault("clock_jump: %s, at: %dms, by: %s%dms", d.nodes[n].name, f.at, sign, by)
	if !d.nodes[n].rest || d.chance("set right", 50, f.id) {
		d.fault("clock_jump: %s, at: %dms, by: %s%dms", d.nodes[n].name, f.ends, back, by)
	}
}

func (d *drawing) drift(f fault) {
	if n, ok := d.someone("clock_drift", f); ok {
		d.fault("clock_drift: %s, at: %dms%s, by: %s%dppm", d.nodes[n].name, f.at, f.lasts, pick(d.of("slow", f.id), "", "-"),
			d.between("ppm", 1, 5000, f.id))
	}
}

func (d *drawing) slow(f fault) {
	if n, ok := d.someone("slow_cpu", f); ok {
		d.fault("slow_cpu: %s, at: %dms%s, factor: %dx", d.nodes[n].name, f.at, f.lasts, d.between("factor", 2, 30, f.id))
	}
}

// never is after the end of every run.
const never = 1 << 40

// broken lets nodes beside the core break for ever, some of those that are corrupt as well.
func (d *drawing) broken() {
	for k := range d.nodes {
		n, id := &d.nodes[k], uint64(k)
		if !n.rest || !d.chance("broken", 60, id) {
			continue
		}
		at := d.between("breaks", 100, d.healing-1, id)
		kind := pick(d.of("breaks by", id), "crash", "cut", "link", "bandwidth", "slow_cpu", "clock_jump")
		switch {
		case kind == "cut" && len(d.nodes) > 1:
			d.fault("cut: %s, at: %dms, direction: %s", n.name, at, pick(d.of("cut for ever", id), "both", "out", "in"))
		case kind == "link":
			d.fault("link: %s, to: all, at: %dms, loss: %d%%", n.name, at, d.between("loss for ever", 5, 90, id))
		case kind == "clock_jump":
			d.fault("clock_jump: %s, at: %dms, by: %s%dms", n.name, at, pick(d.of("wrong for ever", id), "", "-"),
				d.between("wrong by", 100, 60_000, id))
		case !d.claim(span{kind, k, at, never}):
		case kind == "crash":
			d.fault("crash: %s, at: %dms", n.name, at)
		case kind == "bandwidth":
			d.fault("bandwidth: %s, at: %dms, limit: %s", n.name, at, pick(d.of("limit for ever", id), "1Mbit", "100kbit"))
		case kind == "slow_cpu":
			d.fault("slow_cpu: %s, at: %dms, factor: %dx", n.name, at, d.between("slow for ever", 2, 100, id))
		}
	}
}
