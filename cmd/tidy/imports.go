package main

import (
	"go/ast"
	"strings"
)

// checkImports holds the imports of a file to the arrows, the modules from outside to their places, and the standard
// library to the bans that cover a package whole.
func checkImports(r *report, t *tree, f *file) {
	for _, spec := range f.ast.Imports {
		path := importPath(spec)
		ours, isOurs := t.ours(path)
		first, _, _ := strings.Cut(path, "/")
		switch {
		case isOurs:
			checkArrow(r, f, spec, ours)
		case strings.Contains(first, "."):
			checkExternal(r, f, spec, path)
		case !f.testCode():
			checkStandard(r, f, spec, path)
		}
	}
}

func checkArrow(r *report, f *file, spec *ast.ImportSpec, to string) {
	from := f.pkg.path
	below := strings.HasPrefix(to, from+"/")
	kit := strings.HasSuffix(to, "test")
	if kit && !f.testCode() {
		r.add(spec.Pos(), "arrow", "%s is a kit for tests, and %s is no test", to, from)
		return
	}
	if kit || below || from == to {
		return
	}
	if row := forPackage(parseTable(arrows), from); row != nil && row.covers(to) {
		return
	}
	if row := forPackage(parseTable(testArrows), from); f.testCode() && row != nil && row.covers(to) {
		return
	}
	r.add(spec.Pos(), "arrow", "%s may not import %s", from, to)
}

func checkExternal(r *report, f *file, spec *ast.ImportSpec, path string) {
	tables := externals
	if f.testCode() {
		tables += testExternals
	}
	var places []string
	for _, row := range parseTable(tables) {
		if path != row.key && !strings.HasPrefix(path, row.key+"/") {
			continue
		}
		if row.covers(f.pkg.path) {
			return
		}
		for _, p := range row.packages {
			places = append(places, string(p))
		}
	}
	if places == nil {
		r.add(spec.Pos(), "external", "%s is not among the modules that we depend on", path)
		return
	}
	r.add(spec.Pos(), "external", "%s may not import %s; it has its place in %s", f.pkg.path, path, strings.Join(places, " "))
}

func checkStandard(r *report, f *file, spec *ast.ImportSpec, path string) {
	for _, row := range parseTable(bannedImports) {
		for _, banned := range row.packages {
			if string(banned) == path && inForce(row.key, f) {
				r.add(spec.Pos(), row.key, "%s may not import %s", f.pkg.path, path)
			}
		}
	}
}

// inForce tells whether a ban holds in a file.
func inForce(ban string, f *file) bool {
	for _, row := range parseTable(bans) {
		if row.key == ban {
			return row.covers(f.pkg.path)
		}
	}
	panic("tidy: there is no ban " + ban)
}
