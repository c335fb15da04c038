package protocol

import "time"

// A Time is a point of virtual time in nanoseconds since the scenario's genesis. What a node reads is its
// own clock, which may run ahead of or behind the simulator's. Certificates and canisters see Unix time:
// genesis plus this (GenesisUnix in the registry).
type Time int64

// Add moves a time by a duration.
func (t Time) Add(d time.Duration) Time { return t + Time(d) }

// Sub gives the duration from u to t.
func (t Time) Sub(u Time) time.Duration { return time.Duration(t - u) }

func (t Time) String() string { return time.Duration(t).String() }

// Never is later than every time a run reaches.
const Never Time = 1<<63 - 1
