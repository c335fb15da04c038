package main

import (
	"cmp"
	"fmt"
	"go/token"
	"slices"
)

// A finding is one breach of one rule.
type finding struct {
	file     string
	line     int
	rule     string
	sentence string
}

func (f finding) String() string {
	return fmt.Sprintf("%s:%d: %s [%s]", f.file, f.line, f.sentence, f.rule)
}

// A report collects findings.
type report struct {
	fset     *token.FileSet
	findings []finding
}

func (r *report) add(pos token.Pos, rule, format string, args ...any) {
	p := r.fset.Position(pos)
	r.addAt(p.Filename, p.Line, rule, format, args...)
}

func (r *report) addAt(file string, line int, rule, format string, args ...any) {
	r.findings = append(r.findings, finding{file, line, rule, fmt.Sprintf(format, args...)})
}

// sorted gives the findings by place, each once.
func (r *report) sorted() []finding {
	slices.SortFunc(r.findings, func(a, b finding) int {
		return cmp.Or(cmp.Compare(a.file, b.file), cmp.Compare(a.line, b.line),
			cmp.Compare(a.rule, b.rule), cmp.Compare(a.sentence, b.sentence))
	})
	return slices.Compact(r.findings)
}
