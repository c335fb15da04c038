package ideal

import (
	"testing"

	"icsim/crypto/cryptotest"
)

func TestKeyGenerationConformance(t *testing.T) {
	cryptotest.TestKeyGeneration(t, NewKeyGeneration, New)
}
