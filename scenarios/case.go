package scenarios

import (
	"icsim/sim/explore"
)

// Case gives the run of a seed to a sweep.
func (s *Spec) Case(seed uint64) (*explore.Case, error) {
	config, err := s.Compile(seed)
	if err != nil {
		return nil, err
	}
	return &explore.Case{Config: config, Name: s.Rename}, nil
}
