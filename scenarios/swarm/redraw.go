package swarm

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// A Redraw takes the draws of a name from another seed. All else of a scenario stays as it is, since draws share nothing. The name run
// stands for the chance of the run itself.
type Redraw struct {
	Name string
	Seed uint64
}

// FormatRedraws writes redraws as ParseRedraws reads them.
func FormatRedraws(redraws []Redraw) string {
	parts := make([]string, len(redraws))
	for i, r := range redraws {
		parts[i] = fmt.Sprintf("%s=%d", r.Name, r.Seed)
	}
	return strings.Join(parts, ",")
}

func redrawFlag(redraws []Redraw) string {
	if len(redraws) == 0 {
		return ""
	}
	return " --redraw '" + FormatRedraws(redraws) + "'"
}

// ParseRedraws reads such as "end cut=12,run=7". Names are those that the scenario of a seed draws.
func ParseRedraws(text string, seed uint64, o Options) ([]Redraw, error) {
	var all []Redraw
	for _, part := range strings.Split(text, ",") {
		name, number, _ := strings.Cut(part, "=")
		name = strings.TrimSpace(name)
		value, err := strconv.ParseUint(strings.TrimSpace(number), 10, 64)
		if err != nil {
			return nil, fmt.Errorf("%q is no redraw; want the name of a draw and a seed, such as 'end cut=12', with commas between", part)
		}
		all = redrawn(all, Redraw{name, value})
	}
	o.Redraws = all
	known := Names(seed, o)
	for _, r := range all {
		if !slices.Contains(known, r.Name) {
			return nil, fmt.Errorf("the scenario of seed %d draws no %q; it draws %s", seed, r.Name, strings.Join(known, ", "))
		}
	}
	return all, nil
}

// redrawn puts a redraw in place of an earlier one of its name.
func redrawn(redraws []Redraw, r Redraw) []Redraw {
	redraws = slices.DeleteFunc(slices.Clone(redraws), func(old Redraw) bool { return old.Name == r.Name })
	return append(redraws, r)
}
