// Package management is the interface of the management canister aaaaa-aa: its methods' arguments and replies as Go types, from and to
// Candid. What the methods do is in package canister.
//
// Sources: reference/interface.md section B.1; the public ic.did. The wire format and its coercion are package candid's.
//
// # How types correspond
//
// A struct is a record, its fields named by the tag `candid`; an embedded struct gives it its own. A struct that begins with a Variant is a
// variant: its other fields are pointers, of which one is set. A pointer is opt, a slice vec, a []byte blob, Null null, a Nat nat, a uint64
// nat64 and a principal.ID principal.
//
// # What is left out
//
// nat is held in 128 bits, and larger ones refused. Types are read off the structs at each call: management calls are rare.
package management
