// Package module is WebAssembly's binary format: a decoded module, its decoder and its encoder.
package module
