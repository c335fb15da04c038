package explore

import (
	"fmt"
	"iter"
	"math"
	"slices"
	"strconv"
	"strings"
)

// Seeds are ranges of seeds, ascending and apart.
type Seeds []Range

// A Range is the seeds First … Last.
type Range struct{ First, Last uint64 }

// Endless is Last of a range without an end.
const Endless = math.MaxUint64

// wantSeeds is what ParseSeeds accepts.
const wantSeeds = "want such as 1..1000, 7 or 1..100,500..520; 1.. has no end"

// ParseSeeds reads 1..1000, 7, lists of these, and 1.. for a range without an end.
func ParseSeeds(text string) (Seeds, error) {
	var all Seeds
	for _, part := range strings.Split(text, ",") {
		from, to, several := strings.Cut(strings.TrimSpace(part), "..")
		first, err := strconv.ParseUint(from, 10, 64)
		last := first
		if err == nil && several {
			if last = Endless; to != "" {
				last, err = strconv.ParseUint(to, 10, 64)
			}
		}
		switch {
		case err != nil:
			return nil, fmt.Errorf("%q are no seeds; %s", part, wantSeeds)
		case last < first:
			return nil, fmt.Errorf("the seeds %q end before they begin; %s", part, wantSeeds)
		}
		all = append(all, Range{first, last})
	}
	slices.SortFunc(all, func(a, b Range) int {
		if a.First < b.First {
			return -1
		}
		return 1
	})
	for i := 1; i < len(all); i++ {
		if all[i].First <= all[i-1].Last {
			return nil, fmt.Errorf("the seed %d is in %q twice; a sweep runs each seed once", all[i].First, text)
		}
	}
	return all, nil
}

// Endless tells whether there is no last seed.
func (s Seeds) Endless() bool { return len(s) > 0 && s[len(s)-1].Last == Endless }

// Count is how many seeds there are; of endless ones it means nothing.
func (s Seeds) Count() (n uint64) {
	for _, r := range s {
		n += r.Last - r.First + 1
	}
	return n
}

// Has tells whether a seed is among them.
func (s Seeds) Has(seed uint64) bool {
	return slices.ContainsFunc(s, func(r Range) bool { return r.First <= seed && seed <= r.Last })
}

// All gives the seeds in ascending order.
func (s Seeds) All() iter.Seq[uint64] {
	return func(yield func(uint64) bool) {
		for _, r := range s {
			for seed := r.First; ; seed++ {
				if !yield(seed) {
					return
				}
				if seed == r.Last {
					break
				}
			}
		}
	}
}

// String writes seeds as ParseSeeds reads them.
func (s Seeds) String() string {
	parts := make([]string, len(s))
	for i, r := range s {
		switch {
		case r.First == r.Last:
			parts[i] = strconv.FormatUint(r.First, 10)
		case r.Last == Endless:
			parts[i] = fmt.Sprintf("%d..", r.First)
		default:
			parts[i] = fmt.Sprintf("%d..%d", r.First, r.Last)
		}
	}
	return strings.Join(parts, ",")
}
