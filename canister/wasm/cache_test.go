package wasm

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// Two engines may share compiled code, and still have nothing to do with each other.
func TestEnginesShareCompiledCode(t *testing.T) {
	for _, dir := range []string{"", t.TempDir()} {
		cache, err := NewCache(dir)
		require.NoError(t, err)
		var hashes []Hash
		for range 2 {
			e := NewEngine(Config{Hosts: testHosts(), Cache: cache})
			m := compile(t, e, counter())
			r, _ := call(e, m, m.InitialImage(), "canister_update inc")
			hashes = append(hashes, r.Image.Hash())
			e.Close()
		}
		require.Equal(t, hashes[0], hashes[1])
	}
	_, err := NewCache("/dev/null/x")
	require.ErrorContains(t, err, "cache of compiled modules")
}

// What is wrong with a cache's directory costs time and nothing else: what cannot be read is written anew, and what cannot be written is
// done without.
func TestTroubleWithTheCacheStopsNobody(t *testing.T) {
	flipped := func(raw []byte) []byte {
		raw[len(raw)/2] ^= 1
		return raw
	}
	for name, harm := range map[string]func(t *testing.T, dir, file string, raw []byte){
		"a bit flipped": func(t *testing.T, _, file string, raw []byte) { write(t, file, flipped(raw)) },
		"cut":           func(t *testing.T, _, file string, raw []byte) { write(t, file, raw[:len(raw)/3]) },
		"empty":         func(t *testing.T, _, file string, _ []byte) { write(t, file, nil) },
		"something else": func(t *testing.T, _, file string, raw []byte) {
			write(t, file, append([]byte("something else"), raw...))
		},
		"gone": func(t *testing.T, dir, _ string, _ []byte) { require.NoError(t, os.RemoveAll(dir)) },
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			one := kept(t, dir)
			raw, err := os.ReadFile(one)
			require.NoError(t, err)
			cache, err := NewCache(dir)
			require.NoError(t, err)
			cache.Clear = func() { _ = os.Remove(one) }
			harm(t, dir, one, append([]byte(nil), raw...))
			e := NewEngine(Config{Hosts: testHosts(), Cache: cache})
			defer e.Close()
			m := compile(t, e, counter())
			r, _ := call(e, m, m.InitialImage(), "canister_update inc")
			require.Nil(t, r.Trap)
			if name == "gone" {
				return
			}
			after, err := os.ReadFile(one)
			require.NoError(t, err)
			require.Equal(t, raw, after)
		})
	}
}

// A module that wazero refuses is no reason to throw away what others have left.
func TestFaultyModuleLeavesTheCacheAlone(t *testing.T) {
	cache, err := NewCache(t.TempDir())
	require.NoError(t, err)
	cache.Clear = func() { t.Error("cleared") }
	e := NewEngine(Config{Hosts: testHosts(), Cache: cache})
	defer e.Close()
	_, err = e.compile([]byte("\x00asm\x01\x00\x00\x00\xff"))
	require.Error(t, err)
}

// kept compiles a module with a cache in a directory, and gives the file in which it is kept.
func kept(t *testing.T, dir string) string {
	t.Helper()
	cache, err := NewCache(dir)
	require.NoError(t, err)
	defer cache.Close()
	e := NewEngine(Config{Hosts: testHosts(), Cache: cache})
	defer e.Close()
	compile(t, e, counter())
	files, err := filepath.Glob(filepath.Join(dir, "*", "*"))
	require.NoError(t, err)
	require.Len(t, files, 1)
	return files[0]
}

func write(t *testing.T, file string, raw []byte) {
	t.Helper()
	require.NoError(t, os.WriteFile(file, raw, 0o600))
}
