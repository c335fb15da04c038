// Package dkg gives a subnet its threshold keys, interval by interval, without that anybody ever had one in hand.
//
// Sources: reference/protocol.md A.2, A.7, B and E; the replica's rs/consensus/dkg/src/{lib.rs, payload_builder.rs,
// payload_validator.rs}, rs/artifact_pool/src/dkg_pool.rs, rs/types/types/src/{consensus/dkg.rs, crypto/threshold_sig/ni_dkg}.
// The cryptography is crypto.KeyGeneration's; a node uses it through its keyring (protocol/keys).
//
//   - config.go: what is to be generated, by whom, for whom. found.go: the keys that a subnet starts with.
//   - summary.go: the summary that follows from another and the dealings between. section.go: the dealings in data blocks.
//   - remote.go: the keys that a new subnet begins with, which the root subnet's nodes deal, and vetKD keys for other subnets.
//   - pool.go: a node deals, and judges what others dealt.
//
// # The way of a key
//
// A summary block starts each interval. It fixes which registry version rules it, which two keys sign in it and in the next, and
// which are to be generated meanwhile, by configs for the members at the registry version of its own context: a fresh low key, by
// all of them; and new shares of the high key, by those who have the old ones. Each dealer makes a dealing when the summary is
// final, signs it with its basic key and pushes it to all peers. Who gets it judges it, and makers put sound ones into data blocks,
// one a block. The next summary combines the first that suffice into transcripts, which it announces; the one after that puts them in
// force. Every node opens its share from the transcript with its decryption key. Too few dealings, and the key announced before serves
// for another interval, while the next tries again.
//
// A subnet's vetKD keys are high keys beside its own, each with a config of its own (protocol.ChainKeys); they serve canisters, by package
// idkg, whose part of a summary is made there.
//
// For a subnet that the registry asks for (protocol.SetupInitialDKG) the root subnet generates keys in the same way, with its members as
// dealers and the new nodes as receivers: one subnet's in an interval. The first data block that finds dealings enough for both brings the
// transcripts, or the next summary; after five intervals without, a summary brings a reject. What either brings is the answer to the
// registry, which has the subnet from then on. A subnet that holds a vetKD key reshares it to another in the same way when the registry
// asks it to (protocol.ReshareChainKey): the other's next summary announces the transcript, and has it reshared to its members from then
// on.
//
// A summary is a pure function of the one before, the dealings between and two registry versions, so validators compute it again and
// compare.
//
// # Invariants
//
//   - The subnet's key, which is the high one's, is constant. A low key is used for one interval unless the next was not generated.
//   - The validated pool holds at most one dealing of a dealer for a key, and only of keys that the present interval generates.
//   - On a chain a dealer deals once for a key; every dealing on it is sound.
//   - What Build selects, Validate accepts under the same summary and chain.
//   - With each new catch-up package a node's decryption key forgets the registry versions older than all keys that are still needed
//     (keys.Keyring.Retain): what the node signed with before is erased. While a vetKD key is on its way from another subnet, it waits.
//   - Between the last dealing of an interval and the next summary nothing is sent, and blocks cost nothing more.
//
// Model: the first keys of the subnets of genesis come from the same ceremony before time begins (Found). Time on 16 threads is a sixteenth
// of that on one.
package dkg
