package canister

import "icsim/canister/wasm"

// Inspect compiles a module, raw or gzip, without installing it: what it shows is in the result. The error says what is
// wrong with it, and in which section, function and byte.
func (e *Executor) Inspect(module []byte, library bool) (*wasm.Module, error) {
	return e.engine.Compile(module, wasm.CompileOptions{Library: library})
}
