// Command icsim simulates the Internet Computer from the command line: it owns flags, files, the terminal, the wall clock and
// signals, and nothing else. What it prints and its exit statuses are a contract (design.md, section 5).
//
//	main.go      commands and exit statuses
//	run.go       icsim run; progress.go, output.go, summary.go, table.go: what it shows and writes
//	canister.go  icsim canister; build.go, which runs Go's compiler, and inspect.go
//	sweep.go     icsim sweep; swarm.go, sweep_files.go, sweep_table.go, sweep_progress.go: what it draws, keeps and shows
//	shrink.go    icsim shrink
//	validate.go  list.go  diff.go  version.go
//
// Dependencies: cobra for commands and flags, since help and errors of a dozen commands should be of one kind; pb for the
// progress bar. Colours and the bar appear on terminals only.
//
// Wall time is measured here alone, and never reaches a run. The one goroutine waits for Ctrl-C; sweeps have
// their own in sim/explore.
package main
