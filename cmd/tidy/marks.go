package main

import (
	"go/ast"
	"go/token"
	"slices"
	"strings"
)

// A mark is a comment that excuses something: //tidy:NAME REASON.
type mark struct {
	name, reason string
	line         int
	pos          token.Pos
}

type marks []mark

var markNames = []string{"sorted", "unordered", "float", "long"}

func marksOf(fset *token.FileSet, f *ast.File) marks {
	var out marks
	for _, group := range f.Comments {
		for _, c := range group.List {
			if rest, ok := strings.CutPrefix(c.Text, "//tidy:"); ok {
				name, reason, _ := strings.Cut(rest, " ")
				out = append(out, mark{name, strings.TrimSpace(reason), fset.Position(c.Pos()).Line, c.Pos()})
			}
		}
	}
	return out
}

// excuse tells whether one of the names stands on the line or the one above.
func (m marks) excuse(line int, names ...string) bool {
	return m.between(line-1, line, names...)
}

func (m marks) between(first, last int, names ...string) bool {
	return slices.ContainsFunc(m, func(m mark) bool {
		return first <= m.line && m.line <= last && slices.Contains(names, m.name)
	})
}

// checkMarks demands that marks are known and say why.
func checkMarks(r *report, f *file) {
	for _, m := range f.marks {
		switch {
		case !slices.Contains(markNames, m.name):
			r.add(m.pos, "mark", "there is no mark tidy:%s; there are %s", m.name, strings.Join(markNames, ", "))
		case m.reason == "":
			r.add(m.pos, "mark", "the mark tidy:%s does not say why", m.name)
		}
	}
}
