package protocol

import (
	"fmt"
	"slices"

	"icsim/crypto"
	"icsim/crypto/chainkey"
)

// A Summary is the payload that starts a DKG interval: which registry version rules it, which threshold keys sign in it and in
// the next, and which keys are to be generated during it (reference/protocol.md A.7).
type Summary struct {
	Height             Height
	RegistryVersion    RegistryVersion // in force from Height through the interval
	IntervalLength     Height          // rounds after the summary
	NextIntervalLength Height
	Current, Next      Transcripts
	Configs            []*DKGConfig // of the keys that data blocks of the interval collect dealings for
	IDKG               *IDKGPayload // canisters' chain keys; nil: none
	Setups             []Setup      // of the root subnet: the subnets that are asked for, in the registry's order
	Initial            *InitialDKG  // an answer that no data block of the interval before has given; nil: none
}

// A Setup is how far the keys of a subnet are that the registry asks for (SetupInitialDKG).
type Setup struct {
	Subnet   SubnetID
	Recovery RegistryVersion  // of the subnet, which is there; 0: it is new, or Reshare says what it asks for
	Reshare  *ReshareChainKey // of a vetKD key for a subnet, beside which there is nothing else; nil: the keys that a subnet goes on with
	Attempts int              // intervals in which they were or are to be generated
	Answered bool             // the registry knows, or will
}

// An InitialDKG answers for a subnet that is asked for: with the keys that it is to begin with, or with why there are none.
type InitialDKG struct {
	Subnet   SubnetID
	Recovery RegistryVersion
	Keys     Transcripts
	Reject   string                  // empty: there are keys
	ChainKey *ChainKeyInitialization // in place of all these, of a request for a vetKD key
}

// recovery covers which recovery something is about, if it is about one.
func (e *encoder) recovery(v RegistryVersion) {
	if v != 0 {
		e.str("recovery")
		e.u64(uint64(v))
	}
}

// Hash identifies the answer.
func (a *InitialDKG) Hash() crypto.Hash {
	if a.ChainKey != nil {
		return a.ChainKey.Hash()
	}
	e := encoder{}
	e.u64(uint64(a.Subnet))
	e.recovery(a.Recovery)
	e.str(a.Reject)
	if a.Reject == "" {
		a.Keys.Low.encode(&e)
		a.Keys.High.encode(&e)
	}
	return crypto.Sum("initial dkg", e.buf)
}

func (a *InitialDKG) String() string {
	if a.ChainKey != nil {
		return a.ChainKey.String()
	}
	return fmt.Sprintf("initial keys of subnet %s", a.Subnet)
}

// Size is the encoded size in bytes.
func (a *InitialDKG) Size() int {
	if a.ChainKey != nil {
		return a.ChainKey.Size()
	}
	if a.Reject != "" {
		return 8 + len(a.Reject)
	}
	return 8 + a.Keys.Low.Size() + a.Keys.High.Size()
}

// Dealt is what a chain has brought of key generation since a summary.
type Dealt struct {
	Dealings []*Dealing // in order
	Initial  *InitialDKG
}

// NextStart is the height of the next summary.
func (s *Summary) NextStart() Height { return s.Height + s.IntervalLength + 1 }

// Covers reports whether h belongs to the interval this summary starts.
func (s *Summary) Covers(h Height) bool { return h >= s.Height && h < s.NextStart() }

// OldestVersion is the oldest registry version that is still in use in the interval: its own, and those whose members have shares of
// its keys (rs/types/types/src/consensus/dkg.rs, get_oldest_registry_version_in_use; reference/protocol.md F).
//
// Model: what the state has of chain keys is shared with these, too, but for requests that were paired before a key was reshared.
func (s *Summary) OldestVersion() RegistryVersion {
	oldest := s.RegistryVersion
	for _, t := range s.Transcripts() {
		oldest = min(oldest, t.Registry)
	}
	if s.IDKG == nil {
		return oldest
	}
	for i := range s.IDKG.Keys {
		k := &s.IDKG.Keys[i]
		for _, t := range []*IDKGTranscript{k.Current, k.Next} {
			if t != nil {
				oldest = min(oldest, t.Registry)
			}
		}
		if k.Making != nil {
			oldest = min(oldest, k.Making.Registry)
		}
	}
	return oldest
}

// Transcripts are the keys of this interval and of the next.
func (s *Summary) Transcripts() []*Transcript {
	return slices.Concat([]*Transcript{s.Current.Low, s.Current.High, s.Next.Low, s.Next.High}, s.Current.VetKD, s.Next.VetKD)
}

// Config gives what is agreed about a key that the interval generates, or nil.
func (s *Summary) Config(id TranscriptID) *DKGConfig {
	for _, c := range s.Configs {
		if c.ID == id {
			return c
		}
	}
	return nil
}

// Transcripts are the two threshold keys of an interval.
type Transcripts struct {
	Low, High *Transcript
	VetKD     []*Transcript // of the subnet's vetKD keys, in the order of the registry
}

// VetKDOf gives the transcript of a vetKD key, or nil.
func (t *Transcripts) VetKDOf(key chainkey.KeyID) *Transcript {
	for _, k := range t.VetKD {
		if k.ID.Key == key {
			return k
		}
	}
	return nil
}

// A DKGTag tells the two keys apart.
type DKGTag uint8

const (
	LowThreshold  DKGTag = iota // f+1: random beacon, random tape
	HighThreshold               // 2f+1: certification, catch-up packages, and vetKD keys, which have a name, too
)

func (t DKGTag) String() string { return [...]string{"low", "high"}[t] }

// A TranscriptID names a key: for whom, of which kind, generated in the interval of which summary (NiDkgId). Founding tells the
// keys that a subnet starts with from those that its intervals generate; the root subnet's interval of Start has generated them.
type TranscriptID struct {
	Subnet   SubnetID
	Tag      DKGTag
	Start    Height
	Founding bool
	Key      chainkey.KeyID // of a vetKD key, else zero
}

func (t *TranscriptID) encode(e *encoder) {
	e.u64(uint64(t.Subnet))
	e.u64(uint64(t.Tag))
	e.height(t.Start)
	if t.Founding {
		e.u64(1)
	} else {
		e.u64(0)
	}
	if t.Key != (chainkey.KeyID{}) {
		e.str(t.Key.String())
	}
}

// Bytes names the key where bytes are bound to it.
func (t TranscriptID) Bytes() []byte {
	var e encoder
	t.encode(&e)
	return e.buf
}

// A Transcript is the public outcome of a distributed key generation. Committee[i] holds share i.
type Transcript struct {
	ID        TranscriptID
	Registry  RegistryVersion // whose encryption keys the shares are for
	Committee []NodeID        // ascending
	Group     *crypto.ThresholdGroup
	Public    *crypto.Transcript // what Group follows from, with the encrypted shares
}

// ShareIndex gives a node's index in the committee, or −1.
func (t *Transcript) ShareIndex(n NodeID) int {
	for i, m := range t.Committee {
		if m == n {
			return i
		}
	}
	return -1
}

func (t *Transcript) encode(e *encoder) {
	t.ID.encode(e)
	e.u64(uint64(t.Registry))
	e.nodes(t.Committee)
	hash := t.Public.Hash()
	e.raw(hash[:])
	e.raw(t.Group.Key[:]) // follows, but who has only the hash to compare must find all of it covered
	e.u64(uint64(t.Group.Threshold))
	for i := range t.Group.Shares {
		e.raw(t.Group.Shares[i][:])
	}
}

// Size is the encoded size in bytes.
func (t *Transcript) Size() int { return 40 + SizeNodeID*len(t.Committee) + t.Public.Size() }

// A DKGConfig is what a summary fixes about a key that is to be generated (NiDkgConfig).
type DKGConfig struct {
	ID        TranscriptID
	Registry  RegistryVersion // whose encryption keys the receivers have
	Dealers   []NodeID        // ascending
	Receivers []NodeID        // ascending
	Threshold int             // of the key
	Collect   int             // dealings that make it
	Resharing *Transcript     // whose key is shared anew; nil for a fresh one
}

func (c *DKGConfig) encode(e *encoder) {
	c.ID.encode(e)
	e.u64(uint64(c.Registry))
	e.nodes(c.Dealers)
	e.nodes(c.Receivers)
	e.u64(uint64(c.Threshold))
	e.u64(uint64(c.Collect))
	if c.Resharing != nil {
		c.Resharing.encode(e)
	}
}

// Size is the encoded size in bytes; the transcript to be reshared stands in the summary a second time, as in the replica's.
func (c *DKGConfig) Size() int {
	size := 64 + SizeNodeID*(len(c.Dealers)+len(c.Receivers))
	if c.Resharing != nil {
		size += c.Resharing.Size()
	}
	return size
}

// DealerIndex gives a node's index among the dealers, or −1.
func (c *DKGConfig) DealerIndex(n NodeID) int {
	for i, m := range c.Dealers {
		if m == n {
			return i
		}
	}
	return -1
}

func (s *Summary) encode(e *encoder) {
	e.height(s.Height)
	e.u64(uint64(s.RegistryVersion))
	e.height(s.IntervalLength)
	e.height(s.NextIntervalLength)
	for _, t := range s.Transcripts() {
		t.encode(e)
	}
	e.u64(uint64(len(s.Configs)))
	for _, c := range s.Configs {
		c.encode(e)
	}
	for _, x := range s.Setups {
		e.str("setup")
		e.u64(uint64(x.Subnet))
		e.recovery(x.Recovery)
		if x.Reshare != nil {
			x.Reshare.encode(e)
		}
		e.u64(uint64(x.Attempts))
		if x.Answered {
			e.u64(1)
		} else {
			e.u64(0)
		}
	}
	if s.Initial != nil {
		hash := s.Initial.Hash()
		e.raw(hash[:])
	}
}

// Size is the encoded size in bytes.
func (s *Summary) Size() int {
	size := 64
	for _, t := range s.Transcripts() {
		size += t.Size()
	}
	for _, c := range s.Configs {
		size += c.Size()
	}
	size += sizeSetup * len(s.Setups)
	if s.Initial != nil {
		size += s.Initial.Size()
	}
	return size
}

const sizeSetup = 16 // estimated

// A Dealing is one node's contribution to a key, signed with its basic key (NiDkg's DkgMessage).
type Dealing struct {
	sealed
	Version   ReplicaVersion
	Key       TranscriptID // to which it contributes
	Dealer    NodeID
	Dealing   *crypto.Dealing
	Signature crypto.BasicSignature
}

// DealingSignable gives the bytes that a dealer signs.
func DealingSignable(version ReplicaVersion, key TranscriptID, dealing *crypto.Dealing) []byte {
	e := signing(crypto.DomainDealingContent)
	e.str(string(version))
	key.encode(&e)
	hash := dealing.Hash()
	e.raw(hash[:])
	return e.buf
}

// NewDealing seals a dealing.
func NewDealing(
	version ReplicaVersion, key TranscriptID, dealer NodeID, dealing *crypto.Dealing, sig crypto.BasicSignature,
) *Dealing {
	d := &Dealing{Version: version, Key: key, Dealer: dealer, Dealing: dealing, Signature: sig}
	e := encoder{buf: make([]byte, 0, encoderSize)}
	e.raw(d.Signable())
	e.node(dealer)
	e.raw(sig[:])
	d.seal(KindDealing, SizeEnvelope+SizeNodeID+SizeBasicSig+dealing.Size(), &e)
	return d
}

// Signable gives the signed bytes.
func (d *Dealing) Signable() []byte { return DealingSignable(d.Version, d.Key, d.Dealing) }

func (d *Dealing) Kind() ArtifactKind { return KindDealing }

// Height is that of the summary that asks for the key: dealings live for an interval.
func (d *Dealing) Height() Height { return d.Key.Start }
