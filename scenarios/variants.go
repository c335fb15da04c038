package scenarios

import (
	"fmt"
	"slices"

	"icsim/sim/variant"
)

// Vary adds variants by name.
func (s *Spec) Vary(names ...string) error {
	for _, name := range names {
		if _, ok := variant.Find(name); !ok {
			return fmt.Errorf("there is no variant %q; %s", shorten(name), oneOf(name, variants()))
		}
		if !slices.Contains(s.Variants, name) {
			s.Variants = append(s.Variants, name)
		}
	}
	return nil
}

func variants() (names []string) {
	for _, v := range variant.All() {
		names = append(names, v.Name)
	}
	return names
}

// variants reads the names of rules that nodes follow in place of the deployed ones.
func (p *parser) variants(o *object) {
	for _, w := range o.words("variants") {
		before := len(p.spec.Variants)
		if err := p.spec.Vary(w.text); err != nil {
			p.fail(w.line, "%v", err)
		} else if len(p.spec.Variants) == before {
			p.fail(w.line, "the variant %s is there already", w.text)
		}
	}
}
