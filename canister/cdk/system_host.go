//go:build !wasip1

package cdk

// bind leaves a program without a system: outside of WebAssembly only tests run one, with On.
func bind(p *Program) *Program { return p }
