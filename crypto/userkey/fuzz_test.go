package userkey_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"icsim/crypto/ideal"
	"icsim/crypto/userkey"
	"icsim/crypto/userkey/userkeytest"
)

// A key that can be read is read from one form alone, and nothing panics.
func FuzzParse(f *testing.F) {
	w := newWorld(ideal.New())
	for _, kind := range userkeytest.Kinds() {
		f.Add(w.New(kind, 1).DER)
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		key, err := userkey.Parse(raw)
		if err != nil {
			require.NotEmpty(t, err.Error())
			return
		}
		require.Equal(t, string(raw), key.DER())
		require.NotEmpty(t, key.Kind().String())
	})
}

// Nobody hits upon a signature, and garbage in place of one panics nowhere.
func FuzzVerify(f *testing.F) {
	w := newWorld(ideal.New())
	msg := []byte("message")
	kinds := userkeytest.Kinds()
	for _, kind := range kinds {
		f.Add(uint8(kind), w.New(kind, 1).Sign(msg))
	}
	f.Fuzz(func(t *testing.T, kind uint8, sig []byte) {
		signer := w.New(kinds[int(kind)%len(kinds)], 1)
		if w.verify(t, signer.DER, msg, sig) != nil {
			return
		}
		require.Error(t, w.verify(t, signer.DER, []byte("another"), sig))
	})
}

func BenchmarkVerify(b *testing.B) {
	w := newWorld(ideal.New())
	msg := make([]byte, 43)
	for _, kind := range userkeytest.Kinds() {
		b.Run(kind.String(), func(b *testing.B) {
			signer := w.New(kind, 1)
			sig := signer.Sign(msg)
			key, err := userkey.Parse(signer.DER)
			require.NoError(b, err)
			b.ReportAllocs()
			for b.Loop() {
				if w.Verify(w.Root(), key, msg, sig) != nil {
					b.Fatal("a good signature is refused")
				}
			}
		})
	}
}
