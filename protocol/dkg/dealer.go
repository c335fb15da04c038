package dkg

import (
	"encoding/binary"
	"fmt"
	"slices"

	"icsim/crypto"
	"icsim/protocol"
)

// cachedKeys bounds the keys a dealer remembers: the high one, which is in use all the time and comes first, and low
// ones, of which two are in use and a third while a node lags behind. A key forgotten is dealt again.
const cachedKeys = 6

// A Dealer deals all keys of one subnet from a seed. It is a pure function with a small memory, and serves one
// goroutine, as its scheme does.
type Dealer struct {
	subnet protocol.SubnetID
	scheme crypto.Scheme
	seed   crypto.Seed
	cache  []dealt // the high key, then low keys, the newest last
}

type dealt struct {
	transcript *protocol.Transcript
	secrets    []crypto.ThresholdSecretKey
}

// NewDealer makes the dealer of a subnet. Dealers with equal arguments deal equal keys.
func NewDealer(scheme crypto.Scheme, subnet protocol.SubnetID, seed crypto.Seed) *Dealer {
	return &Dealer{subnet: subnet, scheme: scheme, seed: seed}
}

// PublicKey is the subnet's key: that of the high-threshold transcript dealt to the members at genesis.
func (d *Dealer) PublicKey(genesisMembers []protocol.NodeID) crypto.ThresholdPublicKey {
	return d.high(genesisMembers).Group.Key
}

// Share is a keys.ShareSource: a node's share of a transcript's key, or false when it holds none.
func (d *Dealer) Share(t *protocol.Transcript, n protocol.NodeID) (crypto.ThresholdSecretKey, bool) {
	i := t.ShareIndex(n)
	if i < 0 || t.ID.Subnet != d.subnet {
		return crypto.ThresholdSecretKey{}, false
	}
	return d.deal(t.ID, t.Committee).secrets[i], true
}

// low deals the low-threshold key of the interval that starts at a height: f+1 of its committee sign.
func (d *Dealer) low(start protocol.Height, members []protocol.NodeID) *protocol.Transcript {
	return d.deal(protocol.TranscriptID{Subnet: d.subnet, Tag: protocol.LowThreshold, Start: start}, members).transcript
}

// high deals the subnet's key: c − f(c) of its committee sign.
func (d *Dealer) high(members []protocol.NodeID) *protocol.Transcript {
	return d.deal(protocol.TranscriptID{Subnet: d.subnet, Tag: protocol.HighThreshold}, members).transcript
}

func (d *Dealer) deal(id protocol.TranscriptID, members []protocol.NodeID) *dealt {
	for i := range d.cache {
		if t := d.cache[i].transcript; t.ID == id && slices.Equal(t.Committee, members) {
			return &d.cache[i]
		}
	}
	var seed [18]byte
	binary.BigEndian.PutUint64(seed[:], uint64(id.Subnet))
	seed[8] = byte(id.Tag)
	binary.BigEndian.PutUint64(seed[10:], uint64(id.Start))
	group, secrets := d.scheme.Deal(crypto.Seed(crypto.Sum("dealer", d.seed[:], seed[:])), len(members), Threshold(id.Tag, len(members)))
	key := dealt{transcript: &protocol.Transcript{ID: id, Group: group, Committee: members}, secrets: secrets}
	if id.Tag == protocol.HighThreshold {
		d.cache = slices.Insert(d.cache, 0, key)
		return &d.cache[0]
	}
	if len(d.cache) >= cachedKeys {
		d.cache = slices.Delete(d.cache, 1, 2)
	}
	d.cache = append(d.cache, key)
	return &d.cache[len(d.cache)-1]
}

// Threshold is how many shares of a committee of n sign: f+1 for the low key, n−f for the high one
// (rs/types/types/src/consensus.rs, Committee).
func Threshold(tag protocol.DKGTag, n int) int {
	f := protocol.FaultsTolerated(n)
	switch tag {
	case protocol.LowThreshold:
		return f + 1
	case protocol.HighThreshold:
		return n - f
	}
	panic(fmt.Sprintf("dkg: no threshold for tag %d", tag))
}
