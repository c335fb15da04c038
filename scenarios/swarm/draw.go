package swarm

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"icsim/protocol"
	"icsim/sim/rng"
)

// Options bound what is drawn.
type Options struct {
	MinNodes, MaxNodes int    // of a subnet
	Crypto             string // bls or ideal
	Variants           []string
	Redraws            []Redraw // some of what the seed would draw, from other seeds
}

// Limits of Options.
const (
	LeastNodes = 1
	MostNodes  = 100
)

// Milliseconds of virtual time.
const (
	leastTrouble = 8_000  // until the healing
	mostTrouble  = 25_000 //
	usually      = 46_000 // by then the core has come together, and the run ends
	within       = 600_000
)

// Draw gives the scenario of a seed.
func Draw(seed uint64, o Options) []byte {
	text, _ := draw(seed, o)
	return text
}

// Names gives the names of the draws that the scenario of a seed is made of, in the order in which they are first made.
func Names(seed uint64, o Options) []string {
	_, names := draw(seed, o)
	return names
}

func draw(seed uint64, o Options) (text []byte, names []string) {
	d := &drawing{seed: seed, redraws: o.Redraws, sources: map[string]rng.Source{}}
	d.healing = d.between("healing", leastTrouble, mostTrouble)
	d.line("# Drawn by icsim sweep --swarm --seeds %d%s", seed, redrawFlag(o.Redraws))
	d.line("name: swarm-%d", seed)
	d.line("duration: %dms", d.healing+usually)
	d.line("crypto: %s", o.Crypto)
	d.line("seed: %d", d.seedOf("run"))
	d.network()
	d.subnets(o)
	d.load()
	d.parts()
	d.faults()
	d.attackers()
	if len(o.Variants) > 0 {
		d.line("variants: [%s]", strings.Join(o.Variants, ", "))
	}
	d.line("healing: { at: %dms, within: %dms, core: [%s] }", d.healing, within, strings.Join(d.core, ", "))
	return d.text.Bytes(), d.names
}

// A drawing is a scenario in the making.
type drawing struct {
	seed    uint64
	redraws []Redraw
	sources map[string]rng.Source // by the names of the draws made so far
	names   []string              // its keys, in the order of making
	text    bytes.Buffer
	healing int // when, in ms
	nodes   []node
	subs    []string // names of subnets
	core    []string // names of nodes
	busy    []span
	listed  bool // there is a fault already
}

// A node is a node and its part.
type node struct {
	name   string
	subnet int
	rest   bool // beside the core
	evil   bool // corrupt
}

func (d *drawing) line(format string, args ...any) { fmt.Fprintf(&d.text, format+"\n", args...) }

// of makes the draw of a name.
func (d *drawing) of(purpose string, ids ...uint64) rng.Draw {
	return d.from(purpose, ids...).At(0)
}

// from gives the source of a name, which is of this drawing's seed unless it is redrawn.
func (d *drawing) from(purpose string, ids ...uint64) rng.Source {
	s, known := d.sources[purpose]
	if !known {
		s = rng.Root(d.seedOf(purpose)).Split("swarm")
		d.sources[purpose] = s
	}
	return s.Split(purpose, ids...)
}

// seedOf gives the seed of a name's draws, and notes the name.
func (d *drawing) seedOf(purpose string) uint64 {
	d.names = append(d.names, purpose)
	for _, r := range d.redraws {
		if r.Name == purpose {
			return r.Seed
		}
	}
	return d.seed
}

// between draws a number from low to high, both of them included.
func (d *drawing) between(purpose string, low, high int, ids ...uint64) int {
	return low + d.of(purpose, ids...).IntN(high-low+1)
}

// chance is true with a probability in percent.
func (d *drawing) chance(purpose string, percent uint64, ids ...uint64) bool {
	return d.of(purpose, ids...).Chance(percent, 100)
}

func pick[T any](draw rng.Draw, from ...T) T { return from[draw.IntN(len(from))] }

func (d *drawing) network() {
	if d.chance("world", 50) {
		d.line("network: { latency: world }")
		return
	}
	d.line("network: { uniform: %dms, loss: %s }", d.between("latency", 1, 150), pick(d.of("loss"), "0%", "0%", "0.1%", "1%"))
}

func (d *drawing) subnets(o Options) {
	d.subs = []string{"app", "other"}[:pick(d.of("subnets"), 1, 1, 2)]
	d.line("subnets:")
	for i, name := range d.subs {
		id := uint64(i)
		n := d.between("nodes", o.MinNodes, o.MaxNodes, id)
		for k := range n {
			d.nodes = append(d.nodes, node{name: fmt.Sprintf("%s/%d", name, k), subnet: i})
		}
		d.line("  - name: %s\n    nodes: %d", name, n)
		d.line("    type: %s", pick(d.of("type", id), "application", "application", "verified_application", "system"))
		d.line("    bandwidth: %s", pick(d.of("bandwidth", id), "300Mbit", "50Mbit", "10Mbit", "unlimited"))
		d.line("    unit_delay: %s", pick(d.of("unit delay", id), "1s", "1s", "500ms", "2s"))
		d.line("    notary_delay: %s", pick(d.of("notary delay", id), "300ms", "300ms", "600ms", "1s"))
		d.line("    dkg_interval: %d", pick(d.of("interval", id), 499, 99, 49, 19, 9))
		d.line("    max_ingress_messages: %d", pick(d.of("messages", id), 1000, 1000, 10, 1))
		d.line("    max_block_payload: %s", pick(d.of("payload", id), "4MiB", "4MiB", "100KiB"))
	}
}

// load installs canisters and lets users call them, while the trouble lasts and beyond.
func (d *drawing) load() {
	last := d.subs[len(d.subs)-1]
	withCaller := d.chance("caller", 60)
	if !withCaller && !d.chance("counter", 50) {
		return
	}
	d.line("canisters:\n  - { name: tally, subnet: app, library: counter }")
	if withCaller {
		d.line("  - { name: asker, subnet: %s, library: caller, settings: { calls: tally, count: %d } }", last, d.between("count", 1, 20))
	}
	until := d.healing + 22_500
	d.line("clients:")
	d.line("  - { name: users, call: tally.inc, every: %dms, poisson: true, until: %dms }", d.between("rate", 100, 2000), until)
	if withCaller {
		d.line("  - { name: clock, call: asker.call, every: %dms, until: %dms }", d.between("calls", 300, 3000), until)
	}
	if d.chance("readers", 30) {
		d.line("  - { name: readers, query: tally.get, every: %dms, until: %dms }", d.between("queries", 200, 2000), until)
	}
}

// parts draws the core of each subnet, and who of the others is corrupt.
func (d *drawing) parts() {
	evil := d.chance("attackers", 60)
	for i := range d.subs {
		var members []int
		for k := range d.nodes {
			if d.nodes[k].subnet == i {
				members = append(members, k)
			}
		}
		stream := d.from("core", uint64(i)).Stream()
		order := stream.Perm(len(members))
		for at, k := range order {
			n := &d.nodes[members[k]]
			n.rest = at < protocol.FaultsTolerated(len(members))
			n.evil = n.rest && evil && d.chance("corrupt", 60, uint64(members[k]))
		}
	}
	for k := range d.nodes {
		if !d.nodes[k].rest {
			d.core = append(d.core, d.nodes[k].name)
		}
	}
}

// strategies are those that nodes up to f may follow without harm to others but what the protocol has to bear.
var strategies = []string{
	"silent", "no-relay", "equivocate", "corrupt-shares", "notarize-all", "finalize-all", "false-queries", "lying-queries", "drop-calls",
	"stale-certificates", "bad-chunks", "bad-dealings", "forge-blocks",
}

// attackers gives each corrupt node some of the strategies that this run enables.
func (d *drawing) attackers() {
	enabled := slices.DeleteFunc(slices.Clone(strategies), func(s string) bool { return d.chance("enable "+s, 60) })
	first := true
	for k := range d.nodes {
		if !d.nodes[k].evil {
			continue
		}
		follows := slices.DeleteFunc(slices.Clone(enabled), func(s string) bool { return d.chance("follow "+s, 50, uint64(k)) })
		if len(follows) == 0 {
			follows = []string{pick(d.of("strategy", uint64(k)), strategies...)}
		}
		if first {
			d.line("attackers:")
		}
		first = false
		d.line("  - { nodes: %s, strategies: [%s] }", d.nodes[k].name, strings.Join(follows, ", "))
	}
}
