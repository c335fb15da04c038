package scenarios

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"icsim/canister"
	"icsim/canister/management"
	"icsim/protocol"
	"icsim/sim"
)

// Resources are the settings that a canister has from genesis on, beside its controllers (reference/interface.md B.1).
type Resources struct {
	Compute       int   // percent
	Memory        int64 // bytes
	Freezing      time.Duration
	Reserved      protocol.Cycles
	HeapLimit     int64 // bytes; 0: none
	HeapThreshold int64
	Environment   []management.EnvironmentVariable // in the order written
	Logs          []string                         // who sees them beside controllers: users and canisters, or the word public
}

// Bounds of settings (reference/interface.md A.6 and B.1).
const (
	maxMemory        = 1 << 48
	maxFreezing      = maxDuration
	maxViewers       = 10
	maxVariables     = 20
	maxVariableBytes = 128
	public           = "public"
	onlyControllers  = "controllers"
)

func percents() kind[int] {
	const want = "a whole percentage such as 10%"
	return kind[int]{want + ", from 0% to 100%", func(text string) (int, error) {
		n, err := strconv.Atoi(strings.TrimSuffix(text, "%"))
		if err != nil || n != 0 && !strings.HasSuffix(text, "%") {
			return 0, fmt.Errorf("is not %s", want)
		}
		if n < 0 || n > 100 {
			return 0, fmt.Errorf("is out of range; want from 0%% to 100%%")
		}
		return n, nil
	}}
}

func (p *parser) resources(f *object) Resources {
	def := canister.DefaultSettings()
	var r Resources
	r.Compute = optional(f, "compute_allocation", percents(), int(def.ComputeAllocation.Lo))
	r.Memory = optional(f, "memory_allocation", sizes(0, maxMemory), int64(def.MemoryAllocation.Lo))
	r.Freezing = optional(f, "freezing_threshold", spans(0, maxFreezing), time.Duration(def.FreezingThreshold.Lo)*time.Second)
	if r.Freezing%time.Second != 0 {
		f.fail("freezing_threshold", "freezing_threshold %s is not a whole number of seconds", printDuration(r.Freezing))
	}
	r.Reserved = optional(f, "reserved_cycles_limit", cycles(), def.ReservedCyclesLimit)
	r.HeapLimit = optional(f, "wasm_memory_limit", sizes(0, maxMemory), int64(def.WasmMemoryLimit.Lo))
	r.HeapThreshold = optional(f, "wasm_memory_threshold", sizes(0, maxMemory), int64(def.WasmMemoryThreshold.Lo))
	r.Environment = p.environment(f)
	r.Logs = p.viewers(f)
	return r
}

// environment takes the variables that ic0.env_var_* tells.
func (p *parser) environment(f *object) (all []management.EnvironmentVariable) {
	const key = "environment_variables"
	n := f.take(key)
	if n == nil {
		return nil
	}
	o := p.object(n, key)
	for _, name := range o.keys {
		v := management.EnvironmentVariable{Name: name, Value: optional(o, name, texts("a text"), "")}
		if len(v.Name) > maxVariableBytes || len(v.Value) > maxVariableBytes {
			o.fail(name, "%s and its value may have %d bytes each", shorten(name), maxVariableBytes)
		}
		all = append(all, v)
	}
	if len(all) > maxVariables {
		f.fail(key, "%d environment variables; at most %d are allowed", len(all), maxVariables)
	}
	return all
}

// viewers takes who may read the log: a word for controllers alone or for all, or names.
func (p *parser) viewers(f *object) []string {
	words := f.words("log_visibility")
	if !f.has("log_visibility") {
		return nil
	}
	if len(words) == 1 && words[0].text == onlyControllers {
		return nil
	}
	if len(words) == 1 && words[0].text == public {
		return []string{public}
	}
	if len(words) > maxViewers {
		f.fail("log_visibility", "%d allowed viewers; at most %d are allowed", len(words), maxViewers)
	}
	return p.parties(words)
}

// admit reports canisters whose settings their subnet cannot grant, by the rules of update_settings.
func (p *parser) admit() {
	for i := range p.spec.Subnets {
		sub := &p.spec.Subnets[i]
		ctx := &protocol.RoundContext{Nodes: p.spec.size(sub), System: sub.Type == protocol.SystemSubnet}
		var installs []canister.Install
		var lines []int
		for k := range p.spec.Canisters {
			if c := &p.spec.Canisters[k]; c.Subnet == sub.Name {
				installs = append(installs, canister.Install{
					ID: sim.FirstCanister(i) + protocol.CanisterID(len(installs)), Cycles: c.Cycles, Settings: c.Resources.compile(),
				})
				lines = append(lines, c.line)
			}
		}
		if at, err := canister.Admit(ctx, installs); err != nil {
			p.fail(lines[at], "no canister of the subnet %s can have such settings: %v", sub.Name, err)
		}
	}
}

// compile gives the settings in the management canister's words. Who sees logs, of those who are named, comes later.
func (r *Resources) compile() *management.Settings {
	nat := func(n uint64) *management.Nat { return &management.Nat{Lo: n} }
	s := &management.Settings{
		ComputeAllocation: nat(uint64(r.Compute)), MemoryAllocation: nat(uint64(r.Memory)),
		FreezingThreshold: nat(uint64(r.Freezing / time.Second)), ReservedCyclesLimit: &r.Reserved,
		WasmMemoryLimit: nat(uint64(r.HeapLimit)), WasmMemoryThreshold: nat(uint64(r.HeapThreshold)),
	}
	if len(r.Environment) > 0 {
		s.Environment = &r.Environment
	}
	if slices.Equal(r.Logs, []string{public}) {
		s.LogVisibility = &management.Visibility{Public: &management.Null{}}
	}
	return s
}

func (r *Resources) resolved(e *entry) {
	e.add("compute_allocation", fmt.Sprintf("%d%%", r.Compute)).add("memory_allocation", printSize(r.Memory)).
		add("freezing_threshold", printDuration(r.Freezing)).add("reserved_cycles_limit", printCycles(r.Reserved)).
		add("wasm_memory_limit", printSize(r.HeapLimit)).add("wasm_memory_threshold", printSize(r.HeapThreshold))
	variables := new(entry)
	for _, v := range r.Environment {
		variables.add(strconv.Quote(v.Name), strconv.Quote(v.Value))
	}
	e.addIf(len(r.Environment) > 0, "environment_variables", variables.String())
	if r.Logs == nil {
		e.add("log_visibility", onlyControllers)
	} else {
		e.add("log_visibility", list(r.Logs))
	}
}
