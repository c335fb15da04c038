package main

import (
	"go/ast"
	"go/types"
	"slices"
)

// sorters take an unordered sequence and put it in order.
var sorters = []string{"Sorted", "SortedFunc", "SortedStableFunc"}

// maps reports iterations over maps, and over the sequences of package maps, that are neither sorted on the spot nor marked.
func (b *banned) maps() {
	sorted := map[ast.Expr]bool{}
	ast.Inspect(b.file.ast, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.CallExpr:
			if sel, ok := n.Fun.(*ast.SelectorExpr); ok && len(n.Args) > 0 && b.isPackage(sel.X, "slices") &&
				slices.Contains(sorters, sel.Sel.Name) {
				sorted[n.Args[0]] = true
			}
			if sel, ok := n.Fun.(*ast.SelectorExpr); ok && b.isPackage(sel.X, "maps") && !sorted[n] &&
				slices.Contains([]string{"Keys", "Values", "All"}, sel.Sel.Name) {
				b.unordered(n, "maps."+sel.Sel.Name)
			}
		case *ast.RangeStmt:
			if t := b.file.info.TypeOf(n.X); t != nil && overMap(t) && (n.Key != nil || n.Value != nil) {
				b.unordered(n, "range over a map")
			}
		}
		return true
	})
}

// overMap tells whether a type is a map, or a type parameter that may be one.
func overMap(t types.Type) bool {
	if p, ok := t.(*types.TypeParam); ok {
		t = p.Constraint()
	}
	switch t := t.Underlying().(type) {
	case *types.Map:
		return true
	case *types.Union:
		for term := range t.Terms() {
			if overMap(term.Type()) {
				return true
			}
		}
	case *types.Interface:
		for e := range t.EmbeddedTypes() {
			if overMap(e) {
				return true
			}
		}
	}
	return false
}

func (b *banned) unordered(n ast.Node, what string) {
	if !b.file.marks.excuse(b.line(n.Pos()), "sorted", "unordered") {
		b.add(n.Pos(), "maps", "%s in %s: its order is chance; sort, or mark it //tidy:sorted or //tidy:unordered with the reason",
			what, b.file.pkg.path)
	}
}
