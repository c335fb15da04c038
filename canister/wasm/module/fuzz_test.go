package module

import (
	"bytes"
	"testing"
)

// A decoder meets files from anywhere: it must answer every one with a module or an error, and what it accepts must survive
// encoding, or the rewriter would change programs.
func FuzzDecode(f *testing.F) {
	for _, m := range samples() {
		f.Add(m.Encode())
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		m, err := Decode(raw)
		if err != nil {
			if _, ok := err.(*Error); !ok {
				t.Fatalf("error of type %T", err)
			}
			return
		}
		once := m.Encode()
		again, err := Decode(once)
		if err != nil {
			t.Fatalf("own encoding refused: %v", err)
		}
		if twice := again.Encode(); !bytes.Equal(once, twice) {
			t.Fatalf("encoding is not stable:\n%x\n%x", once, twice)
		}
	})
}
