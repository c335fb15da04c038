// Package adversary is what corrupt nodes do. A strategy wraps an honest machine and edits what goes in and out, or
// replaces components of its consensus; honest code knows nothing of it (design law 7). Corrupt nodes form one coalition:
// they hold real keys and sign what they like, but cannot forge what others sign.
//
// One file a strategy, with a paragraph on what it probes, and a line in strategies(). It may change what the honest machine is made of
// (configure), wrap it (filter for what leaves, editor for what comes and leaves), or both; Parameters say when, on what and against whom
// it acts. Adaptive nodes are honest until their coalition chooses them.
//
// What acts between honest nodes, delaying and starving, is a fault: sim/network.Schedule.
package adversary
