package scenarios

import (
	"fmt"
	"math/big"
	"slices"
	"strconv"
	"strings"
	"time"

	"icsim/canister/library"
	"icsim/crypto/principal"
	"icsim/protocol"
	"icsim/sim/adversary"
)

// settings takes what a canister of the library is told: settings: { calls: tally, count: 10 }.
func (p *parser) settings(f *object, canister string) (given []Setting) {
	n := f.take("settings")
	if n == nil {
		return nil
	}
	all := library.Canisters()
	i := slices.IndexFunc(all, func(x library.Canister) bool { return x.Name == canister })
	if i < 0 {
		f.fail("settings", "settings go with library; a module gets an arg")
		return nil
	}
	s := p.object(n, "the settings of a "+canister)
	for _, x := range all[i].Settings {
		if s.has(x.Name) {
			given = append(given, Setting{x.Name, x.Kind, p.setting(s, x)})
		} else {
			s.take(x.Name)
		}
	}
	s.done()
	return given
}

func (p *parser) setting(s *object, x library.Setting) any {
	switch x.Kind {
	case library.Number:
		return optional(s, x.Name, numbers(), 0)
	case library.Duration:
		return optional(s, x.Name, spans(0, maxDuration), 0)
	case library.Text:
		return optional(s, x.Name, texts("a text"), "")
	case library.Blob:
		return optional(s, x.Name, blobs(), nil)
	}
	var canisters []string
	for _, w := range s.words(x.Name) {
		p.callees = append(p.callees, w)
		canisters = append(canisters, w.text)
	}
	return canisters
}

// numbers are of things: 1000 or 20M.
func numbers() kind[uint64] {
	const want = "a whole number such as 1000, 20M or 3B"
	return kind[uint64]{want, func(text string) (uint64, error) {
		if n, err := strconv.ParseUint(strings.ReplaceAll(text, "_", ""), 10, 64); err == nil {
			return n, nil
		}
		v, err := amount.whole(text)
		if err != nil || !v.IsUint64() {
			return 0, fmt.Errorf("is not %s", want)
		}
		return v.Uint64(), nil
	}}
}

// resolved writes a setting's value.
func (s *Setting) resolved() string {
	switch v := s.Value.(type) {
	case uint64:
		return strconv.FormatUint(v, 10)
	case time.Duration:
		return duration.print(big.NewInt(int64(v)))
	case string:
		return strconv.Quote(v)
	case []byte:
		return printBlob(v)
	case []string:
		return list(v)
	}
	panic(fmt.Sprintf("scenarios: setting %s has value %v", s.Name, s.Value))
}

// libraryArg gives the argument that makes the library's module one of its canisters.
func libraryArg(name string, given []Setting, ids map[string]protocol.CanisterID) ([]byte, error) {
	settings := make(map[string]any, len(given))
	for _, s := range given {
		settings[s.Name] = s.Value
		if names, ok := s.Value.([]string); ok {
			var called []principal.ID
			for _, name := range names {
				called = append(called, ids[name].Principal())
			}
			settings[s.Name] = called
		}
	}
	return library.Arg(name, settings)
}

// strategies are the names of what attackers may do.
func strategies() []string {
	names, _ := adversary.Names()
	return names
}
