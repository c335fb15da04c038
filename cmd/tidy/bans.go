package main

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strings"
)

// checkBans holds a file that is no test code to the bans on what its statements do.
func checkBans(r *report, f *file) {
	b := &banned{report: r, file: f}
	if inForce("goroutines", f) {
		ast.Inspect(f.ast, b.goroutines)
	}
	if inForce("clock", f) {
		ast.Inspect(f.ast, b.clock)
	}
	if inForce("init", f) {
		ast.Inspect(f.ast, b.init)
	}
	if f.info == nil {
		return
	}
	if inForce("maps", f) {
		b.maps()
	}
	if inForce("variables", f) {
		ast.Inspect(f.ast, b.variables)
	}
	if inForce("floats", f) {
		ast.Inspect(f.ast, b.floats)
	}
}

type banned struct {
	*report
	file *file
}

func (b *banned) line(pos token.Pos) int { return b.fset.Position(pos).Line }

func (b *banned) goroutines(n ast.Node) bool {
	what := ""
	switch n := n.(type) {
	case *ast.GoStmt:
		what = "go"
	case *ast.SelectStmt:
		what = "select"
	case *ast.ChanType:
		what = "chan"
	case *ast.SendStmt:
		what = "<-"
	case *ast.UnaryExpr:
		if n.Op == token.ARROW {
			what = "<-"
		}
	}
	if what != "" {
		b.add(n.Pos(), "goroutines", "%s in %s: goroutines live in sim/event, sim/memo and cmd", what, b.file.pkg.path)
	}
	return true
}

// clockFunctions are what package time has of the wall clock. Durations and dates are free.
var clockFunctions = []string{"Now", "Since", "Until", "Sleep", "After", "AfterFunc", "Tick", "NewTimer", "NewTicker", "Timer", "Ticker"}

func (b *banned) clock(n ast.Node) bool {
	sel, ok := n.(*ast.SelectorExpr)
	if !ok || !b.isPackage(sel.X, "time") || !slices.Contains(clockFunctions, sel.Sel.Name) {
		return true
	}
	b.add(n.Pos(), "clock", "time.%s in %s: the wall clock is read in cmd only", sel.Sel.Name, b.file.pkg.path)
	return true
}

// isPackage tells whether an expression names an imported package.
func (b *banned) isPackage(x ast.Expr, path string) bool {
	id, ok := x.(*ast.Ident)
	if !ok {
		return false
	}
	if b.file.info != nil {
		name, ok := b.file.info.Uses[id].(*types.PkgName)
		return ok && name.Imported().Path() == path
	}
	return id.Name == path[strings.LastIndex(path, "/")+1:]
}

func (b *banned) init(n ast.Node) bool {
	if fn, ok := n.(*ast.FuncDecl); ok && fn.Recv == nil && fn.Name.Name == "init" {
		b.add(n.Pos(), "init", "func init in %s: what a package is must not depend on who imports it", b.file.pkg.path)
	}
	return true
}

// floats reports expressions of a float type, once a line. Untyped constants such as 1e9 are exact.
func (b *banned) floats(n ast.Node) bool {
	if fn, ok := n.(*ast.FuncDecl); ok && fn.Doc != nil &&
		b.file.marks.between(b.line(fn.Doc.Pos()), b.line(fn.Name.Pos()), "float") {
		return false
	}
	x, ok := n.(ast.Expr)
	if !ok || b.file.marks.excuse(b.line(x.Pos()), "float") {
		return true
	}
	tv, ok := b.file.info.Types[x]
	if !ok || tv.Type == nil {
		return true
	}
	if basic, ok := tv.Type.Underlying().(*types.Basic); ok && basic.Info()&types.IsUntyped == 0 &&
		basic.Info()&(types.IsFloat|types.IsComplex) != 0 {
		b.add(x.Pos(), "floats", "a %s in %s: floats decide nothing; mark it //tidy:float with the reason if it does not", basic, b.file.pkg.path)
	}
	return true
}
