package sim

import (
	"icsim/metrics"
	"icsim/sim/check"
)

// A Result is what a run showed: `icsim run --json` prints it as it stands here. Fields are added, never renamed
// (design.md, section 5).
type Result struct {
	Scenario       string            `json:"scenario"`
	Seed           uint64            `json:"seed"`
	Version        string            `json:"version"`
	Digest         string            `json:"digest"`
	Crypto         string            `json:"crypto"`
	VirtualSeconds float64           `json:"virtual_seconds"`
	WallSeconds    float64           `json:"wall_seconds"` // filled in by the command line
	Events         uint64            `json:"events"`
	Partial        bool              `json:"partial"`
	Subnets        []SubnetResult    `json:"subnets"`
	Ingress        IngressResult     `json:"ingress"`
	XNet           XNetResult        `json:"xnet"`
	Sequences      []SequenceResult  `json:"sequences"`
	Checks         []CheckResult     `json:"checks"`
	Violations     []ViolationResult `json:"violations"`
	Timeline       []Moment          `json:"timeline"` // what happened: faults, and what honest nodes saw of attacks
}

// A SubnetResult sums up one subnet.
type SubnetResult struct {
	Name                   string          `json:"name"`
	ID                     string          `json:"id"`
	Type                   string          `json:"type"`
	Nodes                  int             `json:"nodes"`
	FinalizedHeight        uint64          `json:"finalized_height"`
	CertifiedHeight        uint64          `json:"certified_height"`
	CUPHeight              uint64          `json:"cup_height"`
	BlockRate              float64         `json:"block_rate"` // finalized blocks a second
	FinalizationMS         metrics.Summary `json:"finalization_ms"`
	Rank0Share             float64         `json:"rank0_share"`
	StateHash              string          `json:"state_hash"` // root of the newest certified state
	BytesSentPerNodeSecond float64         `json:"bytes_sent_per_node_second"`
	CPUUtilization         float64         `json:"cpu_utilization"` // of the consensus lane, mean over nodes
	Canisters              int             `json:"canisters"`
	Equivocations          uint64          `json:"equivocations"`
	Invalid                uint64          `json:"invalid_artifacts"`
}

// An IngressResult sums up users' calls.
type IngressResult struct {
	Submitted uint64          `json:"submitted"`
	Completed uint64          `json:"completed"` // replied
	Failed    uint64          `json:"failed"`    // rejected by the canister or the system
	Rejected  uint64          `json:"rejected"`  // lost: no answer within the call's expiry
	LatencyMS metrics.Summary `json:"latency_ms"`
}

// An XNetResult sums up calls between canisters of different subnets.
type XNetResult struct {
	Calls     uint64          `json:"calls"`
	Responses uint64          `json:"responses"` // that reached the caller, rejects included
	Rejects   uint64          `json:"rejects"`
	Open      uint64          `json:"open"` // without a response at the end
	LatencyMS metrics.Summary `json:"latency_ms"`
}

// A SequenceResult is what came of a client's sequence of calls.
type SequenceResult struct {
	Client string       `json:"client"`
	Calls  []CallResult `json:"calls"`
}

// A CallResult is a call of a sequence with its newest answer. A sequence may be made several times.
type CallResult struct {
	What       string  `json:"what"`
	Made       uint64  `json:"made"`
	Answered   uint64  `json:"answered"`
	Wrong      uint64  `json:"wrong"`       // answers that were not as expected
	AtSeconds  float64 `json:"at_seconds"`  // of the newest answer
	Reply      string  `json:"reply"`       // Candid, in hexadecimal
	RejectCode int     `json:"reject_code"` // 0: none
	Reject     string  `json:"reject_message"`
	ErrorCode  string  `json:"error_code"`
}

// A CheckResult is one check's verdict.
type CheckResult struct {
	Name      string     `json:"name"`
	Kind      check.Kind `json:"kind"`
	OK        bool       `json:"ok"`
	Detail    string     `json:"detail"`
	AtSeconds float64    `json:"at_seconds"` // of the first violation
}

// A ViolationResult is one violation with what is needed to find it again.
type ViolationResult struct {
	Check     string  `json:"check"`
	Node      string  `json:"node"`
	Height    uint64  `json:"height"`
	AtSeconds float64 `json:"at_seconds"`
	EventKey  string  `json:"event_key"` // time in ns, source, number at that source
	Detail    string  `json:"detail"`
}

// A Moment is something that happened in the run, for the reader of its summary.
type Moment struct {
	AtSeconds float64 `json:"at_seconds"`
	What      string  `json:"what"`
}
