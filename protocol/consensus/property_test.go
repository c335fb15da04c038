package consensus_test

import (
	"bytes"
	"fmt"
	"testing"
	"time"

	"icsim/crypto"
	"icsim/protocol"
	"icsim/protocol/consensus"
	"icsim/protocol/consensus/consensustest"

	"pgregory.net/rapid"
)

type tampering = func(s *consensustest.Subnet, from, to *consensustest.Node, a protocol.Artifact) protocol.Artifact

// drawSubnet draws a subnet with f faulty nodes and a network that delays, loses and repeats. Synchronous: messages take
// less than half a unit delay.
func drawSubnet(t *rapid.T, loss uint64, synchronous bool, faults ...tampering) *consensustest.Subnet {
	o := consensustest.Defaults(rapid.SampledFrom([]int{1, 4, 5, 7}).Draw(t, "nodes"))
	o.Seed = rapid.Byte().Draw(t, "seed")
	o.Interval = protocol.Height(rapid.IntRange(1, 12).Draw(t, "interval"))
	o.InitialDelay = time.Duration(rapid.IntRange(50, 400).Draw(t, "initial")) * time.Millisecond
	o.UnitDelay = time.Duration(rapid.IntRange(1, 1000).Draw(t, "unit")) * time.Millisecond
	o.ExecutionTime = time.Duration(rapid.IntRange(0, 300).Draw(t, "execution")) * time.Millisecond
	most := uint64(rapid.IntRange(1, 400).Draw(t, "delay"))
	if synchronous {
		o.UnitDelay = max(o.UnitDelay, 2*time.Duration(most)*time.Millisecond)
	}
	rand := protocol.NewRand(crypto.Hash{o.Seed}, "network")
	o.Link = func(s *consensustest.Subnet, from, to *consensustest.Node, a protocol.Artifact) (time.Duration, bool) {
		if rand.Below(10) == 0 {
			s.Post(from, to, a, time.Duration(rand.Below(10*most))*time.Millisecond)
		}
		return time.Duration(rand.Below(most)) * time.Millisecond, rand.Below(100) < loss
	}
	first := rapid.IntRange(0, o.Nodes-1).Draw(t, "faulty")
	faulty := func(n *consensustest.Node) bool {
		return (int(n.ID)-first+o.Nodes)%o.Nodes < protocol.FaultsTolerated(o.Nodes)
	}
	if len(faults) > 0 {
		tamper := rapid.SampledFrom(faults).Draw(t, "fault")
		o.Tamper = func(s *consensustest.Subnet, from, to *consensustest.Node, a protocol.Artifact) protocol.Artifact {
			if faulty(from) {
				return tamper(s, from, to, a)
			}
			return a
		}
	}
	s := consensustest.NewSubnet(o)
	for _, n := range s.Nodes {
		if faulty(n) {
			s.Checks.Faulty[n.ID] = true
		}
	}
	return s
}

// A.10, 1–4 and 6–8: nothing that f faulty nodes and a bad network do breaks agreement, with restarts in between.
func TestSafety(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := drawSubnet(t, uint64(rapid.IntRange(0, 20).Draw(t, "loss")), false,
			consensustest.CorruptShares, consensustest.Equivocate, consensustest.SignEverything)
		for range 3 {
			s.Run(2 * time.Second)
			s.Restart(s.Nodes[rapid.IntRange(0, len(s.Nodes)-1).Draw(t, "restarted")])
		}
		s.Run(2 * time.Second)
		if len(s.Checks.Broken) > 0 {
			t.Fatal(s.Checks.Broken[0])
		}
	})
}

// A.10.12: with f faulty nodes and a network that loses nothing, the finalized height grows.
func TestLivenessWithFaults(t *testing.T) {
	silent := func(_ *consensustest.Subnet, _, _ *consensustest.Node, a protocol.Artifact) protocol.Artifact {
		return protocol.NewRandomShare(protocol.KindRandomTapeShare, protocol.RandomContent{}, 0, crypto.ThresholdSignature{})
	}
	rapid.Check(t, func(t *rapid.T) {
		s := drawSubnet(t, 0, true, consensustest.CorruptShares, consensustest.Equivocate, silent)
		s.Run(12 * time.Second)
		for _, n := range s.Nodes {
			// A height costs at most the delays of f+1 ranks and a few messages, some of them put off by the bouncer.
			if !s.Checks.Faulty[n.ID] && n.C.FinalizedHeight() < 2 {
				t.Fatalf("%s finalized %d heights only", n.ID, n.C.FinalizedHeight())
			}
		}
		if len(s.Checks.Broken) > 0 {
			t.Fatal(s.Checks.Broken[0])
		}
	})
}

// A.10.12: with f+1 silent nodes nothing is finalized, and all goes on when one of them speaks again.
func TestMoreThanFSilentNodesStall(t *testing.T) {
	for _, nodes := range []int{4, 7, 13} {
		s := consensustest.NewSubnet(consensustest.Defaults(nodes))
		f := protocol.FaultsTolerated(nodes)
		for _, n := range s.Nodes[:f+1] {
			n.Down = true
		}
		s.Run(20 * time.Second)
		if h := s.MinFinalized(); h != 0 {
			t.Fatalf("%d of %d silent, and height %d is finalized", f+1, nodes, h)
		}
		// A node that was down is sent everything again when its connections come up.
		back := s.Nodes[f]
		back.Down = false
		for _, n := range s.Nodes[f+1:] {
			s.Reconnect(n, back)
		}
		s.Run(20 * time.Second)
		if h := s.MinFinalized(); h < 5 {
			t.Fatalf("%d of %d silent, and height %d only is finalized", f, nodes, h)
		}
	}
}

// The shortcuts of idle components change nothing: with all of them forgotten before each call, and none at rest, what each step changes
// and permits, notes and charged work are the same.
func TestShortcutsAreExact(t *testing.T) {
	run := func(o consensustest.Options, forget bool) []byte {
		var log bytes.Buffer
		o.Components = func(_ *consensustest.Node, honest []consensus.Named) []consensus.Named {
			if forget {
				for i := range honest {
					honest[i].Component = forgetful{honest[i].Component}
				}
			}
			return honest
		}
		var s *consensustest.Subnet
		o.Watch = func(n *consensustest.Node, e *consensus.Effects) {
			pool := n.C.Reader()
			fmt.Fprintln(&log, s.Now, n.ID, e.Changed, len(e.Publish), len(e.Writes), len(e.Notes), pool.Unvalidated.Len(), pool.Validated.Len())
		}
		s = consensustest.NewSubnet(o)
		for _, n := range s.Nodes {
			n.Execution.Removed = func(inMemory, checkpoints protocol.Height) {
				fmt.Fprintln(&log, s.Now, n.ID, "lets go of", inMemory, checkpoints)
			}
		}
		s.Run(5 * time.Second)
		s.Nodes[1].Down = true
		s.Run(15 * time.Second)
		s.Nodes[1].Down = false
		s.Restart(s.Nodes[0])
		s.Run(20 * time.Second)
		for _, n := range s.Nodes {
			fmt.Fprintln(&log, n.ID, n.Meter)
			for _, note := range n.Notes {
				fmt.Fprintln(&log, note)
			}
		}
		return log.Bytes()
	}
	for seed := range byte(4) {
		o := consensustest.Defaults(4)
		o.Seed, o.Interval, o.ExecutionTime = seed, 7, 30*time.Millisecond
		if seed%2 == 1 {
			o.Tamper = consensustest.Equivocate
		}
		o.Link = func(s *consensustest.Subnet, from, to *consensustest.Node, _ protocol.Artifact) (time.Duration, bool) {
			d := time.Duration(20+37*from.ID+11*to.ID) * time.Millisecond
			return d, from.ID == 2 && s.Now > protocol.Time(10*time.Second)
		}
		if with, without := run(o, false), run(o, true); !bytes.Equal(with, without) {
			a, b := bytes.Split(with, []byte("\n")), bytes.Split(without, []byte("\n"))
			for i := range min(len(a), len(b)) {
				if !bytes.Equal(a[i], b[i]) {
					t.Fatalf("seed %d, line %d:\n%s\nwithout shortcuts:\n%s", seed, i, a[i], b[i])
				}
			}
			t.Fatalf("seed %d: %d lines, %d without shortcuts", seed, len(a), len(b))
		}
	}
}

type forgetful struct{ consensus.Component }

func (f forgetful) OnStateChange(
	r *consensus.Reader, now consensus.Clock, out []consensus.ChangeAction,
) []consensus.ChangeAction {
	consensus.Forget(f.Component)
	return f.Component.OnStateChange(r, now, out)
}

// FuzzStep lets an arbitrary schedule loose on four nodes, one of them two-faced: each byte delivers, loses or repeats a
// message, lets time pass or restarts a node. Safety holds whatever happens.
func FuzzStep(f *testing.F) {
	f.Add([]byte{0})
	f.Add([]byte("deliver everything in some order and let time pass now and then, again and again"))
	f.Fuzz(func(t *testing.T, schedule []byte) {
		type message struct {
			from, to *consensustest.Node
			artifact protocol.Artifact
		}
		var line []message
		o := consensustest.Defaults(4)
		o.Interval = 2
		o.Link = func(s *consensustest.Subnet, from, to *consensustest.Node, a protocol.Artifact) (time.Duration, bool) {
			if len(line) < 1000 {
				if from.ID == 3 {
					a = consensustest.SignEverything(s, from, to, consensustest.Equivocate(s, from, to, a))
				}
				line = append(line, message{from, to, a})
			}
			return 0, true
		}
		s := consensustest.NewSubnet(o)
		s.Checks.Faulty[3] = true
		tick := func(d time.Duration) {
			s.Now = s.Now.Add(d)
			for _, n := range s.Nodes {
				s.Step(n)
			}
		}
		tick(0)
		for _, b := range schedule {
			switch op, arg := b>>5, int(b&31); {
			case op == 7:
				tick(time.Duration(arg*arg) * 2 * time.Millisecond)
			case op == 6 && arg < 3:
				s.Restart(s.Nodes[arg])
			case len(line) == 0:
				tick(100 * time.Millisecond)
			default:
				i := arg * len(line) / 32
				m := line[i]
				if op != 5 { // else it comes again
					line = append(line[:i], line[i+1:]...)
				}
				if op != 4 { // else it is lost
					s.Deliver(m.to, m.from.ID, m.artifact)
				}
			}
		}
		if len(s.Checks.Broken) > 0 {
			t.Fatal(s.Checks.Broken[0])
		}
	})
}
