// Package dkg gives a subnet its threshold keys, interval by interval.
//
// # What it models
//
// A summary block starts each interval and fixes which registry version rules it and which two keys sign in it and in
// the next (reference/protocol.md A.7; rs/consensus/dkg/src/payload_builder.rs, rs/types/types/src/consensus/dkg.rs):
//
//   - the version in force is the context version of the summary before;
//   - the interval length was announced by the summary before; the one announced now comes from this block's context;
//   - the current keys are those the summary before announced as next;
//   - the next low key (f+1) is new, for the members at the version in force; the next high key (2f+1) has the public
//     key of the subnet, for ever.
//
// A summary is a pure function of the summary before and two registry versions, so validators compute it again and
// compare.
//
// # The trusted dealer
//
// Model: Dealer is the one place where a threshold key exists in one hand. It stands in for NI-DKG: there are no
// dealings on chain, so no DKG fails, and each transcript is there as soon as the summary that names it. Its secrets
// come from a seed, so every node that holds a dealer with the same seed gets the same transcripts.
//
// Model: the high key is dealt once, to the members at genesis, and never reshared: a node that joins later signs
// no certification and no catch-up package. Subnets whose membership changes need the real resharing.
//
// Model: genesis has a fresh next low key; the deployed one falls back to the current key for the first change.
//
// # Left out
//
// Remote DKG for new subnets, early transcripts, vetKD keys: nothing here asks for them yet.
package dkg
