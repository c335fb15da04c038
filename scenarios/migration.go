package scenarios

import (
	"slices"
	"strings"

	"icsim/protocol"
	"icsim/sim"
)

// A Migration is what a change of the registry does to canisters that are moved to another subnet.
type Migration struct {
	Kind      string // of migrationKinds
	Canisters []string
	To        string          // of complete_migration: where prepare_migration said
	From      protocol.NodeID // of split: whose state is divided
	Upload    protocol.NodeID // of split: gets the part of To
	lines     []int           // of Canisters
}

// migrationKinds are the steps, in the order of sim.MigrationStep; then one by which they are taken with the subnet's state.
var migrationKinds = []string{"migrate", "prepare_migration", "reroute", "complete_migration", splitKind}

const splitKind = "split"

func migrationKind(f *object) string {
	i := slices.IndexFunc(migrationKinds, f.has)
	if i < 0 {
		return ""
	}
	return migrationKinds[i]
}

// migration reads { migrate: tally, to: app-b }. Which canisters there are is known later, see migrations.
func (p *parser) migration(f *object, c *Change, kind string) {
	m := &Migration{Kind: kind}
	for _, w := range f.words(kind) {
		m.Canisters, m.lines = append(m.Canisters, w.text), append(m.lines, w.line)
	}
	if kind != "complete_migration" {
		if m.To = required(f, "to", texts("the name of a subnet")); m.To != "" {
			p.findSubnet(word{m.To, f.at("to")})
		}
	}
	if kind == splitKind {
		m.From, m.Upload = p.oneNode(f, "from"), p.oneNode(f, "upload")
	}
	c.Migration = m
}

// migrations follows where canisters are moved, in order of time, and reports steps that cannot be. Of each the Change's subnet is the one
// that they come from.
func (p *parser) migrations() {
	lives, prepared := map[string]string{}, map[string]*Change{}
	for i := range p.spec.Canisters {
		lives[p.spec.Canisters[i].Name] = p.spec.Canisters[i].Subnet
	}
	for i := range p.spec.Changes {
		c := &p.spec.Changes[i]
		m := c.Migration
		if m == nil {
			continue
		}
		known := len(p.problems)
		for k, name := range m.Canisters {
			p.knownCanister(word{name, m.lines[k]})
		}
		if known == len(p.problems) {
			p.moves(c, lives, prepared)
		}
	}
}

// moves follows one step: lives has where canisters are, prepared who is about to move.
func (p *parser) moves(c *Change, lives map[string]string, prepared map[string]*Change) {
	m := c.Migration
	before := prepared[m.Canisters[0]]
	c.Subnet = lives[m.Canisters[0]]
	if m.Kind == "complete_migration" && before != nil {
		c.Subnet, m.To = before.Subnet, before.Migration.To
	}
	told := m.Kind == "reroute" || m.Kind == "complete_migration" || m.Kind == splitKind
	for _, name := range m.Canisters {
		switch {
		case told && (before == nil || prepared[name] != before || len(m.Canisters) != len(before.Migration.Canisters)):
			p.fail(c.line, "%s has the canisters of a prepare_migration before it, and just those", m.Kind)
			return
		case m.Kind == "complete_migration":
		case lives[name] != c.Subnet:
			p.fail(c.line, "%s lives on %s at %s, and %s on %s; write two changes",
				m.Canisters[0], c.Subnet, printDuration(c.At), name, lives[name])
			return
		case m.To == c.Subnet:
			p.fail(c.line, "%s lives on %s already at %s", name, m.To, printDuration(c.At))
			return
		}
	}
	for _, name := range m.Canisters {
		switch m.Kind {
		case "prepare_migration":
			prepared[name] = c
		case "complete_migration":
			delete(prepared, name)
		default:
			lives[name] = m.To
		}
	}
}

// isFounded reports whether a subnet is there at genesis, so that its principal can be told.
func (p *parser) isFounded(name string) bool {
	return slices.ContainsFunc(p.spec.Subnets, func(s Subnet) bool { return s.Name == name && !s.Created })
}

// compileMigration gives canisters their ids: those that follow one another make a range.
func (s *Spec) compileMigration(m *Migration) sim.Migration {
	out := sim.Migration{
		What: m.Kind + " " + strings.Join(m.Canisters, ", ") + " to " + m.To,
		Step: sim.MigrationStep(1 + slices.Index(migrationKinds, m.Kind)), To: s.subnetIndex(m.To),
	}
	all := s.canisterIDs()
	var ids []protocol.CanisterID
	for _, name := range m.Canisters {
		ids = append(ids, all[name])
	}
	slices.Sort(ids)
	for _, id := range slices.Compact(ids) {
		if n := len(out.Canisters); n > 0 && out.Canisters[n-1].Last+1 == id {
			out.Canisters[n-1].Last = id
		} else {
			out.Canisters = append(out.Canisters, protocol.CanisterSpan{First: id, Last: id})
		}
	}
	return out
}

// compileSplit gives the split that a step is.
func (s *Spec) compileSplit(m *Migration) *sim.Split {
	x := s.compileMigration(m)
	return &sim.Split{What: x.What, Canisters: x.Canisters, To: x.To, From: m.From, Upload: m.Upload}
}

func (s *Spec) resolvedMigration(m *Migration, e *entry) string {
	e.add(m.Kind, list(m.Canisters)).addIf(m.Kind != "complete_migration", "to", quote(m.To))
	if m.Kind == splitKind {
		e.add("from", quote(s.NodeName(m.From))).add("upload", quote(s.NodeName(m.Upload)))
	}
	return e.String()
}

// withoutMigrations gives the changes without what moves some canisters.
func withoutMigrations(changes []Change, gone func(string) bool) (left []Change) {
	for _, c := range changes {
		if m := c.Migration; m != nil {
			rest := *m
			rest.Canisters = slices.DeleteFunc(slices.Clone(m.Canisters), gone)
			if c.Migration = &rest; len(rest.Canisters) == 0 {
				continue
			}
		}
		left = append(left, c)
	}
	return left
}
