package main

import (
	"cmp"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"

	"icsim/canister/wasm"
	"icsim/scenarios"
	"icsim/sim"
)

// cacheVariable names the directory where compiled canister modules are kept, or says off.
const cacheVariable = "ICSIM_CACHE"

// mostCached is how many bytes of them may be there when a process begins: some twenty canisters written in Go.
const mostCached = 512 << 20

// modules are the compiled modules that all runs share: those of this process, and of others by a directory, for a canister written in Go
// takes seconds to compile. Where the user has no directory for such things, only those of this process.
var modules = sync.OnceValues(func() (*wasm.Cache, error) {
	switch dir := os.Getenv(cacheVariable); dir {
	case "off":
		return wasm.NewCache("")
	case "":
		if users, err := os.UserCacheDir(); err == nil {
			if c, err := modulesIn(filepath.Join(users, "icsim", "modules")); err == nil {
				return c, nil
			}
		}
		return wasm.NewCache("")
	default:
		c, err := modulesIn(dir)
		if err != nil {
			err = fmt.Errorf("%s=%s: %w; want a directory, or off", cacheVariable, dir, err)
		}
		return c, err
	}
})

func modulesIn(dir string) (*wasm.Cache, error) {
	c, err := wasm.NewCache(dir)
	if err == nil {
		trim(dir, mostCached)
		c.Clear = func() { trim(dir, 0) }
	}
	return c, err
}

// configOf compiles a scenario, for a run that shares modules with others.
func configOf(spec *scenarios.Spec, seed uint64) (*sim.Config, error) {
	shared, err := modules()
	if err != nil {
		return nil, err
	}
	config, err := spec.Compile(seed)
	if err == nil {
		config.Modules = shared
	}
	return config, err
}

// trim removes the code in a cache's directory that was written first, until the rest has at most some bytes. It touches no file but
// what wazero has put there, whatever else the directory may hold. What cannot be removed stays.
func trim(dir string, most int64) {
	type file struct {
		path string
		info fs.FileInfo
	}
	var files []file
	versions, _ := os.ReadDir(dir)
	for _, version := range versions {
		if !strings.HasPrefix(version.Name(), "wazero-") {
			continue
		}
		entries, _ := os.ReadDir(filepath.Join(dir, version.Name()))
		for _, entry := range entries {
			info, err := entry.Info()
			if err == nil && info.Mode().IsRegular() && fileOfCode.MatchString(entry.Name()) {
				files = append(files, file{filepath.Join(dir, version.Name(), entry.Name()), info})
			}
		}
	}
	slices.SortFunc(files, func(a, b file) int {
		return cmp.Or(b.info.ModTime().Compare(a.info.ModTime()), strings.Compare(a.path, b.path))
	})
	for _, f := range files {
		if most -= max(f.info.Size(), 1); most < 0 {
			_ = os.Remove(f.path)
		}
	}
}

// fileOfCode matches the names of wazero's files, those included that were never finished.
var fileOfCode = regexp.MustCompile(`^[0-9a-f]{64}(\.[0-9]+\.tmp)?$`)
