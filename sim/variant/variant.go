package variant

import (
	"slices"

	"icsim/protocol"
	"icsim/protocol/consensus"
	"icsim/protocol/messaging"
	"icsim/protocol/replica"
)

// A Variant is one changed rule.
type Variant struct {
	Name   string
	About  string // what nodes do otherwise, as a line that begins with a verb
	Breaks string // the check that notices, in a scenario where the rule matters; empty: none should
	Source string // where the rule was once in force; empty: nowhere

	// Apply changes what a node is about to be made from, and may give what is put around the machine; nil: nothing.
	Apply func(cfg *replica.Config) Wrap
	// Executor changes what executes the canisters of all nodes, which share it; nil: nothing.
	Executor func(protocol.Executor) protocol.Executor
	// Strays is what becomes of messages that are not where the routing table has them; nil: what is deployed.
	Strays *messaging.Strays
}

// A Wrap puts a machine around one.
type Wrap func(protocol.Machine) protocol.Machine

// All gives the variants that a scenario may name, in alphabetical order.
func All() []Variant {
	all := slices.Concat(history(), circumstances(), Planted())
	slices.SortFunc(all, func(a, b Variant) int {
		if a.Name < b.Name {
			return -1
		}
		return 1
	})
	return all
}

// Find gives the variant of a name.
func Find(name string) (v Variant, ok bool) {
	for _, v := range All() {
		if v.Name == name {
			return v, true
		}
	}
	return v, false
}

// Make makes a node's machine: build makes it from the changed configuration.
func Make(cfg replica.Config, variants []Variant, build func(replica.Config) protocol.Machine) protocol.Machine {
	var wraps []Wrap
	for _, v := range variants {
		if v.Apply == nil {
			continue
		}
		if w := v.Apply(&cfg); w != nil {
			wraps = append(wraps, w)
		}
	}
	m := build(cfg)
	for _, w := range wraps {
		m = w(m)
	}
	return m
}

// Executor makes what executes canisters.
func Executor(e protocol.Executor, variants []Variant) protocol.Executor {
	for _, v := range variants {
		if v.Executor != nil {
			e = v.Executor(e)
		}
	}
	return e
}

// Strays gives the rules that message routing has in place of the deployed ones, or nil.
func Strays(variants []Variant) *messaging.Strays {
	for _, v := range variants {
		if v.Strays != nil {
			return v.Strays
		}
	}
	return nil
}

// A Replacement makes a component that may ask the deployed one.
type Replacement func(cfg *consensus.Config, env *consensus.Env, deployed consensus.Component) consensus.Component

// Replace puts a component in place of the one of a name (consensus.DefaultComponents).
func Replace(cfg *replica.Config, name string, with Replacement) {
	before := cfg.Components
	if before == nil {
		before = consensus.DefaultComponents
	}
	cfg.Components = func(c *consensus.Config, env *consensus.Env) []consensus.Named {
		components := before(c, env)
		for i := range components {
			if components[i].Name == name {
				components[i].Component = with(c, env, components[i].Component)
			}
		}
		return components
	}
}

// Component is the variant that replaces one component of consensus.
func Component(name string, with Replacement) func(*replica.Config) Wrap {
	return func(cfg *replica.Config) Wrap {
		Replace(cfg, name, with)
		return nil
	}
}

// A component is a function that serves as one.
type component func(r *consensus.Reader, now consensus.Clock, out []consensus.ChangeAction) []consensus.ChangeAction

func (f component) OnStateChange(
	r *consensus.Reader, now consensus.Clock, out []consensus.ChangeAction,
) []consensus.ChangeAction {
	return f(r, now, out)
}

// keeping is the deployed component, of whose changes only those are made that keep approves of.
func keeping(
	deployed consensus.Component, keep func(*consensus.Reader, consensus.Clock, *consensus.ChangeAction) bool,
) consensus.Component {
	return component(func(r *consensus.Reader, now consensus.Clock, out []consensus.ChangeAction) []consensus.ChangeAction {
		n := len(out)
		out = deployed.OnStateChange(r, now, out)
		kept := slices.DeleteFunc(out[n:], func(a consensus.ChangeAction) bool { return !keep(r, now, &a) })
		return out[:n+len(kept)]
	})
}

// after wraps a machine: edit sees what each step got and may change what it puts out.
func after(edit func(in *protocol.Input, out *protocol.Outputs)) Wrap {
	return func(inner protocol.Machine) protocol.Machine { return &wrapped{inner, edit} }
}

type wrapped struct {
	inner protocol.Machine
	edit  func(*protocol.Input, *protocol.Outputs)
}

// Inner is the machine that variants are put around, for who looks into it.
func Inner(m protocol.Machine) protocol.Machine {
	for {
		w, ok := m.(interface{ within() protocol.Machine })
		if !ok {
			return m
		}
		m = w.within()
	}
}

func (w *wrapped) within() protocol.Machine { return w.inner }

func (w *wrapped) Step(in *protocol.Input, out *protocol.Outputs) {
	w.inner.Step(in, out)
	w.edit(in, out)
}
