package principal

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"strings"
)

const (
	alphabet = "abcdefghijklmnopqrstuvwxyz234567" // RFC 4648 base32, lower case
	group    = 5                                  // characters between dashes
)

// String is the text form, such as `ryjl3-tyaaa-aaaaa-aaaba-cai`.
func (id ID) String() string {
	raw := binary.BigEndian.AppendUint32(make([]byte, 0, 4+MaxLen), crc32.ChecksumIEEE(id.bytes[:id.len]))
	raw = id.AppendTo(raw)
	out := make([]byte, 0, 64)
	digits := 0
	put := func(five uint32) {
		if digits > 0 && digits%group == 0 {
			out = append(out, '-')
		}
		out = append(out, alphabet[five&31])
		digits++
	}
	acc, bits := uint32(0), 0
	for _, b := range raw {
		acc, bits = acc<<8|uint32(b), bits+8
		for bits >= 5 {
			bits -= 5
			put(acc >> bits)
		}
	}
	if bits > 0 {
		put(acc << (5 - bits))
	}
	return string(out)
}

// Parse reads the text form in either case. The error says what is wrong with the text: a
// character, the length, the checksum or the grouping.
func Parse(text string) (ID, error) {
	lower := lowerASCII(text)
	raw, err := decode(lower)
	if err != nil {
		return ID{}, fmt.Errorf("principal %q: %w", text, err)
	}
	id, err := FromBytes(raw[4:])
	if err != nil {
		return ID{}, fmt.Errorf("principal %q: %w", text, err)
	}
	if sum := crc32.ChecksumIEEE(raw[4:]); binary.BigEndian.Uint32(raw) != sum {
		return ID{}, fmt.Errorf("principal %q: the checksum does not match, so a character is wrong", text)
	}
	if want := id.String(); want != lower {
		return ID{}, fmt.Errorf("principal %q: must be written %q", text, want)
	}
	return id, nil
}

// lowerASCII leaves other letters alone: strings.ToLower would make a `k` of the Kelvin sign, and
// give a principal a second text.
func lowerASCII(text string) string {
	lower := []byte(text)
	for i, c := range lower {
		if 'A' <= c && c <= 'Z' {
			lower[i] = c + ('a' - 'A')
		}
	}
	return string(lower)
}

// decode undoes base32, dropping dashes. The result has at least the four bytes of the checksum.
func decode(text string) ([]byte, error) {
	const most = 4 + MaxLen + MaxLen // enough to report a length that is wrong, bounded for any input
	raw := make([]byte, 0, 4+MaxLen)
	acc, bits := uint32(0), 0
	for i := 0; i < len(text); i++ {
		if text[i] == '-' {
			continue
		}
		digit := strings.IndexByte(alphabet, text[i])
		if digit < 0 {
			return nil, fmt.Errorf("character %q at %d is none of a-z, 2-7 and dashes", text[i], i)
		}
		acc, bits = acc<<5|uint32(digit), bits+5
		if bits >= 8 {
			bits -= 8
			raw = append(raw, byte(acc>>bits))
		}
		if len(raw) > most {
			return nil, fmt.Errorf("a principal has at most %d bytes", MaxLen)
		}
	}
	if len(raw) < 4 {
		return nil, fmt.Errorf("too short: the shortest principal is %q", Management())
	}
	return raw, nil
}

// MarshalText and UnmarshalText let encoders carry principals as text.
func (id ID) MarshalText() ([]byte, error) { return []byte(id.String()), nil }

// UnmarshalText is Parse.
func (id *ID) UnmarshalText(text []byte) error {
	parsed, err := Parse(string(text))
	if err != nil {
		return err
	}
	*id = parsed
	return nil
}
