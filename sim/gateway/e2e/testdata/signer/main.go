// Command signer is a canister that signs what it is told to, for whom it is told to: canister signatures for tests.
package main

import (
	"crypto/sha256"
	"errors"

	"icsim/canister/cdk"
)

// tree is the path sig/<hash of the seed>/<hash of what is signed>, with an empty leaf, in CBOR; root is its hash.
var tree []byte

var canister = &cdk.Canister{Service: cdk.Service{
	"prepare":   cdk.Update(prepare),
	"signature": cdk.Query(signature),
}}

func prepare(ctx *cdk.Context, seed, hash []byte) {
	who := sha256.Sum256(seed)
	root := sha256.Sum256([]byte("\x10ic-hashtree-leaf"))
	tree = []byte{0x82, 3, 0x40}
	for _, label := range [][]byte{hash, who[:], []byte("sig")} {
		root = sha256.Sum256(append(append([]byte("\x13ic-hashtree-labeled"), label...), root[:]...))
		tree = append(append(append([]byte{0x83, 2}, blob(label)...)), tree...)
	}
	ctx.SetCertifiedData(root[:])
}

func signature(ctx *cdk.Context) ([]byte, error) {
	certificate, ok := ctx.Certificate()
	if len(tree) == 0 {
		return nil, errors.New("nothing is prepared yet, as far as this node knows")
	}
	if !ok {
		return nil, errors.New("there is no certificate here; ask by query")
	}
	s := append([]byte{0xd9, 0xd9, 0xf7, 0xa2, 0x6b}, "certificate"...)
	s = append(s, blob(certificate)...)
	s = append(append(s, 0x64), "tree"...)
	return append(s, tree...), nil
}

// blob is a byte string in CBOR, of less than 64 KiB.
func blob(b []byte) []byte {
	return append([]byte{0x59, byte(len(b) >> 8), byte(len(b))}, b...)
}

var _ = cdk.New(canister)

func main() {}
