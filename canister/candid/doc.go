// Package candid is Candid on the host: the Internet Computer's format for arguments and replies, its types, its text and its interface
// descriptions.
//
// Source: reference/interface.md section F, which is the Candid specification 0.1.8 (dfinity/candid, spec/Candid.md); its sections are
// named where they are carried out. The yardstick is the official suite, data/candid, which suite_test.go runs whole.
//
//	iface, err := candid.ParseDID(src)                                   // a canister's .did
//	method, err := iface.Method("icrc1_transfer")
//	args, err := candid.ParseArgsAs(`(record { amount = 5 })`, method.Args) // what a person writes
//	arg, err := candid.Encode(args, method.Args)                         // what goes into a message
//	reply, err := candid.Decode(raw, method.Results)                     // what comes back
//	candid.Format(reply)                                                 // … for a person
//
// # Shape
//
// A Type is a small comparable value that points into a graph, so a recursive type is a cycle and needs no environment. Types are
// immutable once built. A Value is one of the Go types Null, Bool, Nat … Func, Service, to be told apart by a type switch. It knows what
// it holds and not the type it will be sent at: Null is the one value of null and of reserved, and the absent value of every opt.
//
// Decode is directed by both types at once, the message's and the expected one: it coerces while it reads. Where an opt has to
// swallow what cannot be coerced, it goes back and skips the value, so that a broken message is refused even there.
//
// # Bounds
//
// Decoding is metered (spacebomb.test.did): a message of n bytes may hold stepsBase + n·stepsPerByte values, counting those that are
// skipped or read again, fields passed over and steps of subtyping. Bytes of a blob and other items that are skipped in one go are
// free. One meter serves reading and skipping alike, since both cost the host the same. Values nest at most maxDepth deep, in
// messages and in text; a message describes at most maxTableEntries types. A decimal number has at most maxDigits digits; hexadecimal
// ones have no bound, and Format uses them from there on.
//
// # Text
//
// ParseArgs infers types as didc does: a number is an int, one with a point a float64, unless annotated. ParseArgsAs goes by expected types
// and is stricter than coercion, being for people: a field that the type does not have, one argument too many, or a plain value where an
// opt is expected is an error that says what would be accepted. CoerceArgs passes over unknown fields and extra arguments, as a decoder
// would. An annotation has to be the expected type, or nat for int, or anything for reserved.
//
// Beyond the specification, inf, -inf and nan (NaN, too) are read and written as floats, a hexadecimal number may be negative, and
// a keyword may be a
// field's name where no doubt is possible. Format quotes it, as the specification has it.
//
// # What is left out
//
// Imports (an error says so: a scenario names one file), opaque references (no message on the Internet Computer holds one; refused by
// name), and references of future values, which no message can carry either. Docs in comments are skipped.
package candid
