package link

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"icsim/canister/wasm"
	"icsim/canister/wasm/module"
)

// maxInstructions bounds what a package may do before it has told what it is: the Internet Computer's bound for an installation.
const maxInstructions = 300e9

// A description is what a module tells of itself.
type description struct {
	exports []string
	candid  string
}

// describe runs the start function of a draft and then cdk_describe. The system is not there yet: whoever calls it fails.
func describe(draft *module.Module) (*description, error) {
	var said []string
	engine := wasm.NewEngine(wasm.Config{Hosts: mute(draft, &said)})
	defer engine.Close()
	m, err := engine.Compile(draft.Encode(), wasm.CompileOptions{})
	if err != nil {
		return nil, fmt.Errorf("what the compiler made is no canister: %w", err)
	}
	started := engine.Execute(m, m.InitialImage(), wasm.Entry{Kind: wasm.EntryStart}, maxInstructions, nil)
	if started.Trap != nil {
		return nil, errors.New("the package cannot be initialised: " + reason(said, started.Trap))
	}
	said = nil
	asked := engine.Execute(m, started.Image, wasm.Entry{Name: exportDescribe}, maxInstructions, nil)
	if asked.Trap != nil {
		return nil, errors.New("the package cannot describe itself: " + reason(said, asked.Trap))
	}
	if len(said) == 0 {
		return &description{exports: []string{}}, nil
	}
	last := len(said) - 1
	return &description{exports: slices.Clone(said[:last]), candid: said[last]}, nil
}

// reason is what Go printed of a panic, without the stack, or the trap.
func reason(said []string, trap *wasm.Trap) string {
	text, _, _ := strings.Cut(strings.Join(said, ""), "\n\ngoroutine ")
	if text = strings.TrimSpace(strings.TrimPrefix(text, "panic: ")); text != "" {
		return text
	}
	return trap.Error()
}

// mute gives the imports that a module has, none of which answers; debug_print is heard.
func mute(m *module.Module, said *[]string) []wasm.HostFunc {
	var hosts []wasm.HostFunc
	for _, im := range m.Imports {
		t := m.Types[im.Type]
		fn := func(c *wasm.Call, _ []uint64) { c.Trap("ic0." + im.Name + " is called before the canister is there") }
		switch im.Name {
		case icPrint:
			fn = func(c *wasm.Call, s []uint64) {
				*said = append(*said, string(c.Bytes(uint64(uint32(s[0])), uint64(uint32(s[1])))))
			}
		case icTime:
			fn = func(_ *wasm.Call, s []uint64) { s[0] = startTime }
		case icTrap:
			fn = func(c *wasm.Call, s []uint64) { c.Trap(string(c.Bytes(uint64(uint32(s[0])), uint64(uint32(s[1]))))) }
		}
		hosts = append(hosts, wasm.HostFunc{Module: im.Module, Name: im.Name, Params: t.Params, Results: t.Results, Fn: fn})
	}
	return hosts
}
