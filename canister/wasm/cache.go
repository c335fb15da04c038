package wasm

import (
	"context"
	"fmt"

	"github.com/tetratelabs/wazero"
)

// Cache holds compiled code, by what was compiled, wazero's version and the processor's features. Engines in different goroutines may
// share one.
type Cache struct {
	// Clear, if not nil, removes the code in the cache's directory. It is called when something there cannot be read or written.
	Clear func()

	cache wazero.CompilationCache
}

// NewCache makes a cache in memory, and on disk too, for other processes, if dir is not "". Whoever can write there can have any code run.
// It returns an error if dir cannot be made.
func NewCache(dir string) (*Cache, error) {
	if dir == "" {
		return &Cache{cache: wazero.NewCompilationCache()}, nil
	}
	c, err := wazero.NewCompilationCacheWithDir(dir)
	if err != nil {
		return nil, fmt.Errorf("cache of compiled modules: %w", err)
	}
	return &Cache{cache: c}, nil
}

// Close lets the code go. No engine may use it any more.
func (c *Cache) Close() {
	if err := c.cache.Close(context.Background()); err != nil {
		panic(fmt.Sprintf("wasm: closing a cache: %v", err)) // it only lets go of memory
	}
}

// compile has wazero compile a module. Trouble with the cache's directory stops nobody: what lies there is removed, and what was compiled
// but could not be written is in memory by then.
func (e *Engine) compile(binary []byte) (wazero.CompiledModule, error) {
	compiled, err := e.runtime.CompileModule(context.Background(), binary)
	if err == nil || e.config.Cache == nil || e.config.Cache.Clear == nil || isRefused(binary) {
		return compiled, err
	}
	for range 2 { // it could not be read, and then not be written
		e.config.Cache.Clear()
		if compiled, err = e.runtime.CompileModule(context.Background(), binary); err == nil {
			break
		}
	}
	return compiled, err
}

// isRefused tells whether wazero refuses a module without any cache.
func isRefused(binary []byte) bool {
	runtime := wazero.NewRuntimeWithConfig(context.Background(), settings())
	defer runtime.Close(context.Background())
	_, err := runtime.CompileModule(context.Background(), binary)
	return err != nil
}
