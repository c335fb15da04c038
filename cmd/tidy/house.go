package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// checkTopLevel demands that the root holds what is named, all of it being optional, and nothing else.
func checkTopLevel(r *report, t *tree) error {
	entries, err := os.ReadDir(t.root)
	if err != nil {
		return err
	}
	ignored, err := os.ReadFile(filepath.Join(t.root, ".gitignore"))
	if err != nil && !os.IsNotExist(err) {
		return err
	}
	for _, e := range entries {
		name := e.Name()
		allowed := strings.HasPrefix(name, ".") || slices.Contains(strings.Fields(topLevel), name) ||
			ignores(string(ignored), name)
		if !allowed {
			r.addAt(name, 1, "top level", "%s does not belong at the top level", name)
		}
	}
	return nil
}

// ignores tells whether a line of .gitignore names an entry of the root.
func ignores(gitignore, name string) bool {
	for _, line := range strings.Fields(gitignore) {
		glob := strings.Trim(line, "/")
		if ok, err := filepath.Match(glob, name); err == nil && ok {
			return true
		}
	}
	return false
}

// checkPackage demands that a package has a telling name and says what it is.
func checkPackage(r *report, p *pkg) {
	var code []*file
	for _, f := range p.files {
		if !f.test {
			code = append(code, f)
		}
	}
	if len(code) == 0 {
		return
	}
	name := code[0].ast.Name
	for _, word := range append(strings.Split(p.path, "/"), name.Name) {
		if slices.Contains(strings.Fields(vagueNames), word) {
			r.add(name.Pos(), "name", "the name %s does not say what the package is for", word)
			break
		}
	}
	if !slices.ContainsFunc(code, func(f *file) bool { return f.ast.Doc != nil }) {
		r.add(name.Pos(), "doc", "package %s has no doc.go that says what it models", p.path)
	}
}
