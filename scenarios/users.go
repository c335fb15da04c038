package scenarios

import "slices"

// anonymous is the word for who signs nothing.
const anonymous = "anonymous"

// everyUser takes the users, and the names of clients, which are users too: those who stand above may be named below, and the
// other way round.
func (p *parser) everyUser(o *object) {
	if i := slices.Index(o.keys, "clients"); i >= 0 {
		for _, item := range o.values[i].Content {
			item = resolve(item)
			for k := 0; k+1 < len(item.Content); k += 2 {
				if item.Content[k].Value == "name" {
					p.users = append(p.users, item.Content[k+1].Value)
				}
			}
		}
	}
	for _, w := range o.words("users") {
		switch {
		case !nameForm.MatchString(w.text):
			p.fail(w.line, "user %q is not %s", shorten(w.text), nameWant)
		case w.text == anonymous:
			p.fail(w.line, "anonymous is nobody in particular; want another name")
		case slices.Contains(p.users, w.text):
			p.fail(w.line, "the user %s is there already; each client is a user, too", w.text)
		default:
			p.users = append(p.users, w.text)
			p.spec.Users = append(p.spec.Users, w.text)
		}
	}
}

func (p *parser) isUser(name string) bool { return slices.Contains(p.users, name) }

// signer reports who cannot sign.
func (p *parser) signer(w word) {
	if w.text != anonymous && !p.isUser(w.text) {
		p.fail(w.line, "there is no user %q; %s", shorten(w.text), oneOf(w.text, append(slices.Clone(p.users), anonymous)))
	}
}

// controllers takes who may change a canister: users, anonymous or canisters, which may stand below.
func (p *parser) controllers(f *object, c *Canister) {
	if !f.has("controllers") {
		f.take("controllers")
		return
	}
	words := f.words("controllers")
	if len(words) > maxControllers {
		f.fail("controllers", "%d controllers; at most %d are allowed", len(words), maxControllers)
	}
	c.Controllers = p.parties(words)
}

// maxControllers is the interface's bound (reference/interface.md A.6).
const maxControllers = 10

// parties takes users, anonymous or canisters, which may stand below.
func (p *parser) parties(words []word) []string {
	names := []string{}
	for _, w := range words {
		names = append(names, w.text)
		if w.text != anonymous && !p.isUser(w.text) {
			p.named = append(p.named, w)
		}
	}
	return names
}

// known reports parties that are neither users nor canisters.
func (p *parser) known() {
	for _, w := range p.named {
		if p.findCanister(w.text) >= 0 {
			continue
		}
		all := append(slices.Clone(p.users), anonymous)
		for i := range p.spec.Canisters {
			all = append(all, p.spec.Canisters[i].Name)
		}
		p.fail(w.line, "there is no user or canister %q; %s", shorten(w.text), oneOf(w.text, all))
	}
}
