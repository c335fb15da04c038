package canister

import (
	"cmp"
	"slices"
	"unicode/utf8"

	m "icsim/canister/management"
	"icsim/crypto/principal"
	"icsim/protocol"
)

// settings are what controllers decide about a canister (interface.md B.1).
type settings struct {
	controllers []principal.ID // ascending
	compute     uint64         // percent of a core that is the canister's own
	memory      uint64         // bytes that are paid for and kept for it, used or not
	threshold   uint64         // freezing threshold, in seconds
	reservable  protocol.Cycles
	incoming    protocol.Cycles // a call from another canister brings at least so much
	logs        m.Visibility
	logBytes    uint64       // that the log may hold
	shots       m.Visibility // who may see snapshots
	inspectors  m.Visibility // who may ask for the status
	heapLimit   uint64       // bytes of main memory; 0: no limit
	heapLow     uint64       // bytes left under the limit from which on the canister is warned
	environment []m.EnvironmentVariable
}

// Bounds of settings (interface.md A.6 and B.1).
const (
	maxControllers   = 10
	maxViewers       = 10
	maxVariables     = 20
	maxVariableBytes = 128 // of a name, and of a value
	maxHeapLimit     = 1 << 48
	maxComputeSum    = 299 // percent: (threads − 1)·100 % less 1 % (protocol.md section D)
	defaultHeapLimit = 3 << 30
	defaultReserve   = 5_000_000_000_000
)

func defaultSettings(controllers ...principal.ID) settings {
	return settings{
		controllers: controllersOf(controllers), threshold: freezingThreshold, reservable: protocol.CyclesOf(defaultReserve),
		logs: onlyControllers(), logBytes: defaultLogBytes, shots: onlyControllers(), inspectors: onlyControllers(), heapLimit: defaultHeapLimit,
	}
}

func onlyControllers() m.Visibility { return m.Visibility{Controllers: &m.Null{}} }

// controllersOf sorts controllers and drops those named twice.
func controllersOf(ids []principal.ID) []principal.ID {
	sorted := slices.Clone(ids)
	slices.SortFunc(sorted, principal.ID.Compare)
	return slices.Compact(sorted)
}

// with gives the settings with changes, or says which of them cannot be.
func (s settings) with(w *m.Settings) (settings, *fault) {
	if w == nil {
		return s, nil
	}
	if w.Controllers != nil {
		if len(*w.Controllers) > maxControllers {
			return s, badSetting("%d controllers, at most %d are allowed", len(*w.Controllers), maxControllers)
		}
		s.controllers = controllersOf(*w.Controllers)
	}
	const most64 = 1<<64 - 1
	for _, n := range []struct {
		to    *uint64
		value *m.Nat
		most  uint64
		name  string
	}{
		{&s.compute, w.ComputeAllocation, 100, "compute_allocation"},
		{&s.memory, w.MemoryAllocation, 1 << 48, "memory_allocation"},
		{&s.threshold, w.FreezingThreshold, most64, "freezing_threshold"},
		{&s.heapLimit, w.WasmMemoryLimit, maxHeapLimit, "wasm_memory_limit"},
		{&s.logBytes, w.LogMemoryLimit, maxLogBytes, "log_memory_limit"},
		{&s.heapLow, w.WasmMemoryThreshold, maxHeapLimit, "wasm_memory_threshold"},
	} {
		if n.value == nil {
			continue
		}
		if n.value.Hi != 0 || n.value.Lo > n.most {
			return s, badSetting("%s is %s, at most %d is allowed", n.name, n.value, n.most)
		}
		*n.to = n.value.Lo
	}
	if w.ReservedCyclesLimit != nil {
		s.reservable = *w.ReservedCyclesLimit
	}
	if w.MinimumIncoming != nil {
		s.incoming = *w.MinimumIncoming
	}
	return s.withLists(w)
}

func (s settings) withLists(w *m.Settings) (settings, *fault) {
	for _, v := range []struct {
		to    *m.Visibility
		value *m.Visibility
	}{{&s.logs, w.LogVisibility}, {&s.shots, w.SnapshotVisibility}, {&s.inspectors, w.StatusVisibility}} {
		if v.value == nil {
			continue
		}
		if v.value.Viewers != nil && len(*v.value.Viewers) > maxViewers {
			return s, badSetting("%d allowed viewers, at most %d are allowed", len(*v.value.Viewers), maxViewers)
		}
		*v.to = *v.value
	}
	if w.Environment == nil {
		return s, nil
	}
	variables := slices.Clone(*w.Environment)
	if len(variables) > maxVariables {
		return s, badSetting("%d environment variables, at most %d are allowed", len(variables), maxVariables)
	}
	slices.SortFunc(variables, func(a, b m.EnvironmentVariable) int { return cmp.Compare(a.Name, b.Name) })
	for i, v := range variables {
		if len(v.Name) > maxVariableBytes || len(v.Value) > maxVariableBytes || !utf8.ValidString(v.Name) {
			return s, badSetting("an environment variable has a name or value of more than %d bytes", maxVariableBytes)
		}
		if i > 0 && variables[i-1].Name == v.Name {
			return s, badSetting("the environment variable %q is there twice", v.Name)
		}
	}
	s.environment = variables
	return s, nil
}

func badSetting(format string, args ...any) *fault {
	return refusal(errInvalidManagement, "Error decoding candid: "+format, args...)
}

// definite shows the settings as canister_status tells them.
func (s settings) definite() m.Definite {
	nat := protocol.CyclesOf
	return m.Definite{
		Controllers: s.controllers, ComputeAllocation: nat(s.compute), MemoryAllocation: nat(s.memory),
		FreezingThreshold: nat(s.threshold), ReservedCyclesLimit: s.reservable, MinimumIncoming: s.incoming,
		LogVisibility: s.logs, LogMemoryLimit: nat(s.logBytes), SnapshotVisibility: s.shots, StatusVisibility: s.inspectors,
		WasmMemoryLimit: nat(s.heapLimit), WasmMemoryThreshold: nat(s.heapLow), Environment: s.environment,
	}
}

// shows reports whether somebody may look at what a visibility guards.
func (c *Canister) shows(v m.Visibility, to principal.ID) bool {
	return v.Public != nil || c.isController(to) || v.Viewers != nil && slices.Contains(*v.Viewers, to)
}

// appendTo covers the settings for a state's hash.
func (s settings) appendTo(b []byte) []byte { return appendBlob(b, m.Encode(s.definite())) }
