package userkeytest

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/asn1"
	"encoding/base64"
	"fmt"
	"math/big"

	"github.com/fxamacker/cbor/v2"

	icsim "icsim/crypto"
	"icsim/crypto/der"
	"icsim/crypto/secp256k1"
	"icsim/crypto/userkey"
)

// A Signer signs as one user.
type Signer struct {
	Kind userkey.Kind
	DER  []byte
	Sign func(msg []byte) []byte
}

// Kinds are all kinds of keys.
func Kinds() (all []userkey.Kind) {
	for k := userkey.Ed25519; k <= userkey.Canister; k++ {
		all = append(all, k)
	}
	return all
}

// New makes a signer of a kind; numbers tell signers apart. Those of Ed25519 are real; canisters are of the application
// subnet.
func (n *Network) New(kind userkey.Kind, number int) Signer {
	seed := icsim.Seed(icsim.Sum("userkeytest", fmt.Append(nil, kind, number)))
	s := Signer{Kind: kind}
	switch kind {
	case userkey.Ed25519:
		key := ed25519.NewKeyFromSeed(seed[:])
		s.DER = der.WrapEd25519(icsim.BasicPublicKey(key.Public().(ed25519.PublicKey)))
		s.Sign = func(msg []byte) []byte { return ed25519.Sign(key, msg) }
	case userkey.ECDSAP256:
		key := p256(seed)
		s.DER = der.Wrap(der.ECDSAP256, point(key))
		s.Sign = func(msg []byte) []byte { return concatenated(signP256(key, msg)) }
	case userkey.ECDSASecp256k1:
		secret, public := secp256k1.Key(seed)
		s.DER = der.Wrap(der.ECDSASecp256k1, public.Bytes())
		s.Sign = func(msg []byte) []byte {
			sig := secp256k1.Sign(secret, sha256.Sum256(msg))
			return sig[:]
		}
	case userkey.RSA:
		key := rsaKey()
		s.DER = der.Wrap(der.RSA, marshal(struct{ N, E *big.Int }{key.N, big.NewInt(int64(key.E))}))
		s.Sign = func(msg []byte) []byte { return signRSA(key, msg) }
	case userkey.WebAuthnEd25519:
		key := ed25519.NewKeyFromSeed(seed[:])
		s.DER = cose(map[int]any{1: 1, 3: -8, -1: 6, -2: []byte(key.Public().(ed25519.PublicKey))})
		s.Sign = func(msg []byte) []byte {
			return Assert(msg, func(signed []byte) []byte { return ed25519.Sign(key, signed) })
		}
	case userkey.WebAuthnP256:
		key := p256(seed)
		raw := point(key)
		s.DER = cose(map[int]any{1: 2, 3: -7, -1: 1, -2: raw[1:33], -3: raw[33:]})
		s.Sign = func(msg []byte) []byte {
			return Assert(msg, func(signed []byte) []byte { return signP256(key, signed) })
		}
	case userkey.WebAuthnRSA:
		key := rsaKey()
		s.DER = cose(map[int]any{1: 3, 3: -257, -1: key.N.Bytes(), -2: big.NewInt(int64(key.E)).Bytes()})
		s.Sign = func(msg []byte) []byte {
			return Assert(msg, func(signed []byte) []byte { return signRSA(key, signed) })
		}
	case userkey.Canister:
		return n.Canister(number, seed[:8])
	}
	return s
}

// Simulated is a user who signs with the network's scheme, as simulated users do.
func (n *Network) Simulated(number int) Signer {
	secret, public := n.scheme.BasicKey(icsim.Seed(icsim.Sum("userkeytest scheme", fmt.Append(nil, number))))
	return Signer{userkey.Ed25519, der.WrapEd25519(public), func(msg []byte) []byte {
		sig := n.scheme.SignBasic(secret, msg)
		return sig[:]
	}}
}

// Assert makes an assertion of Web Authentication with a message as the challenge.
func Assert(msg []byte, sign func([]byte) []byte) []byte {
	return AssertWith(fmt.Sprintf(`{"type":"webauthn.get","challenge":%q,"origin":"https://example.org","crossOrigin":false}`,
		base64.RawURLEncoding.EncodeToString(msg)), sign)
}

// AssertWith makes an assertion with any client data.
func AssertWith(clientData string, sign func([]byte) []byte) []byte {
	authenticator := make([]byte, 37) // hash of the origin's name, flags, counter
	authenticator[32] = 1             // the user is present
	hash := sha256.Sum256([]byte(clientData))
	return describe(map[string]any{
		"authenticator_data": authenticator, "client_data_json": clientData,
		"signature": sign(append(authenticator, hash[:]...)),
	})
}

func p256(seed icsim.Seed) *ecdsa.PrivateKey {
	for {
		if key, err := ecdsa.ParseRawPrivateKey(elliptic.P256(), seed[:]); err == nil {
			return key
		}
		seed = sha256.Sum256(seed[:])
	}
}

func point(key *ecdsa.PrivateKey) []byte { return must(key.PublicKey.Bytes()) }

func signP256(key *ecdsa.PrivateKey, msg []byte) []byte {
	hash := sha256.Sum256(msg)
	return must(key.Sign(nil, hash[:], crypto.SHA256)) // of no random source: RFC 6979
}

// concatenated turns a signature in DER into r ‖ s.
func concatenated(sig []byte) []byte {
	var v struct{ R, S *big.Int }
	must(asn1.Unmarshal(sig, &v))
	return append(v.R.FillBytes(make([]byte, 32)), v.S.FillBytes(make([]byte, 32))...)
}

func signRSA(key *rsa.PrivateKey, msg []byte) []byte {
	hash := sha256.Sum256(msg)
	return must(rsa.SignPKCS1v15(nil, key, crypto.SHA256, hash[:]))
}

// rsaKey is a key of 2048 bits, from two primes.
func rsaKey() *rsa.PrivateKey {
	p, _ := new(big.Int).SetString(primeP, 16)
	q, _ := new(big.Int).SetString(primeQ, 16)
	one := big.NewInt(1)
	key := &rsa.PrivateKey{Primes: []*big.Int{p, q}, PublicKey: rsa.PublicKey{N: new(big.Int).Mul(p, q), E: 65537}}
	order := new(big.Int).Mul(new(big.Int).Sub(p, one), new(big.Int).Sub(q, one))
	key.D = new(big.Int).ModInverse(big.NewInt(int64(key.E)), order)
	key.Precompute()
	return key
}

func cose(key map[int]any) []byte { return der.Wrap(der.COSE, encode(key)) }

// encode gives the CBOR form in which maps are sorted.
func encode(v any) []byte { return must(must(cbor.CoreDetEncOptions().EncMode()).Marshal(v)) }

// describe gives the self-described form.
func describe(v any) []byte { return encode(cbor.Tag{Number: 55799, Content: v}) }

func marshal(v any) []byte { return must(asn1.Marshal(v)) }

func must[T any](v T, err error) T {
	if err != nil {
		panic(fmt.Sprintf("userkeytest: %v", err))
	}
	return v
}

// Meaningful gives the places of a signature's or key's bytes whose every bit counts: all but those of the tag by which CBOR
// describes itself, that readers may skip, and the one that says whether client data is bytes or text.
func Meaningful(raw []byte) (places []int) {
	const tag, clientData = "\xd9\xd9\xf7", "client_data_json"
	for i := range raw {
		within := raw[max(i+1-len(tag), 0):min(i+len(tag), len(raw))]
		if !bytes.Contains(within, []byte(tag)) && !bytes.HasSuffix(raw[:i], []byte(clientData)) {
			places = append(places, i)
		}
	}
	return places
}
