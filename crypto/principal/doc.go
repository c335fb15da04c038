// Package principal is the identity of everything that acts on the Internet Computer: canisters,
// users, subnets, nodes. A principal is at most 29 bytes; what they mean is in the last one.
//
//	self-authenticating   SHA-224 of a DER public key ‖ 02   users, subnets, nodes
//	opaque                chosen by the system, ‖ 01         canisters
//	anonymous             04
//	management canister   no bytes at all
//
// Source: reference/interface.md, section E (the interface specification, "Principals").
//
// An ID is a comparable value, so it is a map key and costs nothing to copy. The text form is for
// people: lower-case base32 of a CRC-32 and the bytes, in groups of five. Parse takes either case
// but nothing else that String would not have written, so that a principal has one text.
//
// Left out: derived principals (‖ 03) and reserved ones (‖ 7f) have no constructor, since nothing
// in the protocol makes them; FromBytes and Parse accept them.
package principal
