// Package candid writes and reads Candid messages: the Internet Computer's format for arguments and replies.
//
// Source: reference/interface.md section F (the Candid specification 0.1.8). The wire format is the real one: "DIDL", a table of
// types, the types of the values, the values.
//
// A Value knows its type. Encode writes values as they are; Decode gives what the message says it holds. The reader then asks for
// what it expects: Nat64, Text, Fields of a record. An unknown field is passed over and a missing one gets the reader's default,
// as Candid's subtyping has it; in everything else the type has to be the one asked for.
//
// The package is part of every module made with canister/cdk: no fmt, no reflection.
//
// # What is left out
//
// Floats, functions, services and future types are refused by name. nat and int are held in 64 bits, and larger ones refused. Type
// annotations, coercion of opt and textual values come with the whole of Candid.
package candid
