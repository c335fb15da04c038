// Package adversary is what corrupt nodes do. A strategy wraps an honest machine and edits what goes in and out, or
// replaces components of its consensus; honest code knows nothing of it (design law 7). Corrupt nodes form one coalition:
// they hold real keys and sign what they like, but cannot forge what others sign.
//
// One file a strategy, with a paragraph on what it probes.
package adversary
