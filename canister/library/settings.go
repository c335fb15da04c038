package library

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"icsim/canister/cdk/candid"
	"icsim/crypto/principal"
)

// A Setting of a canister.
type Setting struct {
	Name  string
	Kind  Kind
	About string
}

// Kind is the type of a setting.
type Kind uint8

// The kinds, and the Go types that Arg takes for them.
const (
	Number     Kind = iota // uint64
	Duration               // time.Duration
	Text                   // string
	Blob                   // []byte
	Principals             // []principal.ID
)

// String says what is expected.
func (k Kind) String() string {
	switch k {
	case Number:
		return "a number of 0 or more"
	case Duration:
		return "a duration of 0 or more"
	case Text:
		return "a text"
	case Blob:
		return "bytes"
	}
	return "a list of canisters"
}

// Arg gives the argument of canister_init that makes a canister one of the library. The error says which name or setting
// there is not, or what a setting has to be, and what there is.
func Arg(name string, settings map[string]any) ([]byte, error) {
	all := Canisters()
	i := slices.IndexFunc(all, func(c Canister) bool { return c.Name == name })
	if i < 0 {
		return nil, fmt.Errorf("the library has no canister %q; there are %s", name, strings.Join(Names(), ", "))
	}
	var fields []candid.Field
	for _, s := range all[i].Settings {
		given, ok := settings[s.Name]
		if !ok {
			continue
		}
		v, ok := s.Kind.encode(given)
		if !ok {
			return nil, fmt.Errorf("%s: %s is %v; it has to be %s", name, s.Name, given, s.Kind)
		}
		fields = append(fields, candid.Of(s.Name, v))
	}
	if len(fields) < len(settings) {
		return nil, unknown(&all[i], settings)
	}
	return candid.Encode(candid.NewText(name), candid.NewRecord(fields...)), nil
}

func (k Kind) encode(given any) (v candid.Value, ok bool) {
	switch given := given.(type) {
	case uint64:
		return candid.NewNat64(given), k == Number
	case time.Duration:
		return candid.NewNat64(uint64(given)), k == Duration && given >= 0
	case string:
		return candid.NewText(given), k == Text
	case []byte:
		return candid.NewBlob(given), k == Blob
	case []principal.ID:
		var ids []candid.Value
		for _, id := range given {
			ids = append(ids, candid.NewPrincipal(id.Bytes()))
		}
		return candid.NewVec(ids...), k == Principals
	}
	return candid.Value{}, false
}

// unknown names a setting that the canister does not have.
func unknown(c *Canister, settings map[string]any) error {
	var given, known []string
	for name := range settings { //tidy:sorted below
		given = append(given, name)
	}
	slices.Sort(given)
	for _, s := range c.Settings {
		known = append(known, s.Name)
	}
	i := slices.IndexFunc(given, func(name string) bool { return !slices.Contains(known, name) })
	return fmt.Errorf("%s has no setting %q; there are %s", c.Name, given[i], strings.Join(known, ", "))
}
