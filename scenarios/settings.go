package scenarios

import (
	"slices"
	"strings"

	"icsim/canister/management"
)

// changeable are the settings that update_settings in a scenario may change.
var changeable = []string{
	"compute_allocation", "memory_allocation", "freezing_threshold", "reserved_cycles_limit", "wasm_memory_limit", "wasm_memory_threshold",
	"environment_variables", "log_visibility",
}

// A Retuning is some settings of a canister, by name, with their new values.
type Retuning struct {
	Named []string
	Resources
}

// retune takes the settings that a step changes: those that it names.
func (p *parser) retune(f *object) *Retuning {
	c := &Retuning{}
	for _, key := range changeable {
		if f.has(key) {
			c.Named = append(c.Named, key)
		}
	}
	if len(c.Named) == 0 && !f.broken {
		p.fail(f.line, "update_settings changes one or more of %s", enumerate(changeable))
	}
	c.Resources = p.resources(f)
	if len(c.Logs) > 0 && c.Logs[0] != public {
		f.fail("log_visibility", "log_visibility of update_settings is public or controllers; name viewers with the canister")
	}
	return c
}

// compile gives the settings that are named; all others stay as they are.
func (c *Retuning) compile() management.Settings {
	s := *c.Resources.compile()
	if s.Environment == nil {
		s.Environment = &[]management.EnvironmentVariable{}
	}
	if s.LogVisibility == nil {
		s.LogVisibility = &management.Visibility{Controllers: &management.Null{}}
	}
	for name, forget := range map[string]func(){
		"compute_allocation":    func() { s.ComputeAllocation = nil },
		"memory_allocation":     func() { s.MemoryAllocation = nil },
		"freezing_threshold":    func() { s.FreezingThreshold = nil },
		"reserved_cycles_limit": func() { s.ReservedCyclesLimit = nil },
		"wasm_memory_limit":     func() { s.WasmMemoryLimit = nil },
		"wasm_memory_threshold": func() { s.WasmMemoryThreshold = nil },
		"environment_variables": func() { s.Environment = nil },
		"log_visibility":        func() { s.LogVisibility = nil },
	} {
		if !slices.Contains(c.Named, name) {
			forget()
		}
	}
	return s
}

// resolved writes the settings that are named.
func (c *Retuning) resolved(e *entry) {
	all := new(entry)
	c.Resources.resolved(all)
	for _, f := range all.fields {
		if name, value, _ := strings.Cut(f, ": "); slices.Contains(c.Named, name) {
			e.add(name, value)
		}
	}
}
