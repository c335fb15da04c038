package main

import (
	"fmt"
	"os"
)

func main() {
	root := "."
	if len(os.Args) > 1 {
		root = os.Args[1]
	}
	findings, err := inspect(root)
	if err != nil {
		fmt.Fprintln(os.Stderr, "tidy:", err)
		os.Exit(2)
	}
	for _, f := range findings {
		fmt.Println(f)
	}
	if len(findings) > 0 {
		fmt.Fprintf(os.Stderr, "tidy: %d breaches of the house rules (cmd/tidy/rules.go)\n", len(findings))
		os.Exit(1)
	}
}

// inspect holds the module at root to all rules.
func inspect(root string) ([]finding, error) {
	t, err := load(root)
	if err != nil {
		return nil, err
	}
	r := &report{fset: t.fset}
	if err := checkTopLevel(r, t); err != nil {
		return nil, err
	}
	for _, p := range t.pkgs {
		checkPackage(r, p)
		for _, f := range p.files {
			checkMarks(r, f)
			checkText(r, t, f)
			checkImports(r, t, f)
			if !f.testCode() {
				checkBans(r, f)
			}
		}
	}
	return r.sorted(), nil
}
