package cdk

import "iter"

// A task is a coroutine that runs messages, one after the other. Making one costs more than a small message does, so it is kept
// when its message has ended. A task that waits for an answer is parked in the middle of its message; its stack is
// canister memory like any other, so it is committed, rolled back and hashed with the rest.
type task struct {
	Context
	run     func(*Context)
	resume  func() (struct{}, bool)
	stop    func()
	suspend func(struct{}) bool // false: the task is to end
}

// cancelled unwinds a task whose message has failed.
type cancelled struct{}

// spawn runs a message that may wait.
func (p *Program) spawn(run func(*Context), arg []byte) {
	if run == nil {
		return
	}
	var t *task
	if n := len(p.idle); n > 0 {
		t, p.idle = p.idle[n-1], p.idle[:n-1]
	} else {
		t = new(task)
		t.resume, t.stop = iter.Pull(t.loop)
	}
	t.Context = Context{program: p, system: p.system, task: t, arg: arg}
	t.run = run
	p.enter(t)
}

// enter lets a task run until it waits or has ended.
func (p *Program) enter(t *task) {
	p.running = t
	t.resume()
	p.running = nil
}

// loop is the coroutine.
func (t *task) loop(suspend func(struct{}) bool) {
	t.suspend = suspend
	for t.message() {
		p := t.program
		t.Context, t.run = Context{}, nil
		p.idle = append(p.idle, t)
		if !suspend(struct{}{}) {
			return
		}
	}
}

// message runs one message; false if it was cancelled.
func (t *task) message() (ended bool) {
	defer t.rescue()
	t.run(&t.Context)
	return true
}

// wait parks the task.
func (t *task) wait() {
	if !t.suspend(struct{}{}) {
		panic(cancelled{})
	}
}
