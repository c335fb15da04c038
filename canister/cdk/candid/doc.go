// Package candid writes and reads Candid messages: the Internet Computer's format for arguments and replies.
//
// Source: reference/interface.md section F (the Candid specification 0.1.8). The wire format is the real one: "DIDL", a table of
// types, the types of the values, the values.
//
// A Value knows its type. Encode writes values as they are; Decode gives what the message says it holds. The reader then asks for
// what it expects: Nat64, Text, Fields of a record. An unknown field is passed over and a missing one gets the reader's default,
// as Candid's subtyping has it; in everything else the type has to be the one asked for.
//
// A Codec is between messages and Go's own values, by reflection, and a Description writes Go's types as Candid's.
//
// The package is part of every module made with canister/cdk: no fmt, and only a module that makes a Codec has reflection in it
// (570 kB of 2.5 MB, 150 kB of its gzip).
//
// # What is left out
//
// Functions, services and future types are refused by name where they are read; of these, references to query methods can be
// written. nat and int are held in 64 bits, and larger ones refused. The whole of Candid, with its texts, is canister/candid, which
// is for the side that calls.
package candid
