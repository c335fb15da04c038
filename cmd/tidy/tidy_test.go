package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
	"github.com/stretchr/testify/require"
)

// The tree keeps the house rules.
func TestHouse(t *testing.T) {
	findings, err := inspect(filepath.Join("..", ".."))
	require.NoError(t, err)
	for _, f := range findings {
		t.Error(f)
	}
}

// testdata/house.txtar is a module with breaches of every rule, and with all that is allowed beside them. Exactly what
// its file "want" lists is found.
func TestEveryBreachIsFound(t *testing.T) {
	root := t.TempDir()
	archive, err := txtar.ParseFile(filepath.Join("testdata", "house.txtar"))
	require.NoError(t, err)
	want := ""
	for _, f := range archive.Files {
		if f.Name == "want" {
			want = string(f.Data)
			continue
		}
		writeFile(t, filepath.Join(root, filepath.FromSlash(f.Name)), string(f.Data))
	}
	body := strings.Repeat("\t_ = 0\n", mostFunctionLines)
	writeFile(t, filepath.Join(root, "metrics", "long.go"), "package metrics\n\nfunc long() {\n"+body+"}\n\n"+
		"// excused is long.\n//\n//tidy:long it is a table\nfunc excused() {\n"+body+"}\n\n"+
		strings.Repeat("// A line.\n", mostFileLines))
	writeFile(t, filepath.Join(root, "metrics", "excused.go"), "//tidy:long it is a table\n\npackage metrics\n"+
		strings.Repeat("\n// "+strings.Repeat("…", mostColumns-3), mostFileLines/2)+"\n// "+strings.Repeat("…", mostColumns-2)+"\n"+
		strings.Repeat("// A line.\n", mostFileLines))

	findings, err := inspect(root)
	require.NoError(t, err)
	var got strings.Builder
	found := map[string]bool{}
	for _, f := range findings {
		fmt.Fprintln(&got, f)
		found[f.rule] = true
	}
	require.Equal(t, want, got.String())
	for _, rule := range []string{
		"top level", "name", "doc", "mark", "arrow", "external", "columns", "long file", "long function", "unfinished",
		"machine path", "goroutines", "clock", "sync", "os", "context", "chance", "variables", "init", "maps", "floats",
	} {
		require.True(t, found[rule], "no breach of the rule %q is tried", rule)
	}
}

func writeFile(t *testing.T, name, content string) {
	t.Helper()
	require.NoError(t, os.MkdirAll(filepath.Dir(name), 0o755))
	require.NoError(t, os.WriteFile(name, []byte(content), 0o644))
}

func TestPatterns(t *testing.T) {
	for _, c := range []struct {
		pattern pattern
		pkg     string
		want    bool
	}{
		{"...", "sim", true}, {"...", "sim/event", true},
		{"sim", "sim", true}, {"sim", "sim/event", false}, {"sim", "simple", false},
		{"sim/...", "sim", true}, {"sim/...", "sim/event", true}, {"sim/...", "sim/event/x", true}, {"sim/...", "simple", false},
	} {
		require.Equal(t, c.want, c.pattern.matches(c.pkg), "%s, %s", c.pattern, c.pkg)
	}
}

// The most specific line of a table counts: a name before a tree, a deep tree before a shallow one.
func TestTheMostSpecificRowCounts(t *testing.T) {
	rows := parseTable(`
		sim       : a
		sim/...   : b
		            more | less
		sim/x/... : c
		sim/x     : d
	`)
	for pkg, want := range map[string]pattern{"sim": "a", "sim/y": "b", "sim/x": "d", "sim/x/y": "c"} {
		require.Equal(t, want, forPackage(rows, pkg).packages[0], pkg)
	}
	require.Nil(t, forPackage(rows, "cmd"))
	require.Equal(t, row{key: "sim/...", packages: []pattern{"b", "more"}, except: []pattern{"less"}}, rows[1])
	require.False(t, row{packages: []pattern{"..."}, except: []pattern{"sim/..."}}.covers("sim/x"))
}

// Every arrow points down: what a package may import may not import it.
func TestArrowsHaveNoCircles(t *testing.T) {
	rows := parseTable(arrows)
	layers := []string{"crypto", "protocol", "protocol/consensus", "protocol/replica", "canister", "metrics", "sim", "scenarios", "cmd/icsim"}
	for low, a := range layers {
		for _, b := range layers[low+1:] {
			require.False(t, forPackage(rows, a).covers(b), "%s may import %s", a, b)
		}
	}
	for _, pair := range [][2]string{{"protocol/replica", "canister"}, {"canister", "metrics"}, {"protocol/replica", "metrics"}} {
		require.False(t, forPackage(rows, pair[1]).covers(pair[0]), "siblings %v", pair)
	}
}
