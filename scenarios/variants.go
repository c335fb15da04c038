package scenarios

import (
	"slices"

	"icsim/sim/variant"
)

// variants reads the names of rules that nodes follow in place of the deployed ones.
func (p *parser) variants(o *object) {
	var known []string
	for _, v := range variant.All() {
		known = append(known, v.Name)
	}
	for _, w := range o.words("variants") {
		if !slices.Contains(known, w.text) {
			p.fail(w.line, "there is no variant %q; %s", shorten(w.text), oneOf(w.text, known))
			continue
		}
		if slices.Contains(p.spec.Variants, w.text) {
			p.fail(w.line, "the variant %s is there already", w.text)
			continue
		}
		p.spec.Variants = append(p.spec.Variants, w.text)
	}
}
