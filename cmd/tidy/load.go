package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/build"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// A tree is the module under inspection.
type tree struct {
	root   string
	module string // its name in go.mod
	fset   *token.FileSet
	pkgs   []*pkg // by path
}

// A pkg is a directory with Go files.
type pkg struct {
	path  string // in the module; "." for the root
	files []*file
	kit   bool // test code, though not in test files
}

// A file is a Go file with what is known about it.
type file struct {
	name  string // from the root
	src   []byte
	ast   *ast.File
	pkg   *pkg
	test  bool
	marks marks
	info  *types.Info // nil when not type-checked
}

// testCode tells whether a file is exempt from what is asked of the code that runs.
func (f *file) testCode() bool { return f.test || f.pkg.kit }

// load reads the module at root.
func load(root string) (*tree, error) {
	mod, err := os.ReadFile(filepath.Join(root, "go.mod"))
	if err != nil {
		return nil, err
	}
	name, _, _ := strings.Cut(strings.TrimPrefix(string(mod), "module "), "\n")
	t := &tree{root: root, module: strings.TrimSpace(name), fset: token.NewFileSet()}
	err = filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.IsDir() {
			return err
		}
		base := d.Name()
		if path != root && (base == "testdata" || strings.HasPrefix(base, ".") || strings.HasPrefix(base, "_")) {
			return filepath.SkipDir
		}
		return t.addDirectory(path)
	})
	if err != nil {
		return nil, err
	}
	return t, t.check()
}

// addDirectory parses the Go files of a directory, if it has any.
func (t *tree) addDirectory(dir string) error {
	names, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil || len(names) == 0 {
		return err
	}
	path, err := filepath.Rel(t.root, dir)
	if err != nil {
		return err
	}
	p := &pkg{path: filepath.ToSlash(path), kit: strings.HasSuffix(path, "test")}
	for _, name := range names {
		src, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		shown := filepath.ToSlash(filepath.Join(path, filepath.Base(name)))
		parsed, err := parser.ParseFile(t.fset, shown, src, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		f := &file{name: shown, src: src, ast: parsed, pkg: p, test: strings.HasSuffix(name, "_test.go")}
		f.marks = marksOf(t.fset, parsed)
		p.files = append(p.files, f)
	}
	t.pkgs = append(t.pkgs, p)
	return nil
}

// ours gives the path in the module of an import path, if it is one of ours.
func (t *tree) ours(importPath string) (string, bool) {
	if importPath == t.module {
		return ".", true
	}
	return strings.CutPrefix(importPath, t.module+"/")
}

func importPath(spec *ast.ImportSpec) string {
	path, err := strconv.Unquote(spec.Path.Value)
	if err != nil {
		panic(fmt.Sprintf("tidy: the parser let pass the import %s", spec.Path.Value))
	}
	return path
}

// check type-checks all code but test code, first for this machine and then, for files that are left over, for wasip1.
func (t *tree) check() error {
	exports, err := t.exports()
	if err != nil {
		return err
	}
	host := build.Default
	host.CgoEnabled = false
	guest := host
	guest.GOOS, guest.GOARCH = "wasip1", "wasm"
	for _, context := range []build.Context{host, guest} {
		c := &checker{tree: t, context: context, done: map[string]*types.Package{}}
		c.outside = importer.ForCompiler(t.fset, "gc", func(path string) (io.ReadCloser, error) {
			if exports[path] == "" {
				return nil, fmt.Errorf("%s is not to be had", path)
			}
			return os.Open(exports[path])
		})
		for _, p := range t.pkgs {
			c.check(p)
		}
	}
	return nil
}

// exports asks the go command where the compiler has put what it knows of packages outside the module.
func (t *tree) exports() (map[string]string, error) {
	var wanted []string
	for _, p := range t.pkgs {
		for _, f := range p.files {
			for _, spec := range f.ast.Imports {
				if path := importPath(spec); !f.test && path != "unsafe" && path != "C" {
					wanted = append(wanted, path)
				}
			}
		}
	}
	slices.Sort(wanted)
	wanted = slices.DeleteFunc(slices.Compact(wanted), func(path string) bool { _, ours := t.ours(path); return ours })
	args := append([]string{"list", "-e", "-export", "-deps", "-json=ImportPath,Export", "--"}, wanted...)
	cmd := exec.Command("go", args...)
	cmd.Dir = t.root
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("go list: %w\n%s", err, &stderr)
	}
	exports := map[string]string{}
	for d := json.NewDecoder(bytes.NewReader(out)); ; {
		var p struct{ ImportPath, Export string }
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			return exports, nil
		} else if err != nil {
			return nil, fmt.Errorf("go list: %w", err)
		}
		exports[p.ImportPath] = p.Export
	}
}

// A checker type-checks the packages of the module as they are built for one system.
type checker struct {
	tree    *tree
	context build.Context
	outside types.Importer
	done    map[string]*types.Package
}

// Import serves the type checker with what a package imports.
func (c *checker) Import(path string) (*types.Package, error) {
	ours, ok := c.tree.ours(path)
	if !ok {
		return c.outside.Import(path)
	}
	for _, p := range c.tree.pkgs {
		if p.path == ours {
			return c.check(p), nil
		}
	}
	return nil, fmt.Errorf("there is no package %s", path)
}

func (c *checker) check(p *pkg) *types.Package {
	if done, ok := c.done[p.path]; ok {
		return done
	}
	c.done[p.path] = types.NewPackage(p.path, "") // for whoever imports it in a circle
	var files []*ast.File
	info := &types.Info{
		Types: map[ast.Expr]types.TypeAndValue{}, Uses: map[*ast.Ident]types.Object{}, Defs: map[*ast.Ident]types.Object{},
		Selections: map[*ast.SelectorExpr]*types.Selection{},
	}
	for _, f := range p.files {
		dir := filepath.Join(c.tree.root, filepath.FromSlash(p.path))
		built, err := c.context.MatchFile(dir, filepath.Base(f.name))
		if f.test || err != nil || !built {
			continue
		}
		files = append(files, f.ast)
		if f.info == nil {
			f.info = info
		}
	}
	config := types.Config{Importer: c, Error: func(error) {}, FakeImportC: true}
	checked, _ := config.Check(c.tree.module+"/"+p.path, c.tree.fset, files, info) // errors are go vet's business
	c.done[p.path] = checked
	return checked
}
