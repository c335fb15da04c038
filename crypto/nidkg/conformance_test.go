package nidkg_test

import (
	"testing"

	"icsim/crypto"
	"icsim/crypto/bls"
	"icsim/crypto/cryptotest"
	"icsim/crypto/nidkg"
)

func TestConformance(t *testing.T) {
	cryptotest.TestKeyGeneration(t, func() crypto.KeyGeneration { return nidkg.New() }, bls.New)
}

func TestConformanceOfALazyInstance(t *testing.T) {
	cryptotest.TestKeyGeneration(t, func() crypto.KeyGeneration { return nidkg.NewLazy() }, bls.New)
}
