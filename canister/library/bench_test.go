package library

import (
	"testing"

	"icsim/protocol"
)

// A round of 100 small calls, by the call: execution, commit and everything around it, but not the round itself.
func BenchmarkCall(b *testing.B) {
	s := newSubnet(b, arg(b, "counter", nil))
	for b.Loop() {
		b.StopTimer()
		var calls []*protocol.SignedIngress
		for range 100 {
			calls = append(calls, s.send(1, "inc"))
		}
		b.StartTimer()
		s.round(calls...)
	}
	b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N)/100, "µs/call")
	b.ReportMetric(float64(s.outcome.Instructions)/100, "instructions/call")
}

// A call that awaits another one in the same round, 50 at a time.
func BenchmarkAwait(b *testing.B) {
	s := newSubnet(b, arg(b, "caller", map[string]any{"calls": ids(2), "count": uint64(50)}), arg(b, "counter", nil))
	for b.Loop() {
		s.call(1, "call")
	}
	b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N)/50, "µs/call")
	b.ReportMetric(float64(s.outcome.Instructions)/50, "instructions/call")
}

func BenchmarkInstall(b *testing.B) {
	s := newSubnet(b)
	all := installs(b, arg(b, "counter", nil))
	if _, err := s.executor.Genesis(&s.ctx, all); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := s.executor.Genesis(&s.ctx, all); err != nil {
			b.Fatal(err)
		}
	}
}
