package canister

import (
	"cmp"
	"slices"

	"icsim/canister/wasm"
	"icsim/protocol"
)

// A job is an execution that has begun: a message, a task or an installation. What it takes is paid for, and its call context is
// open. Immutable.
type job struct {
	prepaid protocol.Cycles
	wide    bool   // prepaid at the price of a 64-bit memory
	context uint64 // 0 for an installation

	// Of messages and tasks.
	mode     mode
	name     string // of the export, unless it is a callback
	arg      []byte
	callback *callback          // that the response is for
	response *protocol.Response // nil if it is none

	// Of an installation.
	request    *request
	deployment *deployment
}

// An outcome is what running a job came to, and what has not been applied yet. Immutable.
type outcome struct {
	attempts     []attempt // an execution, and the cleanup if it trapped
	deployed     *deployed
	instructions uint64 // all together
}

// An attempt is an execution with its journal and result.
type attempt struct {
	*execution
	wasm.Result
}

// A long is a job that takes more than a slice of instructions. Until it is done the canister does nothing else.
//
// Model: deterministic time slicing. The replica pauses the execution at the end of each slice; here it runs whole in its first
// slice, on the state and at the time of that slice, and what it came to is kept back for as many slices as it takes. Nobody can
// tell the difference, since nothing that an execution sees changes while it runs. An abort forgets the outcome, and the job runs
// again, later, on the state and at the time of then.
type long struct {
	*job
	*outcome                 // nil: aborted
	done     uint64          // instructions, of slices that are over
	since    protocol.Height // when it first began
}

// paused reports whether a long job is under way, and not aborted.
func (l *long) paused() bool { return l != nil && l.outcome != nil }

// maxPaused bounds the jobs of a subnet that are under way at the end of a round (reference/protocol.md section D "DTS").
const maxPaused = 4

// start gives a job its first slice and tells the instructions of it.
func (r *Round) start(c *Canister, j *job) uint64 {
	o := r.run(c, j)
	if slice := r.limits.slice; o.instructions > slice {
		c.long = &long{job: j, outcome: o, done: slice, since: r.ctx.Height}
		return slice
	}
	r.apply(c, j, o)
	return o.instructions
}

// proceed gives the canister's long job its next slice. With the last one, what it came to shows.
func (r *Round) proceed(c *Canister) uint64 {
	l := *c.long
	if l.outcome == nil {
		l.outcome = r.run(c, l.job)
	}
	slice := min(r.limits.slice, l.instructions-l.done)
	l.done += slice
	if l.done < l.instructions {
		c.long = &l
		return slice
	}
	c.long = nil
	r.apply(c, l.job, l.outcome)
	return slice
}

func (r *Round) apply(c *Canister, j *job, o *outcome) {
	if j.deployment != nil {
		r.finishInstall(c, j, o)
	} else {
		r.finish(c, j, o)
	}
}

// run executes a job. It changes nothing.
func (r *Round) run(c *Canister, j *job) *outcome {
	if j.deployment != nil {
		d := r.deploy(c, j.deployment)
		return &outcome{deployed: d, instructions: d.instructions}
	}
	if j.response != nil {
		return r.callBack(c, j)
	}
	x := r.newExecution(c, j.mode)
	x.arg = j.arg
	_, ctx := c.findContext(j.context)
	x.inContext(ctx)
	o := &outcome{}
	o.add(x, wasm.Entry{Kind: wasm.EntryExport, Name: j.name, Discard: j.mode == modeReplicatedQuery}, r.limits.message)
	return o
}

// add makes an attempt and gives its trap.
func (o *outcome) add(x *execution, entry wasm.Entry, limit uint64) *wasm.Trap {
	result := x.enter(entry, limit)
	x.close()
	o.attempts = append(o.attempts, attempt{x, result})
	o.instructions += result.Instructions
	return result.Trap
}

// finish applies what a message or task came to. If it trapped, its cleanup is applied, too: the failure of that changes nothing.
func (r *Round) finish(c *Canister, j *job, o *outcome) {
	var failure *fault
	for i, a := range o.attempts {
		if f := r.conclude(c, a, j.context); i == 0 {
			failure = f
		}
	}
	r.refundExecution(c, j, o.instructions)
	_, ctx := c.findContext(j.context)
	user := ctx.origin == fromUser && !ctx.responded
	message := ctx.message
	r.settle(c, j.context, failure)
	if user && c.awaits(j.context) {
		r.record(protocol.IngressUpdate{ID: message, Status: protocol.IngressStatus{State: protocol.IngressProcessing}})
	}
}

// abortJobs lets go of jobs that are under way: of all before a checkpoint, and else of those beyond the first maxPaused.
func (r *Round) abortJobs() {
	var paused []*Canister
	for _, c := range r.order {
		if c.long.paused() {
			paused = append(paused, c)
		}
	}
	keep := maxPaused
	if r.ctx.Checkpoint {
		keep = 0
	}
	if len(paused) <= keep {
		return
	}
	slices.SortFunc(paused, bySince)
	for _, c := range paused[keep:] {
		c.long = &long{job: c.long.job, since: c.long.since}
	}
}

func bySince(a, b *Canister) int {
	return cmp.Or(cmp.Compare(a.long.since, b.long.since), cmp.Compare(a.id, b.id))
}

// held are the cycles that a job holds.
func (l *long) held() protocol.Cycles {
	switch {
	case l == nil:
		return protocol.Cycles{}
	case l.request != nil:
		return l.prepaid.Add(l.request.cycles)
	}
	return l.prepaid
}

// appendTo covers a job for a state's hash: the outcome follows from the job and the state that it began in.
func (l *long) appendTo(b []byte) []byte {
	if l == nil {
		return appendUint(b, 0)
	}
	b = appendUint(b, 1, l.context, uint64(l.mode), l.done, uint64(l.since), flags(l.paused(), l.deployment != nil), flags(l.wide, false))
	b = appendCycles(appendBlob(appendBlob(b, []byte(l.name)), l.arg), l.prepaid)
	if l.response != nil {
		hash := protocol.NewResponse(l.response).Hash
		b = l.callback.appendTo(append(b, hash[:]...))
	}
	if l.request != nil {
		b = l.request.appendTo(b)
	}
	if l.outcome != nil {
		b = appendUint(b, l.instructions)
	}
	return b
}
