package crypto

import (
	"bytes"
	"crypto/sha256"
	"testing"
)

// Reference/protocol.md, section E: one byte of length, the domain, the content.
func TestSumIsDomainSeparated(t *testing.T) {
	long := bytes.Repeat([]byte("long"), 300)
	for _, content := range [][]byte{nil, []byte("content"), long[:242], long[:243], long} {
		want := sha256.Sum256(append([]byte("\x0cblock_domain"), content...))
		if got := Sum(DomainBlock, content); got != want {
			t.Errorf("%d bytes: %s", len(content), got.Hex())
		}
		if got := Sum(DomainBlock, content[:len(content)/2], content[len(content)/2:]); got != want {
			t.Errorf("%d bytes in two parts: %s", len(content), got.Hex())
		}
	}
	if Sum("ab", []byte("c")) == Sum("a", []byte("bc")) {
		t.Error("a domain runs over into the content")
	}
}

func TestSignableIsDomainSeparated(t *testing.T) {
	if got := Signable(DomainCertification, []byte("root")); string(got) != "\x0dic-state-rootroot" {
		t.Errorf("%q", got)
	}
}

func BenchmarkSum(b *testing.B) {
	content := make([]byte, 96)
	b.ReportAllocs()
	for b.Loop() {
		Sum(DomainBlock, content)
	}
}
