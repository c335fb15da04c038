package page

import (
	"encoding/json"
	"fmt"
	"net/http"
	"sync"
	"time"

	"icsim/sim"
	"icsim/sim/gateway/live"
)

const (
	maxListeners = 32
	beat         = 200 * time.Millisecond // how often a stream tells what changed
	alive        = 15 * time.Second       // how often it says that nothing did
	sendTime     = 10 * time.Second       // that a listener may take for one message
)

// A feed looks at the session, for one reader or for all listeners.
type feed struct {
	page  *page
	mu    sync.Mutex
	meter meter
	last  *State

	listeners map[*listener]bool
}

// A listener gets states, each in place of one that it has not taken yet.
type listener struct {
	next   chan []byte // closed at the end
	synced bool        // it has had everything
}

// look sees how the session stands.
func (f *feed) look() (*State, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.see()
}

func (f *feed) see() (*State, error) {
	var snap sim.Snapshot
	var status live.Status
	err := f.page.runner.Look(func(s *sim.Session, st live.Status) { snap, status = s.Snapshot(), st })
	if err != nil {
		return nil, err
	}
	f.meter.measure(&snap, status.Paused, time.Now())
	return f.page.write(&snap, status, &f.meter), nil
}

// join adds a listener. The first one sets the feed going.
func (f *feed) join() (*listener, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.listeners) >= maxListeners {
		return nil, fmt.Errorf("%d pages are open already; close one", maxListeners)
	}
	l := &listener{next: make(chan []byte, 1)}
	if len(f.listeners) == 0 {
		f.listeners = map[*listener]bool{}
		go f.run(f.listeners)
	}
	f.listeners[l] = true
	return l, nil
}

func (f *feed) leave(l *listener) {
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.listeners, l)
}

// run tells listeners what changes, as long as there are any of these.
func (f *feed) run(listeners map[*listener]bool) {
	ticker := time.NewTicker(beat)
	defer ticker.Stop()
	for f.tell(listeners) {
		<-ticker.C
	}
}

// tell sends one state. It reports whether there is somebody left to tell.
func (f *feed) tell(listeners map[*listener]bool) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(listeners) == 0 {
		return false
	}
	s, err := f.see()
	if err != nil { // the session is over
		for l := range listeners { //tidy:unordered each has its own
			close(l.next)
			delete(listeners, l)
		}
		return false
	}
	var whole, part []byte
	if f.last != nil && !s.stands(f.last) {
		part = encode(s.since(f.last))
	}
	for l := range listeners { //tidy:unordered each has its own
		message := part
		if !l.synced {
			if whole == nil {
				whole = encode(s)
			}
			message = whole
		}
		if message != nil {
			select {
			case l.next <- message:
				l.synced = true
			default:
				l.synced = false // it missed something
			}
		}
	}
	f.last = s
	return true
}

func encode(s *State) []byte {
	raw, err := json.Marshal(s)
	if err != nil {
		panic(fmt.Sprintf("page: writing a state: %v", err)) // numbers, texts and lists only: cannot fail
	}
	return raw
}

// stream sends Server-Sent Events until the listener goes or the session is over.
func (p *page) stream(w http.ResponseWriter, r *http.Request) {
	l, err := p.feed.join()
	if err != nil {
		fail(w, http.StatusServiceUnavailable, "%v", err)
		return
	}
	defer p.feed.leave(l)
	c := http.NewResponseController(w)
	_ = c.SetReadDeadline(time.Time{}) // a server's bound is for requests; a recorder has none
	w.Header().Set("Content-Type", "text/event-stream; charset=utf-8")
	w.WriteHeader(http.StatusOK)
	still := time.NewTicker(alive)
	defer still.Stop()
	for {
		message := []byte(": still here\n\n")
		select {
		case <-r.Context().Done():
			return
		case <-still.C:
		case s, ok := <-l.next:
			if !ok {
				_, _ = w.Write([]byte("event: over\ndata: {}\n\n"))
				_ = c.Flush()
				return
			}
			message = fmt.Appendf(nil, "data: %s\n\n", s)
		}
		_ = c.SetWriteDeadline(time.Now().Add(sendTime))
		if _, err := w.Write(message); err != nil {
			return
		}
		if err := c.Flush(); err != nil {
			return
		}
	}
}
