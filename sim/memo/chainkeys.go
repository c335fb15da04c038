package memo

import (
	"encoding/binary"

	"icsim/crypto"
	"icsim/crypto/chainkey"
	"icsim/crypto/idkg"
)

// chainKeys is a chainkey.Scheme with a memory of what is public. What a node does with secrets of its own is computed each time: nobody
// else asks for it.
type chainKeys struct {
	chainkey.Scheme
	dealings    *Cache[crypto.Hash, idkg.Reason]
	transcripts *Cache[crypto.Hash, madeTranscript]
	signings    *Cache[crypto.Hash, startedSigning]
	verdicts    *Cache[crypto.Hash, bool]
	answers     *Cache[crypto.Hash, madeAnswer]
}

type madeTranscript struct {
	transcript *idkg.Transcript
	reason     idkg.Reason
}

type startedSigning struct {
	signing chainkey.Signing
	err     error
}

type madeAnswer struct {
	answer []byte
	err    error
}

// Bounds, in entries a generation. 20 transcripts among 40 nodes at once are 800 dealings.
const (
	boundIDKGDealings = 1 << 13
	boundIDKG         = 1 << 9
	boundSignings     = 1 << 10
	boundAnswers      = 1 << 15
)

// ChainKeys is inner with a memory of its own; inner itself when sharing is off.
func ChainKeys(inner chainkey.Scheme, on bool) chainkey.Scheme {
	if !on {
		return inner
	}
	return &chainKeys{
		Scheme:      inner,
		dealings:    NewCache[crypto.Hash, idkg.Reason](boundIDKGDealings),
		transcripts: NewCache[crypto.Hash, madeTranscript](boundIDKG),
		signings:    NewCache[crypto.Hash, startedSigning](boundSignings),
		verdicts:    NewCache[crypto.Hash, bool](boundAnswers),
		answers:     NewCache[crypto.Hash, madeAnswer](boundSignings),
	}
}

// askParams is all that a transcript's dealings are judged by.
func askParams(domain string, p *idkg.Params, extra []byte) crypto.Hash {
	parts := [][]byte{{byte(p.Algorithm), byte(p.Operation)}, p.ID, binary.BigEndian.AppendUint64(nil, uint64(p.Dealers))}
	for _, r := range p.Receivers {
		parts = append(parts, r.Bytes())
	}
	for _, operand := range []*idkg.Transcript{p.Left, p.Right} {
		if operand == nil {
			parts = append(parts, nil)
			continue
		}
		digest := operand.Digest()
		parts = append(parts, digest[:])
	}
	return sumParts(domain, append(parts, extra)...)
}

// sumParts hashes parts, each after its length.
func sumParts(domain string, parts ...[]byte) crypto.Hash {
	var all []byte
	for _, part := range parts {
		all = append(binary.BigEndian.AppendUint64(all, uint64(len(part))), part...)
	}
	return crypto.Sum(domain, all)
}

func (c *chainKeys) VerifyDealing(p *idkg.Params, dealer int, d *idkg.Dealing) idkg.Reason {
	if d == nil {
		return c.Scheme.VerifyDealing(p, dealer, d)
	}
	digest := d.Digest()
	return c.dealings.Do(askParams("memo idkg dealing", p, binary.BigEndian.AppendUint64(digest[:], uint64(dealer))), func() idkg.Reason {
		return c.Scheme.VerifyDealing(p, dealer, d)
	})
}

func (c *chainKeys) Combine(p *idkg.Params, dealings []idkg.DealerDealing) (*idkg.Transcript, idkg.Reason) {
	var all []byte
	for _, d := range dealings {
		digest := d.Dealing.Digest()
		all = append(binary.BigEndian.AppendUint64(all, uint64(d.Dealer)), digest[:]...)
	}
	made := c.transcripts.Do(askParams("memo idkg transcript", p, all), func() madeTranscript {
		t, reason := c.Scheme.Combine(p, dealings)
		return madeTranscript{t, reason}
	})
	return made.transcript, made.reason
}

func (c *chainKeys) Start(id crypto.Hash, q *chainkey.Request) (chainkey.Signing, error) {
	s := c.signings.Do(id, func() startedSigning {
		s, err := c.Scheme.Start(id, q)
		if err != nil {
			return startedSigning{nil, err}
		}
		return startedSigning{&sharedSigning{s, id, c}, nil}
	})
	return s.signing, s.err
}

// A sharedSigning remembers verdicts and answers of one request.
type sharedSigning struct {
	chainkey.Signing
	id    crypto.Hash
	known *chainKeys
}

func (s *sharedSigning) VerifyShare(signer int, share []byte) bool {
	about := sumParts("memo signature share", s.id[:], binary.BigEndian.AppendUint64(nil, uint64(signer)), share)
	return s.known.verdicts.Do(about, func() bool { return s.Signing.VerifyShare(signer, share) })
}

func (s *sharedSigning) Verify(answer []byte) bool {
	return s.known.verdicts.Do(sumParts("memo signature", s.id[:], answer), func() bool { return s.Signing.Verify(answer) })
}

func (s *sharedSigning) Combine(shares []chainkey.NodeShare) ([]byte, error) {
	parts := [][]byte{s.id[:]}
	for _, share := range shares {
		parts = append(parts, binary.BigEndian.AppendUint64(nil, uint64(share.Signer)), share.Share)
	}
	made := s.known.answers.Do(sumParts("memo answer", parts...), func() madeAnswer {
		answer, err := s.Signing.Combine(shares)
		return madeAnswer{answer, err}
	})
	return made.answer, made.err
}
