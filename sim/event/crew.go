package event

import (
	"sync"
	"sync/atomic"
)

// A crew is the goroutines that share the work of windows, the caller's among them. Windows follow each other within microseconds, in
// which no goroutine can be put to sleep and woken: so whoever waits first looks for a while, and only then sleeps; and who has not begun
// when nothing is left to do is not waited for.
type crew struct {
	work    func(member int) // does pieces until none is left; the caller is member 0
	helpers []*helper
	done    sync.WaitGroup // helpers that are called
}

// A helper is a goroutine beside the caller's.
type helper struct {
	state atomic.Int32
	wake  chan struct{}
}

// What a helper is about. From idle it goes to sleep and from called to work by itself; the caller calls it, calls it off and dismisses it.
const (
	idle int32 = iota
	asleep
	called
	working
	dismissed
)

// looks is how often somebody looks before he sleeps: some tens of microseconds, as long as a barrier takes.
const looks = 1 << 15

func hire(helpers int, work func(member int)) *crew {
	c := &crew{work: work}
	for i := range helpers {
		h := &helper{wake: make(chan struct{}, 1)}
		c.helpers = append(c.helpers, h)
		go c.help(h, i+1)
	}
	return c
}

func (c *crew) help(h *helper, member int) {
	for h.await() {
		c.work(member)
		h.state.Store(idle)
		c.done.Done()
	}
}

// await waits until there is work. It reports false when there will be none.
func (h *helper) await() bool {
	for {
		for i := 0; i < looks && h.state.Load() == idle; i++ {
		}
		switch {
		case h.state.CompareAndSwap(called, working):
			return true
		case h.state.CompareAndSwap(idle, asleep):
			<-h.wake
		case h.state.Load() == dismissed:
			return false
		}
	}
}

// tell tells a helper what is wanted of it.
func (h *helper) tell(state int32) {
	if h.state.Swap(state) == asleep {
		h.wake <- struct{}{}
	}
}

// share does the work with some helpers, if there are so many, and returns when it is done.
func (c *crew) share(helpers int) {
	all := c.helpers[:min(helpers, len(c.helpers))]
	c.done.Add(len(all))
	for _, h := range all {
		h.tell(called)
	}
	c.work(0)
	for _, h := range all {
		if h.state.CompareAndSwap(called, idle) {
			c.done.Done()
		}
	}
	for _, h := range all {
		for i := 0; i < looks && h.state.Load() == working; i++ {
		}
	}
	c.done.Wait()
}

func (c *crew) dismiss() {
	for _, h := range c.helpers {
		h.tell(dismissed)
	}
}
