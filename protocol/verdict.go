package protocol

// A Verdict is what a rule says of something a peer sent. A peer's fault is data, not an error.
type Verdict struct {
	Kind   VerdictKind
	Reason string // a constant, so that reasons can be counted; empty when accepted
}

// A VerdictKind is one of three answers.
type VerdictKind uint8

const (
	Accepts VerdictKind = iota
	Rejects             // invalid for ever: drop it
	Defers              // cannot be judged yet: keep it and ask again
)

// Accept is the verdict for what holds.
func Accept() Verdict { return Verdict{} }

// Refuse is the verdict for what can never hold.
func Refuse(reason string) Verdict { return Verdict{Rejects, reason} }

// Defer is the verdict for what is missing something.
func Defer(reason string) Verdict { return Verdict{Defers, reason} }
