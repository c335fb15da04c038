// Package report tells what a run showed, in tables and figures: the contents of `icsim report`. How they are set is metrics/report's
// matter.
//
// It reads a sim.Result and the metrics.Record that the run kept, and computes nothing of its own but sums and shares of what is there:
// a number in a table is the one in result.json. Several runs are shown side by side, the first as what the others are compared with.
//
// What it leaves out: where a network has more subnets than fit a figure, figures show the slowest and tables all of them.
package report
