package scenarios

import (
	"icsim/canister/wasm"
	"icsim/sim/explore"
)

// Case gives the run of a seed to a sweep, with compiled modules that its runs share; nil: it has its own.
func (s *Spec) Case(seed uint64, modules *wasm.Cache) (*explore.Case, error) {
	config, err := s.Compile(seed)
	if err != nil {
		return nil, err
	}
	config.Modules = modules
	return &explore.Case{Config: config, Name: s.Rename}, nil
}
