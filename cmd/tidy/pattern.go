package main

import (
	"fmt"
	"strings"
)

// A pattern names packages by their path in the module: "sim/event", "sim/..." with all below, "..." for all.
type pattern string

func (p pattern) matches(pkg string) bool {
	stem, tree := strings.CutSuffix(string(p), "...")
	if !tree {
		return pkg == stem
	}
	stem = strings.TrimSuffix(stem, "/")
	return stem == "" || pkg == stem || strings.HasPrefix(pkg, stem+"/")
}

func anyMatches(patterns []pattern, pkg string) bool {
	for _, p := range patterns {
		if p.matches(pkg) {
			return true
		}
	}
	return false
}

// A row is a line of a table: a key and the packages it speaks of, with exceptions.
type row struct {
	key              string
	packages, except []pattern
}

// parseTable reads "key : packages | exceptions" lines. A line without a colon goes on with the one before.
func parseTable(text string) []row {
	var rows []row
	for _, line := range strings.Split(text, "\n") {
		key, rest, starts := strings.Cut(line, ":")
		if starts {
			rows = append(rows, row{key: strings.TrimSpace(key)})
		} else {
			rest = line
		}
		packages, except, _ := strings.Cut(rest, "|")
		if len(rows) == 0 {
			if strings.TrimSpace(line) != "" {
				panic(fmt.Sprintf("tidy: table begins with %q", line))
			}
			continue
		}
		r := &rows[len(rows)-1]
		r.packages = append(r.packages, patterns(packages)...)
		r.except = append(r.except, patterns(except)...)
	}
	return rows
}

func patterns(text string) []pattern {
	var out []pattern
	for _, word := range strings.Fields(text) {
		out = append(out, pattern(word))
	}
	return out
}

// covers tells whether the row speaks of a package.
func (r row) covers(pkg string) bool {
	return anyMatches(r.packages, pkg) && !anyMatches(r.except, pkg)
}

// forPackage finds the row whose key, a pattern, fits a package most closely: a plain name before a tree,
// a longer one before a shorter.
func forPackage(rows []row, pkg string) *row {
	var best *row
	for i := range rows {
		r := &rows[i]
		if pattern(r.key).matches(pkg) && (best == nil || closeness(r.key) > closeness(best.key)) {
			best = r
		}
	}
	return best
}

func closeness(key string) int {
	if stem, tree := strings.CutSuffix(key, "/..."); tree {
		return 2*len(stem) + 1
	}
	return 2*len(key) + 2
}
