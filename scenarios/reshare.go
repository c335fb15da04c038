package scenarios

import (
	"slices"
	"strings"

	"icsim/crypto/chainkey"
	"icsim/sim"
)

// A KeyChange is what becomes of chain keys: the subnet gets some that another holds, begins to sign with some that it holds, or ends to.
type KeyChange struct {
	Reshare                       []chainkey.KeyID
	From                          string // who holds them
	EnableSigning, DisableSigning []chainkey.KeyID
}

func (k *KeyChange) isNothing() bool {
	return len(k.Reshare)+len(k.EnableSigning)+len(k.DisableSigning) == 0
}

// keyIDs takes a list of chain keys.
func (p *parser) keyIDs(f *object, key string) (all []chainkey.KeyID) {
	for _, w := range f.words(key) {
		id, err := chainkey.ParseKeyID(w.text)
		switch {
		case err != nil:
			p.fail(w.line, "%q %s", shorten(w.text), err)
		case slices.Contains(all, id):
			p.fail(w.line, "the chain key %s is there twice", shorten(w.text))
		default:
			all = append(all, id)
		}
	}
	return all
}

// resharing reads which keys a subnet gets, and of whom.
func (p *parser) resharing(f *object, k *KeyChange) {
	k.Reshare = p.keyIDs(f, "reshare")
	k.From = optional(f, "from", texts("the name of a subnet"), "")
	switch {
	case f.has("from") && !f.has("reshare"):
		f.fail("from", "from goes with reshare: the chain keys that the subnet gets")
	case f.has("reshare") && !f.has("from"):
		f.fail("reshare", "reshare goes with from: the subnet that holds the chain keys")
	case k.From != "":
		p.findSubnet(word{k.From, f.at("from")})
	}
}

// signing reads which keys a subnet signs with from now on, or no longer.
func (p *parser) signing(f *object, k *KeyChange) {
	k.EnableSigning, k.DisableSigning = p.keyIDs(f, "enable_signing"), p.keyIDs(f, "disable_signing")
}

// A held key is one that a subnet has, or is to have.
type held struct {
	subnet string
	key    chainkey.KeyID
}

// followKeys goes through the changes in order of time, and reports what cannot be asked of subnets for the keys that they hold by then.
func (p *parser) followKeys() {
	signs := map[held]bool{}
	for i := range p.spec.Subnets {
		s := &p.spec.Subnets[i]
		if s.ChainKeys == nil {
			continue
		}
		for k := range s.ChainKeys.Keys {
			signs[held{s.Name, s.ChainKeys.Keys[k].ID}] = true
		}
	}
	for i := range p.spec.Changes {
		c := &p.spec.Changes[i]
		for _, key := range c.Reshare {
			_, has := signs[held{c.Subnet, key}]
			if _, can := signs[held{c.From, key}]; !can {
				p.fail(c.line, "%s does not hold the chain key %s at %s; %s", c.From, key, printDuration(c.At), p.holders(signs, key))
			} else if has {
				p.fail(c.line, "%s holds the chain key %s already at %s", c.Subnet, key, printDuration(c.At))
			}
			if !has {
				signs[held{c.Subnet, key}] = false
			}
		}
		p.followSigning(signs, c, c.EnableSigning, true)
		p.followSigning(signs, c, c.DisableSigning, false)
	}
}

func (p *parser) followSigning(signs map[held]bool, c *Change, keys []chainkey.KeyID, enabled bool) {
	for _, key := range keys {
		of := held{c.Subnet, key}
		switch signing, has := signs[of]; {
		case !has:
			p.fail(c.line, "%s does not hold the chain key %s at %s; %s; let it have the key by reshare and from", c.Subnet, key,
				printDuration(c.At), p.holders(signs, key))
		case signing == enabled && enabled:
			p.fail(c.line, "%s signs with the chain key %s already at %s", c.Subnet, key, printDuration(c.At))
		case signing == enabled:
			p.fail(c.line, "%s does not sign with the chain key %s at %s", c.Subnet, key, printDuration(c.At))
		}
		signs[of] = enabled
	}
}

// holders says who has a key.
func (p *parser) holders(signs map[held]bool, key chainkey.KeyID) string {
	var names []string
	for i := range p.spec.Subnets {
		if _, has := signs[held{p.spec.Subnets[i].Name, key}]; has {
			names = append(names, p.spec.Subnets[i].Name)
		}
	}
	switch len(names) {
	case 0:
		return "nobody does"
	case 1:
		return names[0] + " does"
	}
	return strings.Join(names, ", ") + " do"
}

// oneMakerAKey reports keys that two subnets would make, each its own under the same name.
func (p *parser) oneMakerAKey(lines []int) {
	made := map[chainkey.KeyID]string{}
	for i := range p.spec.Subnets {
		s := &p.spec.Subnets[i]
		if s.ChainKeys == nil {
			continue
		}
		for k := range s.ChainKeys.Keys {
			id := s.ChainKeys.Keys[k].ID
			if by, taken := made[id]; taken {
				p.fail(lines[i], "%s cannot make the chain key %s, since %s makes it; let a change reshare it", s.Name, id, by)
			} else {
				made[id] = s.Name
			}
		}
	}
}

func (k *KeyChange) compile(from int, to *sim.Change) {
	if len(k.Reshare) > 0 {
		to.Reshare = sim.Reshare{Keys: k.Reshare, From: from}
	}
	to.EnableSigning, to.DisableSigning = k.EnableSigning, k.DisableSigning
}

func (k *KeyChange) resolved(e *entry) {
	for _, t := range [...]struct {
		key  string
		keys []chainkey.KeyID
	}{{"reshare", k.Reshare}, {"enable_signing", k.EnableSigning}, {"disable_signing", k.DisableSigning}} {
		var names []string
		for _, id := range t.keys {
			names = append(names, id.String())
		}
		e.addIf(len(names) > 0, t.key, list(names))
	}
	e.addIf(k.From != "", "from", quote(k.From))
}
