// Package certificate is the Internet Computer's certificate: parts of a subnet's state with the
// subnet's threshold signature on its root hash, and the delegation that says whose key that is.
//
// Source: reference/interface.md, sections D.4 and D.5 (interface specification, "Certification").
//
//	CBOR 55799 {tree, signature, delegation?: {subnet_id, certificate}}
//
// # When a certificate is valid
//
//   - the signature on "\x0Dic-state-root" ‖ root hash verifies under the key of the subnet that made it;
//   - without delegation, that is the root key;
//   - with one, the delegation's certificate is valid under the root key, has no delegation itself, and
//     shows the key at /subnet/<id>/public_key;
//   - what it is about lies with that subnet: a canister in the ranges that the delegation's certificate
//     shows, at /canister_ranges/<id>/<first canister of the shard> or, as agents before 2025 expect,
//     at /subnet/<id>/canister_ranges; or the subnet itself.
//
// Verify answers with a Verdict, since a bad certificate is somebody's fault to be counted.
//
// # What is left out
//
// Freshness: the certificate shows its Time, and who asked knows the clock and the tolerance. That a
// canister belongs to the root subnet is not checked without a delegation, in the manner of agents.
//
// # Dependency
//
// fxamacker/cbor reads the envelope: it is well kept, strict about duplicate keys and bounded in depth.
// The tree within is decoded by hashtree, which needs no reflection.
package certificate
