// Package management is the interface of the management canister aaaaa-aa: its methods' arguments and replies as Go types, from and to
// Candid. What the methods do is in package canister.
//
// Sources: reference/interface.md sections B.1 (methods) and F (Candid); the public ic.did.
//
// # How types correspond
//
// A struct is a record, its fields named by the tag `candid`. A struct that begins with a Variant is a variant: its other fields are
// pointers, of which one is set. A pointer is opt, a slice vec, a []byte blob, Null null, a Nat nat, a uint64 nat64 and so on, a
// principal.ID principal.
//
// Decoding coerces as Candid's subtyping has it: fields that are not known are passed over, missing optional ones are none, a value
// that does not fit an opt is none, and a plain value fits one.
//
// # What is left out
//
// nat is held in 128 bits, and larger ones refused. int, func and service are refused by name: no method here takes them.
// Coercion goes by values, not by types: an empty vec of texts passes for a vec of principals.
package management
