package candid

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// A question is one for npm's didc, the Rust implementation: encode text for the arguments of method m, or decode a message at its
// results.
type question struct {
	Ask   string `json:"ask"`
	IDL   string `json:"idl"`
	Input string `json:"input"`
}

type answer struct {
	Output string `json:"output"`
	Error  string `json:"error"`
}

// didc asks all questions at once; it skips the test unless make e2e has set didc up.
func didc(t *testing.T, questions []question) []answer {
	dir := os.Getenv("E2E")
	if dir == "" {
		t.Skip("the environment variable E2E names no directory of Node packages: run make e2e")
	}
	if _, err := os.Stat(filepath.Join(dir, "node_modules", "@dfinity", "didc")); err != nil {
		t.Skip("no @dfinity/didc in the directory that E2E names")
	}
	var in, out bytes.Buffer
	for _, q := range questions {
		require.NoError(t, json.NewEncoder(&in).Encode(q))
	}
	node := exec.Command("node", "testdata/didc.mjs", dir)
	node.Stdin, node.Stdout, node.Stderr = &in, &out, os.Stderr
	require.NoError(t, node.Run())
	answers := make([]answer, len(questions))
	for d, i := json.NewDecoder(&out), 0; i < len(answers); i++ {
		require.NoError(t, d.Decode(&answers[i]))
	}
	return answers
}

// A sample is a random message, and types to read it at.
type sample struct {
	types, others []Type
	values        []Value
}

// samples draws messages on which didc 0.0.4 has to agree. It is older than the specification: there a record that contains itself
// is empty, no service is a principal, and a plain value at opt t is null where t may be null. The official suite has the rules of today.
// Its text
// has no infinity, and writes NUL as Rust does.
func samples(n int) []sample {
	draw := rapid.Custom(func(t *rapid.T) sample {
		types, values := drawArgs(t, true)
		s := sample{types: types, values: values}
		for _, a := range types {
			s.others = append(s.others, drawSupertype(t, a, 4))
		}
		return s
	})
	out := []sample{}
	for seed := 0; len(out) < n; seed++ {
		s := draw.Example(seed)
		text := Format(s.values)
		odd := strings.Contains(text, "inf : ") || strings.Contains(text, `\u{0}`)
		if len(s.values) > 0 && !odd && !hasEndlessRecord(s.types) && !isNewer(s) {
			out = append(out, s)
		}
	}
	return out
}

// hasEndlessRecord tells whether a record can be had only from one like it.
func hasEndlessRecord(types []Type) bool {
	var endless func(a Type, within []*body) bool
	endless = func(a Type, within []*body) bool {
		if a.kind != KindRecord {
			return false
		}
		if slices.Contains(within, a.body) {
			return true
		}
		return slices.ContainsFunc(a.body.fields, func(f Field) bool { return endless(f.Type, append(within, a.body)) })
	}
	return slices.ContainsFunc(newTable(types).nodes, func(a Type) bool { return endless(a, nil) })
}

// isNewer tells whether a service is read as a principal, or a plain value at such an opt.
func isNewer(s sample) bool {
	newer := false
	seen := map[pair]bool{}
	var walk func(a, b Type)
	walk = func(a, b Type) {
		if seen[pair{a, b}] {
			return
		}
		seen[pair{a, b}] = true
		newer = newer || a.kind == KindService && b.kind == KindPrincipal ||
			!a.nullable() && b.kind == KindOpt && b.body.elem.nullable()
		switch {
		case a.kind != KindOpt && b.kind == KindOpt:
			walk(a, b.body.elem)
		case a.kind != b.kind:
		case a.kind == KindOpt, a.kind == KindVec:
			walk(a.body.elem, b.body.elem)
		case a.kind == KindRecord, a.kind == KindVariant:
			for _, f := range a.body.fields {
				if i, ok := findField(b.body.fields, f.ID); ok {
					walk(f.Type, b.body.fields[i].Type)
				}
			}
		}
	}
	for i := range s.types {
		walk(s.types[i], s.others[i])
	}
	return newer
}

// describeMethod writes a description whose method m takes and gives these types.
func describeMethod(types []Type) string {
	var out strings.Builder
	for _, node := range newTable(types).nodes {
		if name := node.Name(); name != "" {
			out.WriteString("type " + name + " = " + node.String() + ";\n")
		}
	}
	return out.String() + "service : { m : " + FormatTypes(types) + " -> " + FormatTypes(types) + " }"
}

// TestAgreesWithDidc: each reads what the other writes, as text and as a message, and both see the same in a message read at
// supertypes.
func TestAgreesWithDidc(t *testing.T) {
	list := samples(400)
	var questions []question
	for _, s := range list {
		raw, err := Encode(s.values, s.types)
		require.NoError(t, err)
		message := hex.EncodeToString(raw)
		questions = append(questions,
			question{"encode", describeMethod(s.types), Format(s.values)},
			question{"decode", describeMethod(s.types), message},
			question{"decode", describeMethod(s.others), message})
	}
	answers := didc(t, questions)
	for i, s := range list {
		encoded, decoded, coerced := answers[3*i], answers[3*i+1], answers[3*i+2]
		idl := questions[3*i].IDL
		require.Empty(t, encoded.Error, "%s\n%s", idl, Format(s.values))
		raw, err := hex.DecodeString(encoded.Output)
		require.NoError(t, err)
		values, err := Decode(raw, s.types)
		require.NoError(t, err, idl)
		requireSame(t, s.values, values)

		require.Empty(t, decoded.Error, "%s\n%s", idl, Format(s.values))
		requireText(t, s.values, decoded.Output, s.types)

		raw, err = hex.DecodeString(questions[3*i+1].Input)
		require.NoError(t, err)
		values, err = Decode(raw, s.others)
		require.NoError(t, err)
		require.Empty(t, coerced.Error, "%s\n%s", questions[3*i+2].IDL, Format(s.values))
		requireText(t, values, coerced.Output, s.others)
	}
}

func requireText(t *testing.T, want []Value, text string, types []Type) {
	got, err := CoerceArgs(text, types)
	require.NoError(t, err, "%s at %s", text, FormatTypes(types))
	requireSame(t, want, got)
}
