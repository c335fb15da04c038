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
			thread.use(r.executeTask(c, "canister_heartbeat"))
		case next == taskTimer && c.timerDue(r.now) && thread.open():
			c.timer = 0
			thread.use(r.executeTask(c, "canister_global_timer"))
		}
	}
	c.next = (c.next + 1) % numTasks
}

// executeTask runs a system task. Nobody hears of its failure, and a canister short of cycles skips it.
func (r *Round) executeTask(c *Canister, export string) uint64 {
	prepaid := r.prices.execution(r.limits.message)
	if c.liquid(r.prices).Less(prepaid) {
		return 0
	}
	r.outcome.Messages++
	c.balance = c.balance.Sub(prepaid)
	ctx := c.open(callContext{origin: fromSystem, responded: true})
	return r.start(c, &job{prepaid: prepaid, context: ctx.id, mode: modeTask, name: export})
}
