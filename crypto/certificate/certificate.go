package certificate

import (
	"encoding/binary"
	"fmt"

	"github.com/fxamacker/cbor/v2"

	"icsim/crypto"
	"icsim/crypto/hashtree"
	"icsim/crypto/principal"
)

// selfDescribed is the CBOR tag that certificates begin with (RFC 8949, section 3.4.6).
const selfDescribed = 55799

// A Certificate shows parts of a subnet's state. Decoding it proves nothing; Verify does.
type Certificate struct {
	Tree       *hashtree.Mixed
	Signature  crypto.ThresholdSignature
	Delegation *Delegation // nil if the root subnet made it
}

// A Delegation is what the root subnet says about the subnet that made a certificate.
type Delegation struct {
	Subnet      principal.ID
	Certificate []byte // encoded, by the root subnet
}

type wireCertificate struct {
	Tree       cbor.RawMessage `cbor:"tree"`
	Signature  []byte          `cbor:"signature"`
	Delegation *wireDelegation `cbor:"delegation,omitempty"`
}

type wireDelegation struct {
	Subnet      []byte `cbor:"subnet_id"`
	Certificate []byte `cbor:"certificate"`
}

// Encode gives the self-described CBOR form.
func (c *Certificate) Encode() []byte {
	wire := wireCertificate{Tree: c.Tree.AppendCBOR(nil), Signature: c.Signature[:]}
	if c.Delegation != nil {
		wire.Delegation = &wireDelegation{c.Delegation.Subnet.Bytes(), c.Delegation.Certificate}
	}
	raw, err := cbor.Marshal(cbor.Tag{Number: selfDescribed, Content: wire})
	if err != nil {
		panic(fmt.Sprintf("certificate: encoding: %v", err)) // byte strings and our own tree: cannot fail
	}
	return raw
}

// Decode reads a certificate, self-described or not. Other fields than those known are ignored.
func Decode(raw []byte) (*Certificate, error) {
	var wire wireCertificate
	if err := unmarshal(raw, &wire); err != nil {
		return nil, fmt.Errorf("certificate: %w", err)
	}
	c := &Certificate{}
	if len(wire.Signature) != len(c.Signature) {
		return nil, fmt.Errorf("certificate: a signature has %d bytes, not %d", len(c.Signature), len(wire.Signature))
	}
	c.Signature = crypto.ThresholdSignature(wire.Signature)
	var err error
	if c.Tree, err = hashtree.Decode(wire.Tree); err != nil {
		return nil, fmt.Errorf("certificate: %w", err)
	}
	if wire.Delegation != nil {
		subnet, err := principal.FromBytes(wire.Delegation.Subnet)
		if err != nil {
			return nil, fmt.Errorf("certificate: delegation: %w", err)
		}
		c.Delegation = &Delegation{Subnet: subnet, Certificate: wire.Delegation.Certificate}
	}
	return c, nil
}

// unmarshal reads CBOR into a value: a key must not come twice, and nesting is bounded by that of
// trees. The levels beyond a tree's are the envelope's.
func unmarshal(raw []byte, into any) error {
	mode, err := cbor.DecOptions{
		DupMapKey:         cbor.DupMapKeyEnforcedAPF,
		FieldNameMatching: cbor.FieldNameMatchingCaseSensitive,
		MaxNestedLevels:   hashtree.MaxDepth + 8,
	}.DecMode()
	if err != nil {
		panic(fmt.Sprintf("certificate: CBOR options: %v", err))
	}
	return mode.Unmarshal(raw, into)
}

// Time is when the subnet made the state, in nanoseconds since 1970; ok is false if it is not shown.
func (c *Certificate) Time() (nanoseconds uint64, ok bool) {
	leaf, result := c.Tree.Lookup("time")
	if result != hashtree.Found {
		return 0, false
	}
	nanoseconds, size := binary.Uvarint(leaf) // LEB128
	return nanoseconds, size > 0 && size == len(leaf)
}
