package certificate

import (
	"icsim/crypto"
	"icsim/crypto/der"
	"icsim/crypto/hashtree"
	"icsim/crypto/principal"
)

// A Verifier checks threshold signatures; every crypto.Scheme is one.
type Verifier interface {
	VerifyThreshold(pk crypto.ThresholdPublicKey, msg []byte, sig crypto.ThresholdSignature) bool
}

// A Verdict says whether a certificate is valid, or the first reason why not.
type Verdict uint8

// The verdicts.
const (
	Valid                Verdict = iota
	BadRootKey                   // the root key is no DER BLS key
	BadSignature                 // not signed by the key that is to have signed
	MalformedDelegation          // the delegation's certificate cannot be decoded
	NestedDelegation             // it has a delegation itself
	BadDelegation                // the root subnet did not sign it
	NoSubnetKey                  // it shows no key of the subnet
	MalformedRanges              // the canister ranges in it cannot be decoded
	CanisterNotOfSubnet          // the canister is in no range that it shows
	CertificateOfAnother         // made by another subnet than the one asked about
)

func (v Verdict) String() string {
	return [...]string{
		"valid", "bad root key", "bad signature", "malformed delegation", "nested delegation", "bad delegation",
		"no subnet key", "malformed canister ranges", "canister not of subnet", "certificate of another subnet",
	}[v]
}

// VerifyForCanister checks a certificate that is to tell about a canister. The root key is in DER.
func (c *Certificate) VerifyForCanister(v Verifier, rootKey []byte, canister principal.ID) Verdict {
	key, byRoot, verdict := c.signer(v, rootKey)
	if verdict != Valid {
		return verdict
	}
	if byRoot != nil {
		if verdict = inRanges(byRoot, c.Delegation.Subnet, canister); verdict != Valid {
			return verdict
		}
	}
	return c.signedBy(v, key)
}

// VerifyForSubnet checks a certificate that is to tell about a subnet.
func (c *Certificate) VerifyForSubnet(v Verifier, rootKey []byte, subnet principal.ID) Verdict {
	key, byRoot, verdict := c.signer(v, rootKey)
	if verdict != Valid {
		return verdict
	}
	maker := principal.SelfAuthenticating(rootKey)
	if byRoot != nil {
		maker = c.Delegation.Subnet
	}
	if maker != subnet {
		return CertificateOfAnother
	}
	return c.signedBy(v, key)
}

// signer finds the key that is to have signed, and the tree in which the root subnet says so: nil
// if it is the root key.
func (c *Certificate) signer(v Verifier, rootKey []byte) (crypto.ThresholdPublicKey, *hashtree.Mixed, Verdict) {
	none := crypto.ThresholdPublicKey{}
	key, err := der.ParseBLS(rootKey)
	if err != nil {
		return none, nil, BadRootKey
	}
	if c.Delegation == nil {
		return key, nil, Valid
	}
	byRoot, err := Decode(c.Delegation.Certificate)
	switch {
	case err != nil:
		return none, nil, MalformedDelegation
	case byRoot.Delegation != nil:
		return none, nil, NestedDelegation
	case byRoot.signedBy(v, key) != Valid:
		return none, nil, BadDelegation
	}
	raw, _ := byRoot.Tree.Lookup("subnet", label(c.Delegation.Subnet), "public_key")
	if key, err = der.ParseBLS(raw); err != nil {
		return none, nil, NoSubnetKey
	}
	return key, byRoot.Tree, Valid
}

func (c *Certificate) signedBy(v Verifier, key crypto.ThresholdPublicKey) Verdict {
	root := c.Tree.Digest()
	if !v.VerifyThreshold(key, crypto.Signable(crypto.DomainCertification, root[:]), c.Signature) {
		return BadSignature
	}
	return Valid
}

func label(id principal.ID) hashtree.Label { return hashtree.Label(id.Bytes()) }
