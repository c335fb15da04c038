package candid

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const suiteDir = "../../../shared/data/candid"

// assertions is how many the official suite has, so that none is lost on the way (interface.md, section F).
var assertions = map[string]int{
	"prim": 168, "construct": 164, "reference": 50, "subtypes": 58, "spacebomb": 17, "overshoot": 10,
}

// unmet lists the assertions that fail, with the reason, by file and line. There is none.
var unmet = map[string]string{}

// An assertion of the suite (dfinity/candid, test/README.md): input : types, input !: types, left == right : types, left != right : types.
type assertion struct {
	line        int
	left, right *input
	equal       bool
	decodes     bool
	types       []Type
	says        string
}

// An input is a message, or the text of one.
type input struct {
	message bool
	data    string
}

func (in *input) decode(types []Type) ([]Value, error) {
	if in.message {
		return Decode([]byte(in.data), types)
	}
	return CoerceArgs(in.data, types)
}

// wrong says what is wrong with an assertion; "" if it holds.
func (a *assertion) wrong() string {
	left, err := a.left.decode(a.types)
	switch {
	case a.right == nil && a.decodes && err != nil:
		return "should decode: " + err.Error()
	case a.right == nil && !a.decodes && err == nil:
		return "should not decode, but is " + Format(left)
	case a.right == nil:
		return ""
	case err != nil:
		if a.equal {
			return "left should decode: " + err.Error()
		}
		return ""
	}
	right, err := a.right.decode(a.types)
	switch {
	case err != nil:
		return "right should decode: " + err.Error()
	case Same(Vec(left), Vec(right)) != a.equal:
		return "left " + Format(left) + ", right " + Format(right)
	}
	return ""
}

func TestOfficialSuiteHolds(t *testing.T) {
	for name, count := range assertions {
		t.Run(name, func(t *testing.T) {
			list := readSuite(t, name)
			require.Len(t, list, count)
			for _, a := range list {
				at := name + ":" + strconv.Itoa(a.line)
				wrong, reason := a.wrong(), unmet[at]
				if wrong != "" && reason == "" {
					t.Errorf("%s: %s: %s", at, a.says, wrong)
				}
				if wrong == "" && reason != "" {
					t.Errorf("%s holds, though listed as unmet", at)
				}
			}
		})
	}
}

// The suite asks for that in a comment: what a message cannot hold is refused before memory is set aside for it.
func TestOvershootTakesNoMemory(t *testing.T) {
	for _, a := range readSuite(t, "overshoot") {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, err := a.left.decode(a.types)
		runtime.ReadMemStats(&after)
		require.Error(t, err)
		require.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(1<<20), a.says)
	}
}

func readSuite(t testing.TB, name string) []assertion {
	src, err := os.ReadFile(filepath.Join(suiteDir, name+".test.did"))
	if errors.Is(err, fs.ErrNotExist) {
		t.Skip("the official Candid suite is not in ../shared/data/candid")
	}
	require.NoError(t, err)
	list, f := parseSuite(string(src))
	if f != nil {
		t.Fatal(name, f.inText(string(src)))
	}
	return list
}

func parseSuite(src string) ([]assertion, *fault) {
	p, f := newParser(src)
	if f != nil {
		return nil, f
	}
	var list []assertion
	scope, f := p.definitions()
	for f == nil && p.peek().kind != tokenEnd {
		var a assertion
		if a, f = p.assertion(scope); f == nil {
			a.line = 1 + strings.Count(src[:a.line], "\n")
			list = append(list, a)
			f = p.expect(";", "after an assertion")
		}
	}
	return list, f
}

func (p *parser) assertion(s *scope) (a assertion, f *fault) {
	a.line = p.peek().pos
	if f = p.expect("assert", "and an input"); f != nil {
		return a, f
	}
	if a.left, f = p.input(); f != nil {
		return a, f
	}
	a.decodes = true
	switch {
	case p.is("!") && p.second().is(":"):
		p.take()
		a.decodes = false
	case p.is("=") || p.is("!"):
		a.equal = p.take().is("=")
		p.take()
		if a.right, f = p.input(); f != nil {
			return a, f
		}
	}
	if f = p.expect(":", "and types"); f != nil {
		return a, f
	}
	if a.types, f = p.closedTuple(s); f != nil {
		return a, f
	}
	if p.peek().kind == tokenText {
		a.says = p.take().text
	}
	return a, nil
}

func (p *parser) input() (*input, *fault) {
	message := p.accept("blob")
	if p.peek().kind != tokenText {
		return nil, p.unexpected("an input in quotes")
	}
	return &input{message, p.take().text}, nil
}
