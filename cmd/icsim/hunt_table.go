package main

import (
	"fmt"
	"slices"

	"icsim/sim/variant"
)

// table shows what a hunt has found.
func (h *hunt) table() string {
	rows := &table{}
	rows.row("planted bug", "names", "red", "blind", "guided", "with corpus")
	rows.align(false, false, false, true, true, true)
	count, sum := map[string]int{}, map[string]uint64{}
	ratios := map[string][]float64{}
	for _, name := range h.variants {
		runs, red := map[string]uint64{}, ""
		cells := map[string]string{}
		for i := range h.done {
			f := &h.done[i]
			if f.Variant != name {
				continue
			}
			cells[f.Search] = "-"
			if runs[f.Search] = f.Runs; f.Runs > 0 {
				cells[f.Search] = fmt.Sprint(f.Runs)
				count[f.Search]++
				sum[f.Search] += f.Runs
				if red == "" {
					red = f.Red
				}
			}
		}
		for _, search := range []string{guided, fromCorpus} {
			if runs[blind] > 0 && runs[search] > 0 {
				ratios[search] = append(ratios[search], float64(runs[blind])/float64(runs[search]))
			}
		}
		v, _ := variant.Find(name)
		rows.row(name, v.Breaks, red, cells[blind], cells[guided], cells[fromCorpus])
	}
	p := &report{}
	for i := range h.done {
		if f := &h.done[i]; f.Variant == deployed {
			p.line("deployed protocol, %s, seeds %s: %s", f.Search, f.Seeds, f.tell())
		}
	}
	p.line("\n%s", rows)
	for _, search := range []string{blind, guided, fromCorpus} {
		p.line("%s: %d of %d found, in %d runs together", search, count[search], len(h.variants), sum[search])
	}
	for _, search := range []string{guided, fromCorpus} {
		if r := ratios[search]; len(r) > 0 {
			p.line("blind takes %.2f times the runs of %s (median of %d found by both)", median(r), search, len(r))
		}
	}
	return p.String()
}

func median(all []float64) float64 {
	slices.Sort(all)
	n := len(all)
	return (all[(n-1)/2] + all[n/2]) / 2
}
