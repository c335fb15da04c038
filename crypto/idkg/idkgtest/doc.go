// Package idkgtest is a kit for tests around chain keys: a subnet of honest nodes, which make transcripts without a network or
// consensus between them.
package idkgtest
