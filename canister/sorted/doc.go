// Package sorted is an immutable sorted set: what a subnet's canisters, and the times at which they want
// attention, are kept in.
//
// A set is a sequence of runs of at most 2·half values. A batch of edits copies the list of runs and the runs
// it touches and shares the rest, so that the set before stays as it was: a snapshot is a copy of one slice
// header. With 100,000 values a batch that touches one run copies about 600 headers and 200 values.
//
// Invariants: no run is empty; values ascend strictly through all runs; no run is changed once in a set.
//
// Why not a balanced tree: reading is then a pointer chase a level, a change allocates a path a value, and
// the sets here are read and scanned far more often than they change.
package sorted
