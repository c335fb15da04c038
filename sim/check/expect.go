package check

import "fmt"

// A Quantity is a figure of a finished run that a scenario may expect something of.
type Quantity string

// An Expectation bounds a quantity of a run, such as "block_rate of app-a is at least 2.2".
type Expectation struct {
	Line     int      // in the scenario
	Quantity Quantity // one of Quantities
	Subnet   string   // empty: of the whole run
	Min, Max float64  // inclusive
	HasMin   bool
	HasMax   bool
}

// Judge compares the figure found.
func (e *Expectation) Judge(found float64) Outcome {
	o := Outcome{Name: e.name(), Kind: Expect, OK: true}
	switch {
	case e.HasMin && found < e.Min:
		o.OK, o.Detail = false, fmt.Sprintf("%s is %.6g, expected at least %.6g", e.name(), found, e.Min)
	case e.HasMax && found > e.Max:
		o.OK, o.Detail = false, fmt.Sprintf("%s is %.6g, expected at most %.6g", e.name(), found, e.Max)
	}
	return o
}

// String says what is expected.
func (e *Expectation) String() string {
	text := e.name()
	if e.HasMin {
		text += fmt.Sprintf(" at least %.6g", e.Min)
	}
	if e.HasMax {
		text += fmt.Sprintf(" at most %.6g", e.Max)
	}
	return text
}

func (e *Expectation) name() string {
	if e.Subnet == "" {
		return string(e.Quantity)
	}
	return string(e.Quantity) + " of " + e.Subnet
}

// The quantities. Rates are per second of virtual time, latencies in milliseconds.
const (
	BlockRate      Quantity = "block_rate"
	Finalized      Quantity = "finalized_height"
	Certified      Quantity = "certified_height"
	CUPHeight      Quantity = "cup_height"
	FinalizationMS Quantity = "finalization_p50_ms"
	Rank0Share     Quantity = "rank0_share"
	CallsCompleted Quantity = "ingress_completed"
	CallsFailed    Quantity = "ingress_failed"
	CallsLost      Quantity = "ingress_lost"
	IngressMS      Quantity = "ingress_p50_ms"
	XNetCalls      Quantity = "xnet_calls"
	XNetResponses  Quantity = "xnet_responses"
	XNetRejects    Quantity = "xnet_rejects"
	XNetOpen       Quantity = "xnet_open"
	XNetMS         Quantity = "xnet_p50_ms"
	Equivocations  Quantity = "equivocations"
	StateSyncs     Quantity = "state_syncs"
	BadChunks      Quantity = "bad_chunks"
	Signatures     Quantity = "signatures" // of all chain keys, derived keys too
	IDKGComplaints Quantity = "idkg_complaints"
	IDKGRotations  Quantity = "idkg_rotations"

	QueriesAnswered Quantity = "queries_answered"
	QueriesLost     Quantity = "queries_lost"
	QueriesBad      Quantity = "queries_bad_signatures"
	QueryMS         Quantity = "query_p50_ms"
)

// Quantities lists what an expectation may name, with whether it is of one subnet.
func Quantities() map[Quantity]bool {
	return map[Quantity]bool{
		BlockRate: true, Finalized: true, Certified: true, CUPHeight: true, FinalizationMS: true, Rank0Share: true,
		CallsCompleted: false, CallsFailed: false, CallsLost: false, IngressMS: false,
		XNetCalls: false, XNetResponses: false, XNetRejects: false, XNetOpen: false, XNetMS: false, Equivocations: true,
		StateSyncs: true, BadChunks: true, Signatures: true, IDKGComplaints: true, IDKGRotations: true,
		QueriesAnswered: false, QueriesLost: false, QueriesBad: false, QueryMS: false,
	}
}
