package canister

// A task is a kind of work a canister has in a round.
type task uint8

const (
	taskTimer task = iota
	taskHeartbeat
	taskMessage
	numTasks
)

// executeTasks runs the canister's heartbeat and timer, once in a round. Which kind of work goes first moves on from round to
// round, so that neither system task starves messages nor the other way round; a message that is first goes before both.
func (r *Round) executeTasks(c *Canister, thread *thread) {
	for range numTasks {
		if c.long != nil {
			return
		}
		next := c.next
		c.next = (c.next + 1) % numTasks
		switch {
		case next == taskMessage && c.queues.Inputs() > 0 && thread.open():
			thread.use(r.executeNext(c))
		case next == taskHeartbeat && c.beats() && thread.open():
			instructions, _ := r.executeTask(c, "canister_heartbeat")
			thread.use(instructions)
		case next == taskTimer && c.timerDue(r.now) && thread.open():
			c.timer = 0
			instructions, _ := r.executeTask(c, "canister_global_timer")
			thread.use(instructions)
		}
	}
	c.next = (c.next + 1) % numTasks
}

// executeTask runs a system task, if the canister can pay for it. Nobody hears of its failure.
func (r *Round) executeTask(c *Canister, export string) (instructions uint64, ran bool) {
	prepaid := r.prices.execution(r.limits.message, c.code.wide)
	if c.liquid(r.prices).Less(prepaid) || c.beyondHeapLimit(modeTask, c.heapBytes()) != nil {
		return 0, false
	}
	r.outcome.Messages++
	c.balance = c.balance.Sub(prepaid)
	ctx := c.open(callContext{origin: fromSystem, responded: true})
	return r.start(c, &job{prepaid: prepaid, wide: c.code.wide, context: ctx.id, mode: modeTask, name: export}), true
}
