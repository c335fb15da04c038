package certificate

import (
	"bytes"
	"fmt"

	"github.com/fxamacker/cbor/v2"

	"icsim/crypto/hashtree"
	"icsim/crypto/principal"
)

// A Range is canisters from first to last, both in it.
type Range struct{ First, Last principal.ID }

type wireRange struct {
	_     struct{} `cbor:",toarray"`
	First []byte
	Last  []byte
}

// EncodeRanges gives the content of a canister_ranges leaf: CBOR 55799 [[first, last]…].
func EncodeRanges(ranges []Range) []byte {
	wire := make([]wireRange, len(ranges))
	for i, r := range ranges {
		wire[i] = wireRange{First: r.First.Bytes(), Last: r.Last.Bytes()}
	}
	raw, err := cbor.Marshal(cbor.Tag{Number: selfDescribed, Content: wire})
	if err != nil {
		panic(fmt.Sprintf("certificate: encoding ranges: %v", err)) // byte strings only: cannot fail
	}
	return raw
}

// DecodeRanges inverts EncodeRanges.
func DecodeRanges(raw []byte) ([]Range, error) {
	var wire []wireRange
	if err := unmarshal(raw, &wire); err != nil {
		return nil, fmt.Errorf("canister ranges: %w", err)
	}
	ranges := make([]Range, len(wire))
	for i, w := range wire {
		first, err := principal.FromBytes(w.First)
		if err != nil {
			return nil, fmt.Errorf("canister ranges: %w", err)
		}
		last, err := principal.FromBytes(w.Last)
		if err != nil {
			return nil, fmt.Errorf("canister ranges: %w", err)
		}
		ranges[i] = Range{first, last}
	}
	return ranges, nil
}

// inRanges looks for a canister in what the root subnet says about a subnet.
func inRanges(byRoot *hashtree.Mixed, subnet, canister principal.ID) Verdict {
	var shard []byte
	if shards, result := byRoot.Subtree("canister_ranges", label(subnet)); result == hashtree.Found {
		for first, leaf := range shards.Entries() { // ascending: the last that does not begin later
			if value, shown := leaf.Lookup(); shown == hashtree.Found && bytes.Compare([]byte(first), canister.Bytes()) <= 0 {
				shard = value
			}
		}
	}
	whole, _ := byRoot.Lookup("subnet", label(subnet), "canister_ranges")
	for _, leaf := range [][]byte{shard, whole} {
		if leaf == nil {
			continue
		}
		ranges, err := DecodeRanges(leaf)
		if err != nil {
			return MalformedRanges
		}
		for _, r := range ranges {
			if r.First.Compare(canister) <= 0 && canister.Compare(r.Last) <= 0 {
				return Valid
			}
		}
	}
	return CanisterNotOfSubnet
}
