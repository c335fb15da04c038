package canister

import (
	"cmp"
	"slices"
)

// A thread is one of the execution threads in one iteration. They are modelled one after the other: what canisters on
// different threads do meets only when messages move between iterations, so their order in host time does not matter.
type thread struct {
	budget int64 // of this iteration; execution stops once it is spent
	round  *Round
}

func (t *thread) open() bool { return t.budget > 0 }

// use counts one message.
func (t *thread) use(instructions uint64) {
	t.budget -= int64(instructions + overheadExecution)
	t.round.outcome.Instructions += instructions
}

// Execute implements protocol.Round: iterations of management calls, canisters on four threads and moving messages within the
// subnet, until the budget is gone or all are idle. Heartbeats and timers run in the first iteration only.
func (r *Round) Execute() {
	r.iterations()
	r.stopAll()
}

func (r *Round) iterations() {
	overhead := overheadHosted * uint64(r.parent.NumCanisters())
	budget := int64(r.limits.round) - int64(r.limits.slice) + 1 - int64(overhead)
	r.inductLocal() // what an earlier round could not
	for first := true; budget > 0 && r.delta < r.limits.delta; first = false {
		spent := int64(r.manage(budget))
		ready := r.ready(first)
		if budget -= spent; budget > 0 && len(ready) > 0 {
			busiest := r.iterate(ready, budget, first)
			budget -= busiest
			spent += busiest
		}
		r.outcome.BusiestThread += uint64(spent)
		if len(ready) == 0 {
			return
		}
		r.inductLocal()
	}
}

// ready gives the canisters with work, in the order of priority: first long jobs, oldest first, then the others by what they are owed.
// As long as others wait, one thread is kept from long jobs.
func (r *Round) ready(first bool) []*Canister {
	var ready, long []*Canister
	for _, c := range r.order {
		switch {
		case c.deleted:
		case c.long != nil:
			long = append(long, c)
		case r.restrained(c):
		case c.warns() || c.queues.Inputs() > 0 || first && (c.beats() || c.timerDue(r.now)):
			ready = append(ready, c)
		}
	}
	slices.SortFunc(long, bySince)
	slices.SortFunc(ready, r.byPriority)
	head := min(len(long), threads)
	if len(ready) > 0 {
		head = min(head, threads-1)
	}
	return slices.Concat(long[:head], ready, long[head:])
}

// restrained reports whether a canister has to rest for having written more than its share.
func (r *Round) restrained(c *Canister) bool {
	share := r.limits.deltaShare
	return share > 0 && c.written.left(r.ctx.Height, share) >= share
}

// byPriority orders canisters by what they are owed: the rounds since their last full turn, times their share of computation, which
// is what is allocated to them and an equal part of what is free.
//
// Model: the replica adds up each canister's share round by round, less what it used. With equal shares both come to round robin, and
// idle canisters cost nothing here.
func (r *Round) byPriority(a, b *Canister) int {
	return cmp.Or(cmp.Compare(r.owed(b), r.owed(a)), cmp.Compare(a.ran, b.ran), cmp.Compare(a.id, b.id))
}

func (r *Round) owed(c *Canister) uint64 {
	share := c.compute*uint64(r.parent.NumCanisters()) + threads*100 - min(r.compute, maxComputeSum)
	return uint64(r.ctx.Height-c.ran) * share
}

// iterate deals the canisters out to the threads and runs each thread until it is idle or its budget is spent. It gives
// what the busiest thread spent.
func (r *Round) iterate(ready []*Canister, budget int64, first bool) int64 {
	var most int64
	for t := range min(threads, len(ready)) {
		th := thread{budget: budget, round: r}
		for i := t; i < len(ready) && th.open(); i += threads {
			r.turn(ready[i], &th, first)
			if i == t {
				ready[i].ran = r.ctx.Height // the first of a thread had all of it
			}
		}
		most = max(most, budget-th.budget)
	}
	return most
}

// turn runs one canister until it is idle or the thread's budget is spent.
func (r *Round) turn(c *Canister, t *thread, first bool) {
	t.budget -= overheadCanister
	if c.long != nil {
		t.use(r.proceed(c))
	}
	if c.warns() && t.open() {
		t.use(r.executeWarning(c))
	}
	if first {
		r.executeTasks(c, t)
	}
	for c.long != nil || c.queues.Inputs() > 0 {
		if c.long != nil || !t.open() {
			return
		}
		t.use(r.executeNext(c))
	}
	c.ran = r.ctx.Height
}
