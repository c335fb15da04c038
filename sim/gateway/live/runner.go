package live

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"icsim/sim"
	"icsim/sim/boundary"
	"icsim/sim/recording"
)

// A Config says how a session is kept going.
type Config struct {
	Mode   Mode
	Factor float64           // of Real: virtual seconds a second of real time, above 0
	Record *recording.Writer // nil: nothing is recorded
	// Now is the real time; nil: this computer's clock.
	Now func() time.Time
}

// A Runner keeps a session going until it is closed. Its methods may be called by many goroutines.
type Runner struct {
	session *sim.Session
	cfg     Config
	tasks   chan task
	quit    chan struct{}
	done    chan struct{} // closed when the loop has ended
	once    sync.Once

	// What follows belongs to the loop's goroutine.
	pacer   pacer
	waiting map[uint64]chan<- boundary.Answer // by ticket
	tickets uint64
	dead    error
}

// ErrClosed is what requests get that come when the session is over.
var ErrClosed = errors.New("the session is over")

// Start keeps a session going. From now on it is the runner's.
func Start(s *sim.Session, c Config) *Runner {
	if c.Now == nil {
		c.Now = time.Now
	}
	r := &Runner{
		session: s, cfg: c, tasks: make(chan task), quit: make(chan struct{}), done: make(chan struct{}),
		waiting: map[uint64]chan<- boundary.Answer{},
	}
	r.pacer = newPacer(c, s)
	r.pacer.start(r)
	go r.loop()
	return r
}

// A task is something to do between two events.
type task struct {
	do   func(*sim.Session)
	done chan<- error
}

// Do runs f between two events and waits for it. f must not keep the session. The error says that the session is over, if f was not
// carried out or ended it.
func (r *Runner) Do(f func(*sim.Session)) error {
	done := make(chan error, 1)
	select {
	case r.tasks <- task{f, done}:
		return <-done
	case <-r.done:
		return ErrClosed
	}
}

// Put lets something happen now that is no request.
func (r *Runner) Put(in sim.Input) (err error) {
	failed := r.Do(func(*sim.Session) { err = r.put(in, recording.Raw{}) })
	return errors.Join(failed, err)
}

func (r *Runner) put(in sim.Input, raw recording.Raw) error {
	in, err := r.session.Put(in)
	if err == nil && r.cfg.Record != nil {
		r.cfg.Record.Input(in, raw)
	}
	return err
}

// mustPut puts what cannot be wrong: clocks can be set on any session.
func (r *Runner) mustPut(in sim.Input) {
	if err := r.put(in, recording.Raw{}); err != nil {
		panic(err)
	}
}

// Ask sends a request and waits for the answer, or until ctx ends. raw is the request as it came, for the record.
func (r *Runner) Ask(ctx context.Context, request *boundary.Request, raw recording.Raw) (boundary.Answer, error) {
	answer := make(chan boundary.Answer, 1)
	ticket, err := r.Send(request, raw, answer)
	if err != nil {
		return boundary.Answer{}, err
	}
	select {
	case a, ok := <-answer:
		if !ok {
			return a, ErrClosed
		}
		return a, nil
	case <-ctx.Done():
		_ = r.Do(func(*sim.Session) { delete(r.waiting, ticket) }) // if the session is over, it waits for nothing
		return boundary.Answer{}, ctx.Err()
	}
}

// Send sends a request, whose answer goes to a channel with room for one; it is closed if the session ends before.
func (r *Runner) Send(request *boundary.Request, raw recording.Raw, answer chan<- boundary.Answer) (ticket uint64, err error) {
	failed := r.Do(func(*sim.Session) {
		r.pacer.sync(r)
		r.tickets++
		ticket, request.Ticket = r.tickets, r.tickets
		if err = r.put(sim.Input{Request: request}, raw); err == nil {
			r.waiting[ticket] = answer
		}
	})
	return ticket, errors.Join(failed, err)
}

// Close ends the session and gives what it showed.
func (r *Runner) Close() (result *sim.Result, err error) {
	err = ErrClosed
	r.once.Do(func() {
		close(r.quit)
		<-r.done
		if err = r.dead; err == nil {
			lasted := r.session.Now()
			if result, err = r.session.Close(); err == nil && r.cfg.Record != nil {
				err = r.cfg.Record.Close(lasted)
			}
		}
	})
	return result, err
}

// Err tells why the session died, if it did.
func (r *Runner) Err() error { return r.Do(func(*sim.Session) {}) }

func (r *Runner) loop() {
	defer func() {
		for _, answer := range r.waiting { //tidy:unordered each has its own
			close(answer)
		}
		close(r.done)
	}()
	tick := time.NewTicker(idle)
	defer tick.Stop()
	for {
		if r.dead == nil && r.pacer.runs(len(r.waiting)) {
			select {
			case t := <-r.tasks:
				r.carryOut(t)
			case <-r.quit:
				return
			default:
				_ = r.guard(func() { r.pacer.advance(r) })
			}
			continue
		}
		select {
		case t := <-r.tasks:
			r.carryOut(t)
		case <-r.quit:
			return
		case <-tick.C:
			_ = r.guard(func() { r.pacer.rest(r) })
		}
	}
}

func (r *Runner) carryOut(t task) { t.done <- r.guard(func() { t.do(r.session) }) }

// guard does something unless the session is dead, and hands on the answers that it led to. A panic of the simulation ends the session,
// not the process: the recording has what led to it.
func (r *Runner) guard(f func()) (dead error) {
	if r.dead != nil {
		return r.dead
	}
	defer func() {
		if p := recover(); p != nil {
			r.dead = fmt.Errorf("a bug of icsim ended the session: %v", p)
			for ticket, answer := range r.waiting { //tidy:unordered each has its own
				close(answer)
				delete(r.waiting, ticket)
			}
			dead = r.dead
		}
	}()
	f()
	r.hand()
	return nil
}

// hand gives the answers that there are to those who wait for them.
func (r *Runner) hand() {
	for _, a := range r.session.Answers() {
		if answer, ok := r.waiting[a.Ticket]; ok {
			answer <- a
			delete(r.waiting, a.Ticket)
		}
	}
}
