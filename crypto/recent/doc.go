// Package recent is the memory of the schemes: results of pure functions, up to a stated bound, the oldest going first. No result
// depends on what it holds, so it is no state that law 2 (design.md) forbids. A Cache serves one goroutine.
package recent
