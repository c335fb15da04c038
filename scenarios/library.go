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
	"icsim/sim"
	"icsim/sim/adversary"
)

// settings takes what a canister of the library is told: settings: { calls: tally, count: 10 }.
func (p *parser) settings(f *object, c *Canister) {
	n := f.take("settings")
	if n == nil {
		return
	}
	all := library.Canisters()
	i := slices.IndexFunc(all, func(x library.Canister) bool { return x.Name == c.Library })
	if i < 0 {
		f.fail("settings", "settings go with library; a module gets an arg")
		return
	}
	if c.Arg != nil {
		f.fail("settings", "an argument is given by one of arg and settings")
	}
	s := p.object(n, "the settings of a "+c.Library)
	for _, x := range all[i].Settings {
		if s.has(x.Name) {
			c.Settings = append(c.Settings, Setting{x.Name, x.Kind, p.setting(s, x)})
		} else {
			s.take(x.Name)
		}
	}
	s.done()
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

// fromLibrary gives a canister the library's module and the argument that makes it one of the library.
func fromLibrary(c *sim.Canister, from *Canister, ids map[string]protocol.CanisterID) error {
	settings := make(map[string]any, len(from.Settings))
	for _, s := range from.Settings {
		settings[s.Name] = s.Value
		if names, ok := s.Value.([]string); ok {
			var called []principal.ID
			for _, name := range names {
				called = append(called, ids[name].Principal())
			}
			settings[s.Name] = called
		}
	}
	var err error
	if c.Module, err = library.Module(); err != nil {
		return err
	}
	c.Library = true
	if c.Arg == nil {
		c.Arg, err = library.Arg(from.Library, settings)
	}
	return err
}

// strategies are the names of what attackers may do.
func strategies() []string {
	names, _ := adversary.Names()
	return names
}
