// Command tidy holds the tree to the house rules, in the manner of Go's own deps_test.go and TigerBeetle's tidy.zig:
// what one can read off the code is not left to a reviewer's eye.
//
//	go run ./cmd/tidy [ROOT]
//
// It prints a line for each breach, file:line: sentence [rule], and exits with status 1 if there is one, and with 2 if it cannot read
// the tree. The rules are text in rules.go; their sources are design.md, sections 1 and 2, and reference/style.md, part 2.
//
// # Marks
//
// Where a rule has an excuse, it is written into the code with its reason, on the line, on the line above, or in the comment
// of the whole function:
//
//	//tidy:sorted REASON      the range over a map is put in order afterwards
//	//tidy:unordered REASON   no order can reach an output
//	//tidy:float REASON       the float decides nothing
//	//tidy:long REASON        the file (mark anywhere above the package clause) or function is long
//
// A mark without a reason, or of another name, is a breach itself.
//
// # How it reads
//
// All files are parsed, whatever their build constraints. Packages are type-checked from source, for this machine and, where files
// ask for it, for wasip1; only what is outside the module comes from the compiler, by one call of go list. Type errors
// are left to go vet: what cannot be typed is not held against a rule that needs types.
//
// A file ending in _test.go is test code, and so is a package whose name ends in "test", a kit. Test code may do
// what it likes with clocks and goroutines, but keeps the arrows (its own table), names and lengths.
//
// # What it leaves out
//
// It sees no aliasing: a package variable changed through a pointer taken elsewhere goes unseen. Digest
// tests are for that.
package main
