package scenarios

import (
	"bytes"
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"icsim/sim"
	"icsim/sim/check"
)

// Resolved writes the scenario with every default stated. It parses to the same scenario, also from another directory.
func (s *Spec) Resolved() []byte {
	w := &writer{}
	w.line("name: %s", s.Name)
	if s.About != "" {
		w.line("about: %s", strconv.Quote(s.About))
	}
	w.line("duration: %s", printDuration(s.Duration))
	if s.Until != 0 {
		w.line("until: %s", printDuration(s.Until))
	}
	w.line("crypto: %s", s.Crypto)
	w.line("seed: %d", s.Preferred)
	w.line("genesis: %s", s.Genesis.Format(time.RFC3339Nano))
	switch {
	case s.portable:
		w.line("replay: %s", strconv.Quote(s.Replay))
	case s.Replay != "":
		w.line("replay: %s", absolute(s.File, s.Replay))
	}
	w.line("network: %s", s.Network.resolved(s.File))
	genesis := slices.DeleteFunc(slices.Clone(s.Subnets), func(sub Subnet) bool { return sub.Created })
	section(w, "subnets", genesis, func(sub *Subnet) string { return sub.resolved().String() })
	if s.Spares.Nodes > 0 {
		w.line("spares: %s", s.Spares.resolved())
	}
	section(w, "changes", s.Changes, s.resolvedChange)
	if len(s.Users) > 0 {
		w.line("users: [%s]", strings.Join(s.Users, ", "))
	}
	section(w, "canisters", s.Canisters, func(c *Canister) string { return c.resolved(s.File).String() })
	section(w, "management", s.Management, func(m *Step) string {
		return m.resolved(new(entry), s.File).add("at", printDuration(m.At)).String()
	})
	section(w, "clients", s.Clients, func(k *Client) string { return k.resolved(s.File) })
	section(w, "outcalls", s.Outcalls, func(c *Outcall) string { return c.resolved().String() })
	section(w, "faults", s.Faults, func(f *Fault) string { return f.resolved().String() })
	section(w, "attackers", s.Attackers, func(a *Attacker) string { return a.resolved().String() })
	if len(s.Variants) > 0 {
		w.line("variants: %s", list(s.Variants))
	}
	liveness := new(entry).
		add("progress", printDuration(s.Liveness.Progress)).add("lag", printInt(uint64(s.Liveness.Lag))).
		add("freshness", printDuration(s.Liveness.Freshness))
	liveness.addIf(s.Liveness.CatchUp > 0, "catch_up", printDuration(s.Liveness.CatchUp))
	w.line("liveness: %s", liveness)
	if h := &s.Healing; h.At != 0 {
		w.line("healing: %s", new(entry).add("at", printDuration(h.At)).add("core", h.Core.String()).add("within", printDuration(h.Within)))
	}
	section(w, "branches", s.Branches, func(b *sim.Branch) string {
		return new(entry).add("at", strconv.Quote(b.Where())).add("seed", strconv.FormatUint(b.Seed, 10)).String()
	})
	if len(s.Expect) > 0 {
		w.line("expect:")
	}
	w.expectations(s.Expect)
	if len(s.Sometimes)+len(s.Situations) > 0 {
		w.line("sometimes:")
	}
	w.expectations(s.Sometimes)
	for _, name := range s.Situations {
		w.line("  - %s", name)
	}
	return w.Bytes()
}

// Recorded writes the scenario of a session that is recorded in a file beside it. What the scenario expects at its end goes, since the
// session ends when it ends.
func (s *Spec) Recorded(replay string) []byte {
	session := *s
	session.Replay, session.portable, session.Expect = replay, true, nil
	return session.Resolved()
}

type writer struct{ bytes.Buffer }

func (w *writer) line(format string, args ...any) { fmt.Fprintf(w, format+"\n", args...) }

func (w *writer) expectations(all []check.Expectation) {
	for _, e := range all {
		bounds := new(entry)
		bounds.addIf(e.Subnet != "", "of", e.Subnet)
		bounds.addIf(e.HasMin, "min", fmt.Sprint(e.Min))
		bounds.addIf(e.HasMax, "max", fmt.Sprint(e.Max))
		w.line("  - { %s: %s }", e.Quantity, bounds)
	}
}

func section[T any](w *writer, name string, items []T, resolved func(*T) string) {
	if len(items) > 0 {
		w.line("%s:", name)
	}
	for i := range items {
		w.line("  - %s", resolved(&items[i]))
	}
}

// An entry is a mapping on one line.
type entry struct{ fields []string }

func (e *entry) add(key, value string) *entry {
	e.fields = append(e.fields, key+": "+value)
	return e
}

func (e *entry) addIf(present bool, key, value string) {
	if present {
		e.add(key, value)
	}
}

func (e *entry) String() string { return "{ " + strings.Join(e.fields, ", ") + " }" }

// list writes one word as it is, several in brackets.
func list(words []string) string {
	quoted := make([]string, len(words))
	for i, w := range words {
		quoted[i] = quote(w)
	}
	if len(words) == 1 {
		return quoted[0]
	}
	return "[" + strings.Join(quoted, ", ") + "]"
}

// quote leaves plain words as they are.
func quote(text string) string {
	if nameForm.MatchString(text) && text != "true" && text != "false" && text != "null" {
		return text
	}
	return strconv.Quote(text)
}

func (t *Targets) String() string { return list(t.Names) }

func absolute(scenario, path string) string {
	path = beside(scenario, path)
	if full, err := filepath.Abs(path); err == nil {
		path = full
	}
	return strconv.Quote(path)
}

func (n *Network) resolved(scenario string) *entry {
	e := new(entry)
	switch {
	case n.World:
		e.add("latency", world)
	case n.Mainnet:
		e.add("latency", onMainnet)
	case n.Matrix != "":
		e.add("matrix", absolute(scenario, n.Matrix))
	default:
		e.add("uniform", printDuration(n.Uniform)).add("loss", printShare(int64(n.Loss)))
	}
	e.addIf(n.Requests != 0, "requests", printDuration(n.Requests))
	return e
}

func (s *Subnet) resolved() *entry {
	e := new(entry).add("name", quote(s.Name)).add("type", s.Type.String()).add("nodes", printInt(s.Nodes)).add("places", list(s.Places))
	e.addIf(len(s.Providers) > 0, "providers", list(s.Providers))
	e.add("uplink", printBandwidth(s.Uplink)).add("downlink", printBandwidth(s.Downlink))
	return s.resolvedParameters(e)
}

func (s *Subnet) resolvedParameters(e *entry) *entry {
	e.add("unit_delay", printDuration(s.UnitDelay)).add("notary_delay", printDuration(s.NotaryDelay)).
		add("dkg_interval", printInt(s.DKGInterval)).add("max_ingress_bytes", printSize(s.MaxIngressBytes)).
		add("max_ingress_messages", printInt(s.MaxIngressMessages)).
		add("max_block_ingress", printSize(s.MaxBlockIngress)).add("max_block_payload", printSize(s.MaxBlockPayload))
	e.addIf(s.Idle != 0, "idle_canisters", printInt(s.Idle))
	if s.ChainKeys != nil {
		e.chainKeys(s.ChainKeys)
	}
	return e
}

func (c *Canister) resolved(scenario string) *entry {
	e := new(entry).add("name", quote(c.Name)).add("subnet", quote(c.Subnet))
	c.Code.resolved(e, scenario)
	e.settings(c.Settings)
	c.Arg.resolved(e)
	e.addIf(c.Controllers != nil, "controllers", list(c.Controllers))
	e.add("cycles", printCycles(c.Cycles))
	c.Resources.resolved(e)
	return e
}

func (c *Code) resolved(e *entry, scenario string) {
	e.addIf(c.Library != "", "library", quote(c.Library))
	for _, file := range [...]struct{ key, path string }{{"module", c.Module}, {"motoko", c.Motoko}, {"candid", c.Candid}} {
		if file.path != "" {
			e.add(file.key, absolute(scenario, file.path))
		}
	}
}

func (e *entry) settings(given []Setting) {
	if len(given) == 0 {
		return
	}
	settings := new(entry)
	for i := range given {
		settings.add(given[i].Name, given[i].resolved())
	}
	e.add("settings", settings.String())
}

func (a *Argument) resolved(e *entry) {
	e.addIf(a.Bytes != nil, "arg", printBlob(a.Bytes))
	e.addIf(a.Payload != 0, "payload", printSize(a.Payload))
	if a.Text != nil {
		e.add("arg", strconv.Quote(a.Text.Text))
	}
}

// resolved writes what all steps have.
func (s *Step) resolved(e *entry, scenario string) *entry {
	if s.asks() {
		e.add(s.Kind, strconv.Quote(s.Canister+"."+s.Method))
	} else {
		e.add(s.Kind, quote(s.Canister))
	}
	if s.Kind == "upgrade" {
		s.Code.resolved(e, scenario)
		e.add("mode", s.Mode)
		e.settings(s.Settings)
	}
	e.addIf(s.Kind == "top_up", "cycles", printCycles(s.Cycles))
	if s.Retune != nil {
		s.Retune.resolved(e)
	}
	s.Arg.resolved(e)
	e.addIf(s.As != "", "as", quote(s.As))
	s.Answers.resolved(e)
	e.addIf(len(s.Save) > 0, "save", list(s.Save))
	e.addIf(s.Wait != 0, "wait", printDuration(s.Wait))
	return e
}

func (x *Expected) resolved(e *entry) {
	switch {
	case x.Reply != nil:
		e.add("expect", strconv.Quote(x.Reply.Text))
	case x.Any:
		e.add("expect", "any")
	case x.Reject != "":
		e.add("reject", strconv.Quote(x.Reject))
	}
	e.addIf(x.Increasing, "increasing", "true")
}

func (k *Client) resolved(scenario string) string {
	e := new(entry).add("name", quote(k.Name))
	switch {
	case k.Trace != "":
		e.add("trace", absolute(scenario, k.Trace))
	case len(k.Sequence) > 0:
		e.addIf(k.As != "", "as", quote(k.As))
		e.add("repeat", printInt(k.Repeat)).add("from", printDuration(k.From))
	case k.Every == 0:
		k.Step.resolved(e, scenario).add("at", printDuration(k.From))
	default:
		k.Step.resolved(e, scenario).add("every", printDuration(k.Every)).add("poisson", strconv.FormatBool(k.Poisson)).
			add("from", printDuration(k.From)).addIf(k.Count != 0, "count", printInt(k.Count))
		e.addIf(k.Burst != 1, "burst", printInt(k.Burst))
	}
	e.addIf(k.Until != 0, "until", printDuration(k.Until))
	e.addIf(k.Copies > 1, "copies", printInt(k.Copies))
	e.addIf(k.Place != "", "place", quote(k.Place))
	if len(k.Sequence) == 0 {
		return e.String()
	}
	text := strings.Join(e.fields, "\n    ") + "\n    sequence:"
	for i := range k.Sequence {
		s := &k.Sequence[i]
		step := s.resolved(new(entry), scenario)
		step.addIf(s.At != 0, "at", printDuration(s.At))
		text += "\n      - " + step.String()
	}
	return text
}

func (f *Fault) resolved() *entry {
	e, target := new(entry), f.Nodes.String()
	if f.Kind == "partition" {
		var groups []string
		for i := range f.Groups {
			groups = append(groups, f.Groups[i].String())
		}
		target = "[" + strings.Join(groups, ", ") + "]"
	}
	e.add(f.Kind, target).add("at", printDuration(f.At))
	switch f.Kind {
	case "crash", "swap_disks":
		e.addIf(f.For != 0, "restart_after", printDuration(f.For))
		e.addIf(f.LoseDisk, "lose_disk", "true")
		e.addIf(f.Torn, "torn", "true")
		e.addIf(f.Forgets != 0, "forgets", printDuration(f.Forgets))
		f.Chosen.resolved(e)
		return e
	case "partition":
		e.addIf(f.OneWay, "one_way", "true")
	case "cut", "clog":
		e.add("direction", f.Direction)
	case "link":
		e.add("to", f.To.String())
		e.addIf(f.OneWay, "one_way", "true")
	case "bandwidth":
		e.add("up", printBandwidth(f.Up)).add("down", printBandwidth(f.Down))
	case "clock_jump":
		e.add("by", printDuration(f.By))
	case "clock_drift":
		e.add("by", printShare(f.Drift))
	case "slow_cpu":
		e.add("factor", f.Factor.String())
	case "disk":
		e.addIf(f.Lose != 0, "lose", printShare(f.Lose))
		e.addIf(f.Misdirect != 0, "misdirect", printShare(f.Misdirect))
		e.addIf(f.Full, "full", "true")
		e.addIf(f.Factor != Factor{}, "slow", f.Factor.String())
	case "scheduler":
		e.addIf(f.Starve != 0, "starve", printInt(f.Starve))
		e.addIf(f.Starve != 0, "turn", printDuration(f.Turn))
	case "churn":
		e.add("faster", f.Factor.String())
	}
	e.addIf(f.Delay != 0, "delay", printDuration(f.Delay))
	e.addIf(f.Loss != 0, "loss", printShare(int64(f.Loss)))
	e.addIf(f.For != 0, "for", printDuration(f.For))
	f.Chosen.resolved(e)
	return e
}

func (c *Chosen) resolved(e *entry) {
	e.addIf(c.Pick != 0, "pick", printInt(c.Pick))
	e.addIf(c.Chance != 0, "probability", printShare(c.Chance))
	e.addIf(c.Ramp != 0, "ramp", printDuration(c.Ramp))
}
