package sim

import (
	"encoding/hex"
	"time"

	"icsim/metrics"
	"icsim/protocol"
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
	LateSeconds    float64           `json:"late_seconds,omitempty"` // past the scenario's end, for a healed core to come together
	WallSeconds    float64           `json:"wall_seconds"`           // filled in by the command line
	Events         uint64            `json:"events"`
	Partial        bool              `json:"partial"`
	Subnets        []SubnetResult    `json:"subnets"`
	Ingress        IngressResult     `json:"ingress"`
	Queries        QueryResult       `json:"queries"`
	XNet           XNetResult        `json:"xnet"`
	Sequences      []SequenceResult  `json:"sequences"`
	Checks         []CheckResult     `json:"checks"`
	Violations     []ViolationResult `json:"violations"`
	Reached        []string          `json:"reached"`  // situations that the run came to, and what the scenario says is to hold sometimes
	Timeline       []Moment          `json:"timeline"` // what happened: faults, and what honest nodes saw of attacks

	Record *metrics.Record `json:"-"` // with Config.Record: what reports are made of
}

// A SubnetResult sums up one subnet.
type SubnetResult struct {
	Name                   string           `json:"name"`
	ID                     string           `json:"id"`
	Type                   string           `json:"type"`
	Nodes                  int              `json:"nodes"`
	FinalizedHeight        uint64           `json:"finalized_height"`
	CertifiedHeight        uint64           `json:"certified_height"`
	CUPHeight              uint64           `json:"cup_height"`
	BlockRate              float64          `json:"block_rate"` // finalized blocks a second
	FinalizationMS         metrics.Summary  `json:"finalization_ms"`
	Rank0Share             float64          `json:"rank0_share"`
	StateHash              string           `json:"state_hash"` // root of the newest certified state
	BytesSentPerNodeSecond float64          `json:"bytes_sent_per_node_second"`
	CPUUtilization         float64          `json:"cpu_utilization"` // of the consensus lane, mean over nodes
	Canisters              int              `json:"canisters"`
	Equivocations          uint64           `json:"equivocations"`
	Invalid                uint64           `json:"invalid_artifacts"`
	StateSyncs             uint64           `json:"state_syncs"` // completed: nodes that went on from a state of their peers
	BadChunks              uint64           `json:"bad_chunks"`  // of states, that did not have the hash they should
	ChainKeys              []ChainKeyResult `json:"chain_keys,omitempty"`
	IDKGComplaints         uint64           `json:"idkg_complaints,omitempty"` // of nodes about shares that they got
	IDKGOpenings           uint64           `json:"idkg_openings,omitempty"`   // of shares that others complained about
	IDKGRotations          uint64           `json:"idkg_rotations,omitempty"`  // of nodes' encryption keys
	Recoveries             []RecoveryResult `json:"recoveries,omitempty"`
}

// A RecoveryResult is a recovery that the registry has.
type RecoveryResult struct {
	AtSeconds        float64 `json:"at_seconds"`
	StateHeight      uint64  `json:"state_height"` // of the state that the subnet goes on from
	Height           uint64  `json:"height"`       // where it goes on
	FinalizedGivenUp uint64  `json:"finalized_given_up"`
	CertifiedGivenUp uint64  `json:"certified_given_up"`
}

// A ChainKeyResult sums up what came of a key that a subnet holds for canisters.
type ChainKeyResult struct {
	Key           string `json:"key"`
	PreSignatures uint64 `json:"pre_signatures"` // made
	Signatures    uint64 `json:"signatures"`     // or derived keys
	Rejected      uint64 `json:"rejected"`       // requests, after a timeout
}

// signatures is how many requests to chain keys were answered.
func (s *SubnetResult) signatures() (n uint64) {
	for i := range s.ChainKeys {
		n += s.ChainKeys[i].Signatures
	}
	return n
}

// An IngressResult sums up users' calls.
type IngressResult struct {
	Submitted uint64          `json:"submitted"`
	Completed uint64          `json:"completed"` // replied
	Failed    uint64          `json:"failed"`    // rejected by the canister or the system
	Rejected  uint64          `json:"rejected"`  // lost: no answer within the call's expiry
	LatencyMS metrics.Summary `json:"latency_ms"`
}

// A QueryResult sums up users' queries.
type QueryResult struct {
	Made          uint64          `json:"made"`
	Answered      uint64          `json:"answered"`       // rejects included
	Lost          uint64          `json:"lost"`           // no answer within the query's expiry
	BadSignatures uint64          `json:"bad_signatures"` // answers that were not believed, and another node asked
	LatencyMS     metrics.Summary `json:"latency_ms"`
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

// result sums the run up.
func (s *simulation) result(partial bool) *Result {
	end := protocol.Time(max(s.now(), 0))
	digest := s.watch.trace.Digest()
	r := &Result{
		Scenario: s.config.Name, Seed: s.config.Seed, Digest: hex.EncodeToString(digest[:]), Crypto: s.config.Crypto,
		VirtualSeconds: seconds(end), Events: s.handled(), Partial: partial, Timeline: s.managed(s.watch.timeline),
		Sequences: s.sequences(),
	}
	for i := range s.subnets {
		r.Subnets = append(r.Subnets, s.subnetResult(i, end))
	}
	if late := time.Duration(end) - s.config.Duration; late > 0 && !s.config.Short {
		r.LateSeconds = late.Seconds()
	}
	c, x := &s.watch.calls, &s.watch.xnet
	r.Ingress = IngressResult{c.submitted, c.completed, c.failed, c.lost, c.latency.Summary(int64(time.Millisecond))}
	q := &c.queries
	r.Queries = QueryResult{q.made, q.answered, q.lost, q.distrusted, q.latency.Summary(int64(time.Millisecond))}
	r.XNet = XNetResult{x.calls, x.responses, x.rejects, uint64(s.watch.checks.OpenCalls()), x.latency.Summary(int64(time.Millisecond))}
	s.judge(r, end)
	r.Record = s.recorded(end)
	return r
}

func (s *simulation) subnetResult(i int, end protocol.Time) SubnetResult {
	w := s.watch.subnets[i]
	r := SubnetResult{
		Name: w.name, Type: s.config.Subnets[i].Type.String(),
		FinalizedHeight: uint64(w.finalized), CertifiedHeight: uint64(w.certified), CUPHeight: uint64(w.cup),
		FinalizationMS: w.finalization.Summary(int64(time.Millisecond)), StateHash: hex.EncodeToString(w.stateHash[:]),
		Canisters: w.canisters, Equivocations: uint64(len(w.accused)), Invalid: w.invalid,
		StateSyncs: w.synced, BadChunks: w.badChunks, ChainKeys: w.chainKeys, IDKGComplaints: w.complaints, IDKGOpenings: w.openings,
		IDKGRotations: w.rotations,
	}
	if !s.exists(i) {
		return r
	}
	for _, x := range s.subnets[i].recoveries {
		if x.done > 0 {
			r.Recoveries = append(r.Recoveries, RecoveryResult{
				AtSeconds: seconds(x.done), StateHeight: uint64(x.state.Height()), Height: uint64(x.contents.Height),
				FinalizedGivenUp: uint64(x.given.Finalized), CertifiedGivenUp: uint64(x.given.Certified),
			})
		}
	}
	record := s.registry.Latest().Subnets[i]
	r.ID, r.Nodes = record.Principal.String(), len(record.Members)
	if end -= s.subnets[i].since; end > 0 {
		r.BlockRate = float64(w.blocks()) / seconds(end)
		var bytes, busy float64
		for _, n := range s.everOf(i) {
			bytes += float64(s.net.Traffic(n).SentBytes)
			busy += s.hosts[n].Worked(protocol.LaneConsensus).Seconds()
		}
		r.BytesSentPerNodeSecond = bytes / float64(r.Nodes) / seconds(end)
		r.CPUUtilization = busy / float64(r.Nodes) / seconds(end)
	}
	if w.finalized > 0 {
		r.Rank0Share = float64(w.rank0) / float64(w.blocks())
	}
	return r
}
