package consensus_test

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"icsim/protocol"
	"icsim/protocol/consensus"
	"icsim/protocol/consensus/consensustest"

	"github.com/cockroachdb/datadriven"
)

// TestScripts plays testdata/*.txt. In a script messages wait until they are delivered or dropped; -rewrite writes what
// happened in place of what was expected.
//
//	subnet nodes=4 [unit=1s] [initial=300ms] [interval=499] [exec=0s]    start afresh
//	ranks height=1                       block makers by rank, and notaries
//	deliver [to=] [from=] [kind=] [height=]    deliver the messages that match, in the order they were sent
//	drop [to=] [from=] [kind=] [height=]       lose them instead
//	advance d=300ms                      move time; every node looks at its clock
//	stabilize                            deliver until nothing is under way
//	run d=10s                            let the network work by itself, 50 ms a message
//	equivocate node=n1 height=1 to=n2,n3 the node's block again, a nanosecond later
//	set node=n1|all [silent=] [down=] [hold=] [manifest=] [corrupt=] [stalled=] [checkpoint=]
//	                                     hold: certification stands still; manifest: no checkpoint is hashed
//	restart node=n1 | sync node=n1 height=5 | registry [version=v2] [halt=true] [stop=true] [interval=]
//	state                                heights of every node
//	pool node=n0 [unvalidated=true]      what lies in a pool
//	invalid                              what nodes found invalid so far
func TestScripts(t *testing.T) {
	datadriven.Walk(t, "testdata", func(t *testing.T, path string) {
		w := &script{}
		datadriven.RunTest(t, path, func(t *testing.T, d *datadriven.TestData) string {
			out := w.run(t, d)
			if w.subnet != nil && len(w.subnet.Checks.Broken) > 0 {
				out += strings.Join(w.subnet.Checks.Broken, "\n") + "\n"
			}
			return out
		})
	})
}

// A script is a subnet whose messages wait in line.
type script struct {
	subnet *consensustest.Subnet
	free   bool // messages travel by themselves
	line   []waiting
	noted  []int // notes shown, by node
}

type waiting struct {
	from, to *consensustest.Node
	artifact protocol.Artifact
}

func (w *script) run(t *testing.T, d *datadriven.TestData) string {
	switch d.Cmd {
	case "subnet":
		w.start(t, d)
	case "ranks":
		return w.ranks(height(t, d, "height"))
	case "deliver", "drop":
		n := w.deliver(t, d)
		return fmt.Sprintf("%d messages\n", n) + w.news()
	case "advance":
		w.subnet.Now = w.subnet.Now.Add(duration(t, d, "d", 0))
		for _, n := range w.subnet.Nodes {
			if !n.Down {
				w.subnet.Step(n)
			}
		}
	case "stabilize":
		for len(w.line) > 0 {
			m := w.line[0]
			w.line = w.line[1:]
			if !m.to.Down {
				w.subnet.Deliver(m.to, m.from.ID, m.artifact)
			}
		}
	case "run":
		w.free = true
		for _, m := range w.line {
			w.subnet.Send(m.from, m.artifact, true)
		}
		w.line = nil
		w.subnet.Run(duration(t, d, "d", 0))
		w.free = false
		w.news()
		return w.state()
	case "equivocate":
		n := w.node(t, d, "node")
		p := n.C.Reader().Validated.Proposals.At(height(t, d, "height"))[0].Artifact
		twin := w.subnet.Twin(p)
		for _, name := range strings.Split(word(d, "to"), ",") {
			w.line = append(w.line, waiting{w.subnet.Nodes[p.Signer], w.named(t, name), twin})
		}
	case "set":
		w.set(t, d)
	case "restart":
		w.subnet.Restart(w.node(t, d, "node"))
	case "sync":
		w.node(t, d, "node").Execution.Sync(height(t, d, "height"))
	case "registry":
		w.subnet.Registry.Change(w.subnet.Now, func(r *protocol.SubnetRecord) {
			if v := word(d, "version"); v != "" {
				r.ReplicaVersion = protocol.ReplicaVersion(v)
			}
			r.HaltAtCUPHeight = word(d, "halt") == "true"
			r.Halted = word(d, "stop") == "true"
			r.DKGIntervalLength = protocol.Height(number(t, d, "interval", int(r.DKGIntervalLength)))
		})
	case "state":
		return w.state()
	case "invalid":
		return w.invalid()
	case "pool":
		return w.pool(t, d)
	default:
		t.Fatalf("%s: unknown verb %s", d.Pos, d.Cmd)
	}
	return w.news()
}

func (w *script) start(t *testing.T, d *datadriven.TestData) {
	o := consensustest.Defaults(number(t, d, "nodes", 4))
	o.UnitDelay = duration(t, d, "unit", o.UnitDelay)
	o.InitialDelay = duration(t, d, "initial", o.InitialDelay)
	o.Interval = protocol.Height(number(t, d, "interval", int(o.Interval)))
	o.ExecutionTime = duration(t, d, "exec", 0)
	o.Link = func(_ *consensustest.Subnet, from, to *consensustest.Node, a protocol.Artifact) (time.Duration, bool) {
		if !w.free {
			w.line = append(w.line, waiting{from, to, a})
		}
		return 50 * time.Millisecond, !w.free
	}
	*w = script{}
	w.subnet = consensustest.NewSubnet(o)
	w.noted = make([]int, o.Nodes)
	for _, n := range w.subnet.Nodes {
		w.subnet.Step(n)
	}
}

func (w *script) deliver(t *testing.T, d *datadriven.TestData) (n int) {
	line := w.line
	w.line = nil
	for _, m := range line {
		if !matches(t, d, m) {
			w.line = append(w.line, m)
			continue
		}
		n++
		if d.Cmd == "deliver" && !m.to.Down {
			w.subnet.Deliver(m.to, m.from.ID, m.artifact)
		}
	}
	return n
}

func matches(t *testing.T, d *datadriven.TestData, m waiting) bool {
	is := func(key, value string) bool {
		w := word(d, key)
		return w == "" || slices.Contains(strings.Split(w, ","), value)
	}
	return is("to", m.to.ID.String()) && is("from", m.from.ID.String()) &&
		is("kind", m.artifact.Kind().String()) && is("height", strconv.Itoa(int(m.artifact.Height())))
}

func (w *script) set(t *testing.T, d *datadriven.TestData) {
	if word(d, "node") == "all" {
		for _, n := range w.subnet.Nodes {
			w.edit(t, d, n)
		}
		return
	}
	w.edit(t, d, w.node(t, d, "node"))
}

func (w *script) edit(t *testing.T, d *datadriven.TestData, n *consensustest.Node) {
	flag := func(key string, at *bool) {
		if v := word(d, key); v != "" {
			*at = v == "true"
		}
	}
	flag("silent", &n.Silent)
	flag("down", &n.Down)
	flag("stalled", &n.Stalled)
	flag("hold", &n.Execution.HoldCertification)
	flag("manifest", &n.Execution.HoldManifest)
	flag("corrupt", &n.Execution.Corrupt)
	n.Execution.CheckpointDelay = duration(t, d, "checkpoint", n.Execution.CheckpointDelay)
}

// news tells what nodes noted since the last time, nodes with the same news together.
func (w *script) news() string {
	var lines []string
	who := map[string][]string{}
	for i, n := range w.subnet.Nodes {
		var words []string
		for _, note := range n.Notes[min(w.noted[i], len(n.Notes)):] {
			words = append(words, describe(note))
		}
		w.noted[i] = len(n.Notes)
		if line := strings.Join(words, " "); line != "" {
			if who[line] == nil {
				lines = append(lines, line)
			}
			who[line] = append(who[line], n.ID.String())
		}
	}
	var out strings.Builder
	for _, line := range lines {
		fmt.Fprintf(&out, "%s: %s\n", strings.Join(who[line], " "), line)
	}
	return out.String()
}

func describe(n protocol.Note) string {
	s := fmt.Sprintf("%s@%d", n.Kind, n.Height)
	switch n.Kind {
	case protocol.NoteProposed, protocol.NoteNotarized, protocol.NoteFinalized, protocol.NoteBlockReceived:
		s += fmt.Sprintf("/r%d", n.Value)
	case protocol.NoteInvalid:
		s += fmt.Sprintf("(%s: %s)", protocol.ArtifactKind(n.Value), n.Reason)
	case protocol.NoteEquivocation:
		s += fmt.Sprintf("(%s)", n.Peer)
	}
	return s
}

func (w *script) ranks(h protocol.Height) string {
	r := w.subnet.Nodes[0].C.Reader()
	makers := make([]string, protocol.FaultsTolerated(len(w.subnet.Nodes))+1)
	var notaries []string
	for _, n := range w.subnet.Nodes {
		if rank, ok := r.MakerRank(h, n.ID); ok {
			makers[rank] = n.ID.String()
		}
		if r.IsNotary(h, n.ID) {
			notaries = append(notaries, n.ID.String())
		}
	}
	return fmt.Sprintf("makers: %s\nnotaries: %s\n", strings.Join(makers, " "), strings.Join(notaries, " "))
}

func (w *script) state() string {
	var out strings.Builder
	for _, n := range w.subnet.Nodes {
		fmt.Fprintf(&out, "%s: cup %d certified %d finalized %d notarized %d beacon %d", n.ID, n.C.CUPHeight(),
			n.Execution.CertifiedHeight(), n.C.FinalizedHeight(), n.C.NotarizedHeight(), n.C.BeaconHeight())
		if h, _, ok := n.C.NeedsStateSync(); ok {
			fmt.Fprintf(&out, " needs the state of %d", h)
		}
		fmt.Fprintln(&out)
	}
	return out.String()
}

func (w *script) invalid() string {
	var out strings.Builder
	for _, n := range w.subnet.Nodes {
		seen := map[string]bool{}
		for _, note := range n.Notes {
			if line := fmt.Sprintf("%s blames %s: %s", n.ID, note.Peer, describe(note)); note.Kind == protocol.NoteInvalid && !seen[line] {
				seen[line] = true
				fmt.Fprintln(&out, line)
			}
		}
	}
	return out.String()
}

func (w *script) pool(t *testing.T, d *datadriven.TestData) string {
	r := w.node(t, d, "node").C.Reader()
	section := &r.Validated
	if word(d, "unvalidated") == "true" {
		section = &r.Unvalidated
	}
	var out strings.Builder
	print(&out, "proposals", &section.Proposals)
	print(&out, "notarization shares", &section.NotarizationShares)
	print(&out, "notarizations", &section.Notarizations)
	print(&out, "finalization shares", &section.FinalizationShares)
	print(&out, "finalizations", &section.Finalizations)
	print(&out, "beacon shares", &section.BeaconShares)
	print(&out, "beacons", &section.Beacons)
	print(&out, "tape shares", &section.TapeShares)
	print(&out, "tapes", &section.Tapes)
	print(&out, "cup shares", &section.CUPShares)
	print(&out, "cups", &section.CUPs)
	print(&out, "proofs", &section.Proofs)
	return out.String()
}

// print shows a shelf as heights×count, neighbours with equal counts together.
func print[T protocol.Artifact](out *strings.Builder, name string, s *consensus.Shelf[T]) {
	if s.Len() == 0 {
		return
	}
	fmt.Fprintf(out, "%s:", name)
	for h, ok := s.Next(0); ok; {
		last, n := h, len(s.At(h))
		for len(s.At(last+1)) == n {
			last++
		}
		if last > h {
			fmt.Fprintf(out, " %d–%d×%d", h, last, n)
		} else {
			fmt.Fprintf(out, " %d×%d", h, n)
		}
		h, ok = s.Next(last + 1)
	}
	fmt.Fprintln(out)
}

func (w *script) node(t *testing.T, d *datadriven.TestData, key string) *consensustest.Node {
	return w.named(t, word(d, key))
}

func (w *script) named(t *testing.T, name string) *consensustest.Node {
	for _, n := range w.subnet.Nodes {
		if n.ID.String() == name {
			return n
		}
	}
	t.Fatalf("no node %q", name)
	return nil
}

func word(d *datadriven.TestData, key string) string {
	for _, arg := range d.CmdArgs {
		if arg.Key == key {
			return strings.Join(arg.Vals, ",")
		}
	}
	return ""
}

func number(t *testing.T, d *datadriven.TestData, key string, otherwise int) int {
	w := word(d, key)
	if w == "" {
		return otherwise
	}
	n, err := strconv.Atoi(w)
	if err != nil {
		t.Fatalf("%s: %v", d.Pos, err)
	}
	return n
}

func height(t *testing.T, d *datadriven.TestData, key string) protocol.Height {
	return protocol.Height(number(t, d, key, 0))
}

func duration(t *testing.T, d *datadriven.TestData, key string, otherwise time.Duration) time.Duration {
	w := word(d, key)
	if w == "" {
		return otherwise
	}
	v, err := time.ParseDuration(w)
	if err != nil {
		t.Fatalf("%s: %v", d.Pos, err)
	}
	return v
}
