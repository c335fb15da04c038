package main

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"strings"

	"icsim/canister/cdk/link"
)

// build makes a module of a Go package and writes it. The text says what it is.
func build(target, out string) (text string, err error) {
	if _, err := exec.LookPath("go"); err != nil {
		return "", errors.New("the go command is not in PATH; canister build needs Go to compile with: https://go.dev/dl")
	}
	name, err := packageName(target)
	if err != nil {
		return "", err
	}
	if out == "" {
		out = name + ".wasm"
	}
	compiled, err := compile(target)
	if err != nil {
		return "", err
	}
	linked, err := link.Link(compiled)
	if err != nil {
		return "", fmt.Errorf("%s: %w", target, err)
	}
	packed := compress(linked.Module)
	module := linked.Module
	if strings.HasSuffix(out, ".gz") {
		module = packed
	}
	if err := os.WriteFile(out, module, 0o644); err != nil {
		return "", err
	}
	t := &table{}
	t.row("module", out)
	sizes(t, linked.Module, packed)
	entries(t, linked.Exports)
	return t.String() + described(linked.Candid), nil
}

// inPackage makes a go command about a package: a directory may be in a module of its own.
func inPackage(target string, args ...string) *exec.Cmd {
	cmd := exec.Command("go", args...)
	if info, err := os.Stat(target); err == nil && info.IsDir() {
		cmd.Dir = target
		target = "."
	}
	cmd.Args = append(cmd.Args, target)
	cmd.Env = append(os.Environ(), "GOOS=wasip1", "GOARCH=wasm", "CGO_ENABLED=0")
	return cmd
}

// packageName checks that a package can be a canister, and gives the last part of its path.
func packageName(target string) (string, error) {
	var stderr bytes.Buffer
	cmd := inPackage(target, "list", "-f", "{{.Name}} {{.ImportPath}}")
	cmd.Stderr = &stderr
	said, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("%s is no Go package that can be built: %s", target, strings.TrimSpace(stderr.String()))
	}
	lines := strings.Fields(string(said))
	switch {
	case len(lines) != 2:
		return "", fmt.Errorf("%s names %d packages; a canister is made of one", target, len(lines)/2)
	case lines[0] != "main":
		return "", fmt.Errorf("%s is package %s, but a canister is made of a package main", target, lines[0])
	}
	return path.Base(lines[1]), nil
}

// compile runs Go's compiler.
func compile(target string) ([]byte, error) {
	dir, err := os.MkdirTemp("", "icsim-canister-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	file := filepath.Join(dir, "canister.wasm")
	cmd := inPackage(target, "build", "-buildmode=c-shared", "-trimpath", "-buildvcs=false", "-ldflags", "-s -w -buildid=", "-o", file)
	said, err := cmd.CombinedOutput()
	if err != nil {
		return nil, fmt.Errorf("%s does not compile:\n%s", target, bytes.TrimSpace(said))
	}
	return os.ReadFile(file)
}

// compress gives the gzip of a module, without a time in it.
func compress(module []byte) []byte {
	var b bytes.Buffer
	z, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err != nil {
		panic(err) // the level is one
	}
	_, _ = z.Write(module) // a Buffer takes all
	_ = z.Close()
	return b.Bytes()
}
