package httpcert

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"

	"github.com/fxamacker/cbor/v2"

	"icsim/crypto/certificate"
	"icsim/crypto/hashtree"
)

// A Header is the value of IC-Certificate. Reading it proves nothing.
type Header struct {
	Certificate *certificate.Certificate
	Tree        *hashtree.Mixed
	Version     int
	Path        []string // expr_path; nil if there is none
}

// selfDescribed is the CBOR tag 55799, with which certificates and trees begin (RFC 8949, section 3.4.6).
const selfDescribed = "\xd9\xd9\xf7"

// ParseHeader reads a structured header (RFC 8941, a dictionary), as in
//
//	certificate=:2dn3o2…:, tree=:2dn3gw…:, version=2, expr_path=:2dn3g…:
//
// Other fields are passed over. Without a version it is 1.
func ParseHeader(value string) (*Header, error) {
	fields, err := dictionary(value)
	if err != nil {
		return nil, err
	}
	h := &Header{Version: 1}
	for _, f := range fields {
		switch f.name {
		case "certificate":
			err = inBytes(f.value, func(raw []byte) (err error) { h.Certificate, err = certificate.Decode(raw); return })
		case "tree":
			err = inBytes(f.value, func(raw []byte) (err error) {
				h.Tree, err = hashtree.Decode(bytes.TrimPrefix(raw, []byte(selfDescribed)))
				return
			})
		case "expr_path":
			err = inBytes(f.value, func(raw []byte) (err error) { h.Path, err = decodePath(raw); return })
		case "version":
			if h.Version, err = strconv.Atoi(f.value); err != nil {
				err = fmt.Errorf("%q is no number", f.value)
			}
		}
		if err != nil {
			return nil, fmt.Errorf("field %s: %w", f.name, err)
		}
	}
	switch {
	case h.Certificate == nil:
		return nil, fmt.Errorf("there is no field certificate")
	case h.Tree == nil:
		return nil, fmt.Errorf("there is no field tree")
	}
	return h, nil
}

type field struct{ name, value string }

// dictionary cuts a structured header into its fields. None of the values that occur has a comma in it.
func dictionary(text string) ([]field, error) {
	var fields []field
	seen := map[string]bool{}
	for part := range strings.SplitSeq(text, ",") {
		name, value, ok := strings.Cut(strings.Trim(part, " \t"), "=")
		switch {
		case !ok || name == "" || value == "":
			return nil, fmt.Errorf("%.40q is not of the form name=value", part)
		case seen[name]:
			return nil, fmt.Errorf("field %s is given twice", name)
		}
		seen[name] = true
		fields = append(fields, field{name, value})
	}
	return fields, nil
}

// inBytes hands on the bytes that a value has in base 64, padded or not, between colons.
func inBytes(value string, use func([]byte) error) error {
	text, begins := strings.CutPrefix(value, ":")
	text, ends := strings.CutSuffix(text, ":")
	if !begins || !ends {
		return fmt.Errorf("bytes stand in base 64 between colons")
	}
	raw, err := base64.RawStdEncoding.DecodeString(strings.TrimRight(text, "="))
	if err != nil {
		return err
	}
	return use(raw)
}

// maxSegments is how many parts an expression path may have.
const maxSegments = 1 << 10

func decodePath(raw []byte) ([]string, error) {
	mode, err := cbor.DecOptions{MaxArrayElements: maxSegments, MaxNestedLevels: 4}.DecMode()
	if err != nil {
		panic(fmt.Sprintf("httpcert: CBOR options: %v", err))
	}
	path := []string{}
	err = mode.Unmarshal(raw, &path)
	return path, err
}
