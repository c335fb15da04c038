package canister

import (
	"testing"

	"icsim/protocol"
)

// An empty update call: induction, the execution, its fee and the new state, but not the harness's audit.
func BenchmarkEmptyUpdate(b *testing.B) {
	const batch = 100
	s := newSubnet(b, newExecutor(b), scriptedAt(false, 1)...)
	var calls []*protocol.SignedIngress
	for range batch {
		calls = append(calls, s.ingress(1, "run", script{}.do("reply")))
	}
	b.ReportAllocs()
	for b.Loop() {
		s.tick(1)
		r := s.x.Begin(s.state, &s.ctx)
		for _, m := range calls {
			r.InductIngress(m)
		}
		r.Execute()
		r.Route(nil)
		state, _ := r.Commit()
		if state.(*State).find(1).queues.Inputs() != 0 {
			b.Fatal("not all ran")
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/batch, "ns/call")
}

// One empty update call in a round of its own.
func BenchmarkRoundWithOneUpdate(b *testing.B) {
	s := newSubnet(b, newExecutor(b), scriptedAt(false, 1)...)
	m := s.ingress(1, "run", script{}.do("reply"))
	b.ReportAllocs()
	for b.Loop() {
		s.tick(1)
		r := s.x.Begin(s.state, &s.ctx)
		r.InductIngress(m)
		r.Execute()
		r.Route(nil)
		state, _ := r.Commit()
		s.state = state.(*State)
	}
}

func BenchmarkEmptyRoundWithIdleCanisters(b *testing.B) {
	var ids []protocol.CanisterID
	for i := range 10_000 {
		ids = append(ids, protocol.CanisterID(i))
	}
	s := newSubnet(b, newExecutor(b), scriptedAt(false, ids...)...)
	b.ReportAllocs()
	for b.Loop() {
		s.tick(1)
		r := s.x.Begin(s.state, &s.ctx)
		r.Execute()
		r.Route(nil)
		r.Commit()
	}
}

func BenchmarkLocalCall(b *testing.B) {
	s := newSubnet(b, newExecutor(b), scriptedAt(false, 1, 2)...)
	m := s.ingress(1, "run", script{}.to(2, is("pong"), is("done"), nil).do("perform"))
	for b.Loop() {
		s.tick(1)
		r := s.x.Begin(s.state, &s.ctx)
		r.InductIngress(m)
		r.Execute()
		r.Route(nil)
		r.Commit()
	}
}

// A checkpoint of 10,000 canisters of which one has run since the last one: files, manifest and root.
func BenchmarkCheckpointWithIdleCanisters(b *testing.B) {
	var ids []protocol.CanisterID
	for i := range 10_000 {
		ids = append(ids, protocol.CanisterID(i))
	}
	s := newSubnet(b, newExecutor(b), scriptedAt(false, ids...)...)
	m := s.ingress(1, "run", script{}.do("reply"))
	s.ctx.Checkpoint = true
	b.ReportAllocs()
	for b.Loop() {
		s.tick(1)
		r := s.x.Begin(s.state, &s.ctx)
		r.InductIngress(m)
		r.Execute()
		r.Route(nil)
		state, _ := r.Commit()
		s.state = state.(*State)
		protocol.NewManifest(s.state.Files())
	}
}
