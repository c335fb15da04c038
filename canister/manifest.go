package canister

import (
	"encoding/binary"

	m "icsim/canister/management"
	"icsim/crypto"
	"icsim/protocol"
)

// A canisterHash is what a canister's whole content hashed to.
type canisterHash struct {
	of   *Canister
	hash crypto.Hash
}

// ManifestHash implements protocol.CanisterState.
//
// Hashes of canisters are kept with the state at a checkpoint, so that later states hash only what has changed since; they are
// a cache, and a state's hash does not depend on them.
//
// Model: a hash over the canisters' contents in a form of our own, instead of one over files in chunks of 1 MiB. It covers the
// same: of two states with equal hashes the same follows.
func (s *State) ManifestHash() crypto.Hash {
	if s.root != nil {
		return *s.root
	}
	_, root := s.manifest()
	return root
}

// checkpoint gives the state as it is kept on disk: with its hashes worked out, and no page that is written but not kept.
func (s *State) checkpoint() *State {
	if s.root != nil && s.delta == 0 {
		return s
	}
	kept := *s
	kept.delta = 0
	hashes, root := kept.manifest()
	kept.hashes, kept.root = hashes, &root
	return &kept
}

func (s *State) manifest() ([]canisterHash, crypto.Hash) {
	known := s.hashes
	hashes := make([]canisterHash, 0, s.canisters.Len())
	var all []byte
	for c := range s.canisters.All() {
		for len(known) > 0 && known[0].of.id < c.id {
			known = known[1:]
		}
		h := canisterHash{of: c.Canister}
		if len(known) > 0 && known[0].of == c.Canister {
			h = known[0]
		} else {
			h.hash = c.Canister.contentHash()
		}
		hashes = append(hashes, h)
		all = append(all, h.hash[:]...)
	}
	for _, k := range s.management {
		all = k.appendTo(all)
	}
	for _, x := range s.departing {
		all = append(all, x.Hash[:]...)
	}
	all = appendUint(all, uint64(len(s.departing)), uint64(s.nextID))
	for _, id := range s.retired {
		all = appendUint(all, uint64(id))
	}
	if s.outcalls.Next > 0 {
		return hashes, crypto.Sum("canister_state_with_outcalls", appendOutcalls(all, s.outcalls))
	}
	return hashes, crypto.Sum("canister_state", all)
}

// contentHash covers all that later rounds may depend on.
func (c *Canister) contentHash() crypto.Hash {
	b := appendUint(nil, uint64(c.id), uint64(c.status), c.version, c.timer, uint64(c.next),
		uint64(c.ran), uint64(c.charged), c.contextID, uint64(c.callback), c.created, c.deployed)
	b = c.consumed.appendTo(appendCycles(appendCycles(b, c.balance), c.reserved))
	b = c.appendBelongings(c.settings.appendTo(b))
	if c.code != nil {
		image := c.image.Hash()
		b = append(b, c.code.hash[:]...)
		b = append(b, image[:]...)
	}
	stable := c.stable.Hash()
	b = append(b, stable[:]...)
	b = appendBlob(b, c.certified)
	b = appendUint(b, uint64(len(c.contexts)))
	for _, x := range c.contexts {
		b = x.appendTo(b)
	}
	b = appendUint(b, uint64(len(c.callbacks)))
	for _, k := range c.callbacks {
		b = k.appendTo(b)
	}
	return crypto.Sum("canister", c.queues.AppendTo(c.long.appendTo(b)))
}

// appendBelongings covers what the management canister keeps about a canister.
func (c *Canister) appendBelongings(b []byte) []byte {
	b = appendUint(b, c.history.total, uint64(len(c.chunks)), c.snapshot, uint64(len(c.snapshots)), uint64(len(c.stops)), c.log.next)
	b = appendBlob(b, m.Encode(c.history.recent))
	b = appendBlob(b, m.Encode(c.log.records))
	b = appendUint(b, c.installs.amount, uint64(c.installs.since), c.written.amount, uint64(c.written.since), uint64(c.warning))
	for _, k := range c.chunks {
		b = append(b, k.hash[:]...)
	}
	for _, s := range c.snapshots {
		b = s.appendTo(b)
	}
	for _, s := range c.stops {
		b = appendUint(s.managementCall.appendTo(b), uint64(s.at))
	}
	return b
}

func (k managementCall) appendTo(b []byte) []byte {
	if k.ingress != nil {
		b = append(b, k.ingress.BytesHash[:]...)
	} else {
		b = append(b, k.message.Hash[:]...)
	}
	return appendUint(b, flags(k.remote, k.ingress != nil), uint64(k.since))
}

func (x *callContext) appendTo(b []byte) []byte {
	b = appendUint(b, x.id, uint64(x.origin), uint64(x.caller), uint64(x.callback), uint64(x.deadline), uint64(x.depth),
		x.instructions, uint64(x.outstanding), flags(x.responded, x.deleted))
	b = append(b, x.message[:]...)
	b = appendBlob(b, x.sender.Bytes())
	return appendCycles(b, x.available)
}

func (k *callback) appendTo(b []byte) []byte {
	b = appendUint(b, uint64(k.id), k.context, uint64(k.respondent), uint64(k.deadline), flags(k.hasCleanup, k.answered))
	for _, f := range [...]closure{k.reply, k.reject, k.cleanup} {
		b = appendUint(b, uint64(f.index), uint64(f.env))
	}
	return appendCycles(appendCycles(appendCycles(b, k.cycles), k.execution), k.transmission)
}

func flags(a, b bool) uint64 {
	var n uint64
	if a {
		n |= 1
	}
	if b {
		n |= 2
	}
	return n
}

func appendUint(dst []byte, values ...uint64) []byte {
	for _, v := range values {
		dst = binary.BigEndian.AppendUint64(dst, v)
	}
	return dst
}

func appendBlob(dst, blob []byte) []byte { return append(appendUint(dst, uint64(len(blob))), blob...) }

func appendCycles(dst []byte, n protocol.Cycles) []byte { return appendUint(dst, n.Hi, n.Lo) }
