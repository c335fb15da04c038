package authentication

import (
	"fmt"
	"slices"

	"icsim/crypto/principal"
	"icsim/protocol"
)

// A Scope is what the delegations leave of what the sender may do. The zero value is everything.
type Scope struct {
	QueriesOnly bool // queries and reads of the state, no calls
	limited     bool // to targets
	targets     []principal.ID
}

// Allows says whether requests may go to a canister: for calls to the management canister that is aaaaa-aa itself, whatever
// canister they are about.
func (s *Scope) Allows(canister principal.ID) bool {
	if !s.limited {
		return true
	}
	_, ok := slices.BinarySearchFunc(s.targets, canister, principal.ID.Compare)
	return ok
}

// Forbids says what is wrong with a call or, not a call, a query to a canister.
func (s *Scope) Forbids(canister principal.ID, call bool) Fault {
	switch {
	case call && s.QueriesOnly:
		return Fault{ReasonQueriesOnly, "Invalid delegation: Delegation permissions do not allow update calls."}
	case !s.Allows(canister):
		return Fault{ReasonTarget, fmt.Sprintf("Canister '%s' is not one of the delegation targets.", canister)}
	}
	return Fault{}
}

// narrow takes away what a delegation does not give.
func (s *Scope) narrow(d *protocol.Delegation) Fault {
	switch d.Permissions {
	case "", "all":
	case "queries":
		s.QueriesOnly = true
	default:
		return faultDelegation(fmt.Sprintf("Delegation permissions are %q, but may be \"all\" or \"queries\".", d.Permissions))
	}
	if !d.Scoped {
		return Fault{}
	}
	if n := len(d.Targets); n > MaxTargets {
		return faultDelegation(fmt.Sprintf("Delegation target error: expected at most %d targets per delegation, but got %d", MaxTargets, n))
	}
	targets := slices.Clone(d.Targets)
	slices.SortFunc(targets, principal.ID.Compare)
	if s.limited {
		targets = slices.DeleteFunc(targets, func(t principal.ID) bool { return !s.Allows(t) })
	}
	s.limited, s.targets = true, targets
	return Fault{}
}
