package machine

import (
	"container/heap"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"icsim/protocol"
)

// A job is a message that costs time and may ask for things.
type job struct {
	id   int
	lane protocol.Lane
	cost time.Duration // exact: the table below charges a nanosecond a unit
	wake protocol.Time // on the node's clock; 0: no wish
	note bool
}

func (j *job) Lane() protocol.Lane { return j.lane }
func (j *job) Size() int           { return 0 }
func (j *job) Fingerprint() uint64 { return uint64(j.id) }
func (j *job) String() string      { return "job" }

// costs charges OpReceive a nanosecond.
var costs = &CostTable{protocol.OpReceive: nanosecond}

// step is what a toy saw.
type step struct {
	lane    protocol.Lane
	at      protocol.Time // of the simulation
	now     protocol.Time
	instant protocol.Time
	jobs    []int
}

// world pumps the calls of one host that runs a toy: it does its jobs and notes it.
type world struct {
	h        *Host
	at       protocol.Time
	events   calls
	seq      int
	steps    []step
	released []released
	dropped  int
}

type released struct {
	at   protocol.Time
	lane protocol.Lane
	jobs []int // whose notes they are
}

type call struct {
	at   protocol.Time
	seq  int
	lane protocol.Lane
	free bool
	job  *job
	do   func()
}

type calls []call

func (c calls) Len() int { return len(c) }
func (c calls) Less(i, j int) bool {
	return c[i].at < c[j].at || c[i].at == c[j].at && c[i].seq < c[j].seq
}
func (c calls) Swap(i, j int) { c[i], c[j] = c[j], c[i] }
func (c *calls) Push(x any)   { *c = append(*c, x.(call)) }
func (c *calls) Pop() any {
	last := (*c)[len(*c)-1]
	*c = (*c)[:len(*c)-1]
	return last
}

func newWorld(c Config) *world {
	c.Costs = costs
	return &world{h: New(c)}
}

func (w *world) schedule(c call) {
	w.seq++
	c.seq = w.seq
	heap.Push(&w.events, c)
}

func (w *world) due(lane protocol.Lane, d Due) {
	for _, c := range []call{{at: d.Free, lane: lane, free: true}, {at: d.Wake, lane: lane}} {
		if c.at == 0 {
			continue
		}
		if c.at <= w.at {
			panic(fmt.Sprintf("a call at %d for %d", w.at, c.at))
		}
		w.schedule(c)
	}
}

func (w *world) dues(d Dues) {
	for lane := range d {
		w.due(protocol.Lane(lane), d[lane])
	}
}

func (w *world) start()                           { w.dues(w.h.Start(w.at, w)) }
func (w *world) arrive(at protocol.Time, j *job)  { w.schedule(call{at: at, job: j, lane: j.lane}) }
func (w *world) do(at protocol.Time, what func()) { w.schedule(call{at: at, do: what}) }

// run makes all calls up to a time.
func (w *world) run(until protocol.Time) {
	for len(w.events) > 0 && w.events[0].at <= until {
		c := heap.Pop(&w.events).(call)
		w.at = c.at
		switch {
		case c.do != nil:
			c.do()
		case c.job != nil:
			d, ok := w.h.Arrive(c.at, c.lane, &protocol.Arrival{Msg: c.job})
			if !ok {
				w.dropped++
			}
			w.due(c.lane, d)
		case c.free:
			out, d := w.h.Free(c.at, c.lane)
			if out != nil {
				r := released{at: c.at, lane: c.lane}
				for _, n := range out.Notes {
					r.jobs = append(r.jobs, int(n.Value))
				}
				w.released = append(w.released, r)
			}
			w.due(c.lane, d)
		default:
			w.due(c.lane, w.h.WakeUp(c.at, c.lane))
		}
	}
	w.at = until
}

// Step does the jobs: the world is the machine, so that it knows the time of the simulation.
func (w *world) Step(in *protocol.Input, out *protocol.Outputs) {
	s := step{lane: in.Lane, at: w.at, now: in.Now, instant: in.Instant}
	for _, a := range in.Arrivals {
		j := a.Msg.(*job)
		s.jobs = append(s.jobs, j.id)
		out.Meter.Charge(protocol.OpReceive, int(j.cost))
		if j.wake != 0 {
			out.Wake = j.wake
		}
		if j.note {
			out.Emit(protocol.Note{Value: uint64(j.id)})
			out.Writes = append(out.Writes, protocol.Write{Key: protocol.DiskKey{Height: protocol.Height(j.id)}, Value: j.id})
		}
	}
	w.steps = append(w.steps, s)
}

// awake is how many lanes a start wakes.
func awake() (n int) {
	for l := range protocol.NumLanes {
		if !l.Sleeps() {
			n++
		}
	}
	return n
}

// booted is a world whose host has made its first steps.
func booted(t *testing.T, c Config) *world {
	w := newWorld(c)
	w.start()
	w.run(10)
	require.Len(t, w.steps, awake(), "each lane that does not sleep is woken at the start")
	w.steps = nil
	return w
}
