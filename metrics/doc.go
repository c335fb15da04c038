// Package metrics folds observations into numbers for people: histograms, counters, gauges, time series, and the
// Prometheus text format.
//
// It looks on and takes no part: nothing that decides a trajectory reads a metric, so a run has the same digest with
// metrics on and off (design.md, law 1). Folding is in integers and in the order of events; floats appear
// only where a number is reported.
//
// Everything has a bound. A Histogram keeps relative precision in a number of cells that is fixed by the digits asked
// for, in the manner of HdrHistogram (Gil Tene, hdrhistogram.org). A Series keeps a fixed number of points and halves its
// resolution when time runs past them. A Registry holds at most 65,536 metrics.
//
// Nothing here locks: a value belongs to one goroutine, and parallel lanes merge theirs.
package metrics
