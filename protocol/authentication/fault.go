package authentication

import (
	"time"
)

// A Fault is why a request is not its sender's. The zero value is none.
type Fault struct {
	Reason string // one of those below, so that they can be counted
	Text   string // for people, in the words of the replica's RequestValidationError
}

// Reasons of faults.
const (
	ReasonAnonymous         = "anonymous request with a key or signature"
	ReasonMissing           = "request without a signature"
	ReasonSender            = "sender is not the key's principal"
	ReasonSignature         = "request signature invalid"
	ReasonDelegation        = "request delegation invalid"
	ReasonDelegationExpired = "request delegation expired"
	ReasonInfo              = "sender information invalid"
	ReasonTarget            = "canister is no target of the delegation"
	ReasonQueriesOnly       = "delegation is for queries only"
)

func faultDelegation(text string) Fault {
	return Fault{ReasonDelegation, "Invalid delegation: " + text}
}

func faultInfo(text string) Fault { return Fault{ReasonInfo, "Invalid sender info: " + text} }

// Time writes Unix nanoseconds as the replica does.
func Time(ns uint64) string {
	return time.Unix(int64(ns/1e9), int64(ns%1e9)).UTC().Format("2006-01-02 15:04:05.999999999 UTC")
}

// ExpiryText is the replica's answer to a request whose expiry lies outside of what is allowed at a node's time, all in
// Unix nanoseconds. Agents look for its beginning, and set their clock.
func ExpiryText(expiry, earliest, latest uint64) string {
	return "Invalid request expiry: Specified ingress_expiry not within expected range: Minimum allowed expiry: " + Time(earliest) +
		", Maximum allowed expiry: " + Time(latest) + ", Provided expiry:        " + Time(expiry)
}
