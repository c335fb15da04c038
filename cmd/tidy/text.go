package main

import (
	"bytes"
	"go/ast"
	"go/token"
	"regexp"
	"unicode/utf8"
)

var (
	unfinished   = regexp.MustCompile(`\b(TO` + `DO|FIX` + `ME|XX` + `X)\b`)
	machinePath  = regexp.MustCompile(`(^|[^\w.)/-])/(work|tmp|root|home)/`)
	generatedRow = regexp.MustCompile(`^// Code generated .* DO NOT EDIT\.$`)
)

// checkText looks at a file as a reader does: its length, its lines, its remarks.
func checkText(r *report, t *tree, f *file) {
	checkLengths(r, t, f)
	for i, line := range bytes.Split(f.src, []byte("\n")) {
		if n := utf8.RuneCount(line); n > mostColumns {
			r.addAt(f.name, i+1, "columns", "the line has %d columns; %d are the most", n, mostColumns)
		}
	}
	for _, group := range f.ast.Comments {
		for _, c := range group.List {
			if word := unfinished.FindString(c.Text); word != "" {
				r.add(c.Pos(), "unfinished", "a %s is work that was called done", word)
			}
			if !f.test {
				checkMachinePath(r, c.Pos(), c.Text)
			}
		}
	}
	ast.Inspect(f.ast, func(n ast.Node) bool {
		if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING && !f.test {
			checkMachinePath(r, lit.Pos(), lit.Value)
		}
		return true
	})
}

func checkMachinePath(r *report, pos token.Pos, text string) {
	if path := machinePath.FindStringSubmatch(text); path != nil {
		r.add(pos, "machine path", "/%s/ is a place on one machine only", path[2])
	}
}

// checkLengths bounds files and functions.
func checkLengths(r *report, t *tree, f *file) {
	line := func(pos token.Pos) int { return t.fset.Position(pos).Line }
	for _, group := range f.ast.Comments {
		if group.Pos() < f.ast.Package && generatedRow.MatchString(group.List[0].Text) {
			return
		}
	}
	if n := bytes.Count(f.src, []byte("\n")); n > mostFileLines && !f.marks.between(1, line(f.ast.Package), "long") {
		r.addAt(f.name, 1, "long file", "the file has %d lines; %d are the most without //tidy:long", n, mostFileLines)
	}
	for _, d := range f.ast.Decls {
		fn, ok := d.(*ast.FuncDecl)
		if !ok {
			continue
		}
		first, last := line(fn.Pos()), line(fn.End())
		if n := last - first + 1; n > mostFunctionLines && !excusedFunction(t, f, fn, "long") {
			r.add(fn.Name.Pos(), "long function", "%s has %d lines; %d are the most without //tidy:long",
				fn.Name.Name, n, mostFunctionLines)
		}
	}
}

// excusedFunction tells whether a mark stands in the comment of a function or on its first line.
func excusedFunction(t *tree, f *file, fn *ast.FuncDecl, names ...string) bool {
	first := t.fset.Position(fn.Pos()).Line
	if fn.Doc != nil {
		first = t.fset.Position(fn.Doc.Pos()).Line
	}
	return f.marks.between(first, t.fset.Position(fn.Name.Pos()).Line, names...)
}
