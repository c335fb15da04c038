package event

import (
	"sync"
	"sync/atomic"
)

// A crew is the goroutines that share the work of windows, the caller's among them. Windows follow each other within microseconds, in
// which no goroutine can be put to sleep and woken: so whoever waits first looks for a while, and only then sleeps.
type crew struct {
	work    func() // does pieces until none is left
	helpers []*helper
	busy    atomic.Int32 // helpers
	done    sync.WaitGroup
}

// A helper is a goroutine beside the caller's.
type helper struct {
	state atomic.Int32
	wake  chan struct{}
}

// What a helper is about. It goes from idle to asleep by itself; the caller calls and dismisses it.
const (
	idle int32 = iota
	asleep
	called
	dismissed
)

// looks is how often somebody looks before he sleeps: some tens of microseconds, as long as a barrier takes.
const looks = 1 << 15

func hire(helpers int, work func()) *crew {
	c := &crew{work: work}
	for range helpers {
		h := &helper{wake: make(chan struct{}, 1)}
		c.helpers = append(c.helpers, h)
		go c.help(h)
	}
	return c
}

func (c *crew) help(h *helper) {
	for h.await() {
		c.work()
		c.busy.Add(-1)
		c.done.Done()
	}
}

// await waits for the next call. It reports false when there is none.
func (h *helper) await() bool {
	for i := 0; i < looks && h.state.Load() == idle; i++ {
	}
	if h.state.CompareAndSwap(idle, asleep) {
		<-h.wake
	}
	return h.state.CompareAndSwap(called, idle)
}

// tell tells a helper what is wanted of it.
func (h *helper) tell(state int32) {
	if h.state.Swap(state) == asleep {
		h.wake <- struct{}{}
	}
}

// share does the work with some helpers, if there are so many, and returns when it is done.
func (c *crew) share(helpers int) {
	helpers = min(helpers, len(c.helpers))
	c.busy.Store(int32(helpers))
	c.done.Add(helpers)
	for _, h := range c.helpers[:helpers] {
		h.tell(called)
	}
	c.work()
	for i := 0; i < looks && c.busy.Load() > 0; i++ {
	}
	c.done.Wait()
}

func (c *crew) dismiss() {
	for _, h := range c.helpers {
		h.tell(dismissed)
	}
}
