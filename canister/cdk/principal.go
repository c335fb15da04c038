package cdk

// A Principal is the id of a canister or user: its raw bytes, at most 29. It is comparable, and "" is the management canister.
//
// It is not crypto/principal's type: that one prints and parses texts, which would make each module a fifth larger.
type Principal string

// Management is the canister aaaaa-aa.
const Management Principal = ""

// IsPrincipal marks the type as Candid's principal (candid.Identity).
func (Principal) IsPrincipal() {}
