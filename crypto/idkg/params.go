package idkg

import (
	"encoding/binary"

	"icsim/crypto/idkg/curve"
)

// An Operation is what the dealers of a transcript share.
type Operation uint8

// The operations (rs/types/types/src/crypto/canister_threshold_sig/idkg.rs). The zero Operation is none.
const (
	Random              Operation = iota + 1 // a secret that nobody knows, and nothing else of it is seen
	RandomUnmasked                           // one whose public key is seen
	ReshareOfMasked                          // that of Left, which is masked; its public key is seen from then on
	ReshareOfUnmasked                        // that of Left, which is not
	UnmaskedTimesMasked                      // the product of Left's, unmasked, and Right's, masked; the product is masked
)

// mostReceivers bounds what a dealing may hold.
const mostReceivers = 1 << 10

// Params are what a block says of a transcript to be made. They do not change once they are in use.
type Params struct {
	Algorithm Algorithm
	ID        []byte // names this transcript and no other; the subnet, height, count and registry version are in it
	Dealers   int    // how many deal a Random; otherwise the operands' receivers deal
	Receivers []EncryptionKey
	Operation Operation
	Left      *Transcript // operands
	Right     *Transcript
}

// Faults is how many of n nodes may be faulty: f, of 3f+1.
func Faults(n int) int { return (n - 1) / 3 }

// Threshold is how many shares make the secret: f+1 of the receivers.
func (p *Params) Threshold() int { return Faults(len(p.Receivers)) + 1 }

// Supports is how many receivers must have found their shares good before a dealing counts: 2f+1, so that f+1 honest ones can
// open whatever share of it turns out bad.
func (p *Params) Supports() int { return 2*Faults(len(p.Receivers)) + 1 }

// Collection is how many dealings make a transcript, by parameters that Check found valid: of a random one f+1 of the dealers, so that
// an honest one is among them; of the others, as many as determine the polynomial that the operands' shares lie on.
func (p *Params) Collection() int {
	switch p.Operation {
	case ReshareOfMasked, ReshareOfUnmasked:
		return p.Left.Threshold()
	case UnmaskedTimesMasked:
		return p.Left.Threshold() + p.Right.Threshold() - 1
	}
	return Faults(p.Dealers) + 1
}

// Unverified is how many dealings it takes of a resharing for nodes that nobody can ask whether they find their shares good: with f of
// the dealers' bad, enough are left to make a transcript of (unverified_dealings_collection_threshold).
func (p *Params) Unverified() int { return 2*Faults(p.dealers()) + 1 }

// masked says whether the transcript will be.
func (p *Params) masked() bool { return p.Operation == Random || p.Operation == UnmaskedTimesMasked }

func (p *Params) curve() curve.Curve { return p.Algorithm.Curve() }

// dealers is how many places a dealer can have.
func (p *Params) dealers() int {
	if p.Operation == Random || p.Operation == RandomUnmasked {
		return p.Dealers
	}
	return len(p.Left.receivers)
}

// Check says whether a transcript can be made so.
func (p *Params) Check() Reason {
	switch {
	case !p.Algorithm.known():
		return UnknownAlgorithm
	case p.Operation < Random || p.Operation > UnmaskedTimesMasked:
		return UnknownOperation
	case len(p.Receivers) == 0:
		return NoReceivers
	case len(p.Receivers) > mostReceivers:
		return TooManyReceivers
	}
	for _, r := range p.Receivers {
		if r.point.Curve() != keys {
			return Malformed
		}
	}
	var left, right bool
	switch p.Operation {
	case Random, RandomUnmasked:
		left, right = p.Left == nil, p.Right == nil
		if p.Dealers < 1 {
			return NoDealers
		}
	case ReshareOfMasked:
		left, right = p.Left != nil && p.Left.commitment.masked, p.Right == nil
	case ReshareOfUnmasked:
		left, right = p.Left != nil && !p.Left.commitment.masked, p.Right == nil
	case UnmaskedTimesMasked:
		left, right = p.Left != nil && !p.Left.commitment.masked, p.Right != nil && p.Right.commitment.masked
	}
	if !left || !right {
		return WrongOperands
	}
	return p.checkOperands()
}

func (p *Params) checkOperands() Reason {
	for _, operand := range []*Transcript{p.Left, p.Right} {
		if operand != nil && operand.algorithm != p.Algorithm {
			return OperandOfOtherKind
		}
	}
	if p.Right != nil && !p.Left.SameReceivers(p.Right) {
		return OperandOfOtherKind
	}
	return Valid
}

// context is what every hash and proof of the transcript to be made is bound to.
func (p *Params) context() []byte {
	parts := make([][]byte, 0, 3+len(p.Receivers))
	head := []byte{byte(p.Algorithm), byte(p.Operation)}
	parts = append(parts, binary.BigEndian.AppendUint64(head, uint64(p.dealers())), p.ID)
	for _, r := range p.Receivers {
		parts = append(parts, r.Bytes())
	}
	digest := curve.Digest("ic-crypto-idkg-context", parts...)
	return digest[:32]
}

// place is where in polynomials a node stands: 0 is the secret's.
func place(node int) uint64 { return uint64(node) + 1 }
