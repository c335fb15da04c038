package idkgtest

import (
	"encoding/binary"
	"fmt"

	"icsim/crypto"
	"icsim/crypto/idkg"
)

// A Subnet is all nodes' keys, and a count of the transcripts made.
type Subnet struct {
	Name string
	Keys []*idkg.SecretKey
	made int
}

// New makes a subnet of n nodes.
func New(name string, n int) *Subnet {
	s := &Subnet{Name: name}
	for i := range n {
		s.Keys = append(s.Keys, idkg.NewKey(Seed(name, "key", i)))
	}
	return s
}

// Seed makes a seed of whatever it is for.
func Seed(parts ...any) crypto.Seed {
	return crypto.Seed(crypto.Sum("idkgtest", []byte(fmt.Sprint(parts...))))
}

// Receivers are the nodes' public keys.
func (s *Subnet) Receivers() (keys []idkg.EncryptionKey) {
	for _, k := range s.Keys {
		keys = append(keys, k.Public())
	}
	return keys
}

// Params says how the subnet's next transcript is to be made, among its own nodes.
func (s *Subnet) Params(a idkg.Algorithm, op idkg.Operation, operands ...*idkg.Transcript) *idkg.Params {
	s.made++
	p := &idkg.Params{
		Algorithm: a, ID: binary.BigEndian.AppendUint64([]byte(s.Name), uint64(s.made)),
		Dealers: len(s.Keys), Receivers: s.Receivers(), Operation: op,
	}
	for i, t := range operands {
		*[]**idkg.Transcript{&p.Left, &p.Right}[i] = t
	}
	return p
}

// Deal makes all dealings, of the nodes who deal: those of the operands' subnet, this one unless another is named.
func (s *Subnet) Deal(p *idkg.Params) []idkg.DealerDealing {
	var shares [][]idkg.Opening
	for _, operand := range []*idkg.Transcript{p.Left, p.Right} {
		if operand != nil {
			shares = append(shares, s.Load(operand))
		}
	}
	out := make([]idkg.DealerDealing, len(s.Keys))
	for i := range out {
		own := make([]idkg.Opening, len(shares))
		for k := range own {
			own[k] = shares[k][i]
		}
		d, reason := idkg.Deal(p, i, own, Seed(s.Name, "dealing", p.ID, i))
		if reason != idkg.Valid {
			panic(reason.String())
		}
		out[i] = idkg.DealerDealing{Dealer: i, Dealing: d}
	}
	return out
}

// Make makes a transcript of the first dealings that suffice.
func (s *Subnet) Make(p *idkg.Params) *idkg.Transcript {
	t, reason := idkg.Combine(p, s.Deal(p)[:p.Collection()])
	if reason != idkg.Valid {
		panic(reason.String())
	}
	return t
}

// Run makes a transcript among the subnet's own nodes.
func (s *Subnet) Run(a idkg.Algorithm, op idkg.Operation, operands ...*idkg.Transcript) *idkg.Transcript {
	return s.Make(s.Params(a, op, operands...))
}

// Key makes a key as subnets do: a secret is shared masked first, and reshared without the mask, so that no dealer can choose
// its contribution by the public key it would give (reference/protocol.md, section E).
func (s *Subnet) Key(a idkg.Algorithm) *idkg.Transcript {
	return s.Run(a, idkg.ReshareOfMasked, s.Run(a, idkg.Random))
}

// Load gives all nodes' shares.
func (s *Subnet) Load(t *idkg.Transcript) []idkg.Opening {
	out := make([]idkg.Opening, len(s.Keys))
	for i, k := range s.Keys {
		share, bad := t.Load(i, k, nil)
		if bad != nil {
			panic(fmt.Sprintf("bad shares from %v", bad))
		}
		out[i] = share
	}
	return out
}
