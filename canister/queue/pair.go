package queue

import "icsim/protocol"

// Capacity bounds the requests, and apart from them the responses, of one queue.
const Capacity = 500

// A lane is one direction of a pair: its messages and the slots they hold.
type lane struct {
	fifo[Item]
	requests  int // of the messages
	responses int // of the messages
	reserved  int // slots for responses to come
}

func (l *lane) fullOfRequests() bool  { return l.requests >= Capacity }
func (l *lane) fullOfResponses() bool { return l.responses+l.reserved >= Capacity }
func (l *lane) empty() bool           { return l.len() == 0 && l.reserved == 0 }

// put appends a message. A response takes a reserved slot.
func (l *lane) put(i Item) {
	if i.Message.Request != nil {
		l.requests++
	} else {
		l.responses++
		l.release()
	}
	l.push(i)
}

func (l *lane) release() {
	if l.reserved == 0 {
		panic("queue: a response without a reserved slot")
	}
	l.reserved--
}

func (l *lane) take() Item {
	i := l.pop()
	l.forget(i)
	return i
}

func (l *lane) forget(i Item) {
	if i.Message.Request != nil {
		l.requests--
	} else {
		l.responses--
	}
}

// A pair is the two queues between the owning canister and one peer.
type pair struct {
	owner   *Owner
	peer    protocol.CanisterID
	remote  bool // the peer was last heard of from another subnet
	in, out lane
}

func (p *pair) empty() bool { return p.in.empty() && p.out.empty() }
