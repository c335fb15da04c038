package planner

import "icsim/scenarios"

// A search seeks the greatest load, in steps of a 1/16 of the plan's, for which a predicate holds that holds below whatever it holds for.
// It asks one load at a time: next says which, told takes the answer.
type search struct {
	holds, fails int64 // the greatest that held, the least that failed; 0: none yet
	most         int64 // beyond which nobody asks
	precision    int64 // part of the result that it may miss: 1/precision
}

// grain is the load that a plan states, in steps of the search.
const grain = 16

func newSearch(most scenarios.Factor) *search {
	return &search{most: max(grain, grain*int64(most.Num)/int64(most.Den)), precision: 8}
}

// next gives the load to ask about; 0: the search has ended.
func (s *search) next() int64 {
	switch {
	case s.holds == 0 && s.fails == 0:
		return grain
	case s.fails == 0: // it held whatever was asked
		if s.holds >= s.most {
			return 0
		}
		return min(2*s.holds, s.most)
	case s.holds == 0: // it never held
		return s.fails / 2
	}
	if gap := s.fails - s.holds; gap <= 1 || gap*s.precision <= s.holds {
		return 0
	}
	return (s.holds + s.fails) / 2
}

// told takes the answer for a load.
func (s *search) told(load int64, held bool) {
	if held {
		s.holds = max(s.holds, load)
	} else if s.fails == 0 || load < s.fails {
		s.fails = load
	}
}

// bounded tells whether more was asked for than it carries; otherwise it carries most, and may carry more.
func (s *search) bounded() bool { return s.fails != 0 }
