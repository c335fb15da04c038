package protocol

import "fmt"

// Health is what a node says of itself: whether it can answer users, and if not, what it lacks
// (rs/types/types/src/messages/http.rs, ReplicaHealthStatus).
type Health uint8

const (
	Starting Health = iota
	WaitingForCertifiedState
	WaitingForRootDelegation
	CertifiedStateBehind // it has finalized far more than it has executed and certified
	Healthy
)

var healthNames = [...]string{
	"starting", "waiting_for_certified_state", "waiting_for_root_delegation", "certified_state_behind", "healthy",
}

func (h Health) String() string { return healthNames[h] }

// A StatusRequest asks a node how it is: GET /api/v2/status.
type StatusRequest struct{ Serial uint64 }

func (r *StatusRequest) Lane() Lane          { return LaneQuery }
func (r *StatusRequest) Size() int           { return 100 }
func (r *StatusRequest) Fingerprint() uint64 { return r.Serial }
func (r *StatusRequest) String() string      { return "status?" }

// A StatusReply tells a node's health and the height of its latest certified state. Nobody certifies it.
type StatusReply struct {
	Health Health
	Height Height
	Serial uint64
}

func (r *StatusReply) Lane() Lane { return LaneQuery }
func (r *StatusReply) Size() int  { return 400 } // with the root key and the version's name and hash
func (r *StatusReply) Fingerprint() uint64 {
	return r.Serial ^ uint64(r.Height)<<16 ^ uint64(r.Health)<<60
}
func (r *StatusReply) String() string { return fmt.Sprintf("%s, certified %d", r.Health, r.Height) }
