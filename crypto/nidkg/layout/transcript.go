package layout

import (
	"encoding/binary"

	"icsim/crypto"
)

// A Transcript is a transcript taken apart: the public polynomial, and each dealer's index and ciphertext, in the order of dealers. On
// the wire three counts of two bytes come first, and an index takes four.
type Transcript struct {
	Coefficients []G2
	Dealers      []int
	Ciphertexts  []*Ciphertext
}

const transcriptHead = headSize + 2

// TranscriptSize is the number of bytes of a transcript.
func TranscriptSize(threshold, receivers, dealers int) int {
	return transcriptHead + len(G2{})*threshold + dealers*(4+ciphertextSize(receivers))
}

// Join gives the bytes of a transcript. Its ciphertexts are for equally many receivers.
func (t *Transcript) Join() []byte {
	threshold, receivers := len(t.Coefficients), len(t.Ciphertexts[0].C)
	raw := make([]byte, 0, TranscriptSize(threshold, receivers, len(t.Dealers)))
	raw = binary.BigEndian.AppendUint16(raw, uint16(threshold))
	raw = binary.BigEndian.AppendUint16(raw, uint16(receivers))
	raw = binary.BigEndian.AppendUint16(raw, uint16(len(t.Dealers)))
	for i := range t.Coefficients {
		raw = append(raw, t.Coefficients[i][:]...)
	}
	for i, dealer := range t.Dealers {
		raw = binary.BigEndian.AppendUint32(raw, uint32(dealer))
		for _, field := range t.Ciphertexts[i].fields(nil) {
			raw = append(raw, field...)
		}
	}
	return raw
}

// SplitTranscript takes a transcript apart; nil if the bytes are not as many as they claim to be, or the dealers not in order. It looks
// at no point.
func SplitTranscript(transcript *crypto.Transcript) *Transcript {
	raw := transcript.Bytes()
	threshold, receivers, ok := head(raw)
	if !ok || len(raw) < transcriptHead {
		return nil
	}
	dealers := int(binary.BigEndian.Uint16(raw[headSize:]))
	if dealers < 1 || dealers > crypto.MaxReceivers || len(raw) != TranscriptSize(threshold, receivers, dealers) {
		return nil
	}
	t := &Transcript{Coefficients: make([]G2, threshold)}
	raw = raw[transcriptHead:]
	for i := range t.Coefficients {
		raw = raw[copy(t.Coefficients[i][:], raw):]
	}
	for i := range dealers {
		dealer := int(binary.BigEndian.Uint32(raw))
		if dealer >= crypto.MaxReceivers || i > 0 && dealer <= t.Dealers[i-1] {
			return nil
		}
		raw = raw[4:]
		c := &Ciphertext{C: make([][Chunks]G1, receivers)}
		for _, field := range c.fields(nil) {
			raw = raw[copy(field, raw):]
		}
		t.Dealers, t.Ciphertexts = append(t.Dealers, dealer), append(t.Ciphertexts, c)
	}
	return t
}
