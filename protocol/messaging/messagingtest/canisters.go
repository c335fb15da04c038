package messagingtest

import (
	"fmt"
	"maps"
	"slices"
	"sort"

	"icsim/crypto/hashtree"
	"icsim/crypto/principal"
	"icsim/protocol"
)

// A canister follows scripts. Its fields are copied before a round writes to them.
type canister struct {
	ID       protocol.CanisterID
	Balance  uint64
	Stopped  bool
	Input    []*protocol.CanisterMessage
	Calls    []*protocol.SignedIngress // of users, waiting
	Output   []output
	Contexts map[uint64]openCall // by number
	Callback map[protocol.CallbackID]uint64
	Next     uint64                         // number of the next context or callback
	Sent     map[protocol.CanisterID]uint64 // requests by receiver
	Received map[protocol.CanisterID]uint64 // last sequence number by sender
	Answers  map[protocol.RejectCode]int    // received, 0 for replies
}

// An output is one queue of messages for one receiver.
type output struct {
	To       protocol.CanisterID
	Messages []*protocol.CanisterMessage
}

// An openCall is a call that is not answered yet.
type openCall struct {
	Request   *protocol.Request // or a user's call
	User      protocol.MessageID
	Waiting   int    // for answers
	Available uint64 // cycles to refund
}

func newCanister(id protocol.CanisterID, balance uint64) *canister {
	return &canister{
		ID: id, Balance: balance, Contexts: map[uint64]openCall{}, Callback: map[protocol.CallbackID]uint64{},
		Sent: map[protocol.CanisterID]uint64{}, Received: map[protocol.CanisterID]uint64{}, Answers: map[protocol.RejectCode]int{},
	}
}

func (c *canister) clone() *canister {
	d := *c
	d.Input, d.Calls, d.Output = slices.Clone(c.Input), slices.Clone(c.Calls), slices.Clone(c.Output)
	for i := range d.Output {
		d.Output[i].Messages = slices.Clone(d.Output[i].Messages)
	}
	d.Contexts, d.Callback = maps.Clone(c.Contexts), maps.Clone(c.Callback)
	d.Sent, d.Received, d.Answers = maps.Clone(c.Sent), maps.Clone(c.Received), maps.Clone(c.Answers)
	return &d
}

// cycles is all that the canister holds.
func (c *canister) cycles() protocol.Cycles {
	sum := protocol.CyclesOf(c.Balance)
	for _, m := range c.Input {
		sum = sum.Add(m.Cycles())
	}
	for _, q := range c.Output {
		for _, m := range q.Messages {
			sum = sum.Add(m.Cycles())
		}
	}
	for _, open := range c.Contexts { //tidy:sorted a sum has no order
		sum = sum.Add(protocol.CyclesOf(open.Available))
	}
	return sum
}

// queue gives the output queue for a receiver.
func (c *canister) queue(to protocol.CanisterID) *output {
	for i := range c.Output {
		if c.Output[i].To == to {
			return &c.Output[i]
		}
	}
	c.Output = append(c.Output, output{To: to})
	return &c.Output[len(c.Output)-1]
}

// Canisters implements protocol.CanisterState.
type Canisters struct {
	hosted []*canister // by id
	tree   hashtree.Tree
	cycles protocol.Cycles
}

// NewCanisters hosts canisters that start with a balance each.
func NewCanisters(balance uint64, ids ...protocol.CanisterID) *Canisters {
	s := &Canisters{}
	slices.Sort(ids)
	for _, id := range ids {
		s.hosted = append(s.hosted, newCanister(id, balance))
	}
	s.seal(s.hosted)
	return s
}

// Move gives what two subnets host when a canister of the first, with all that it has, is the second's.
func Move(from, to *Canisters, id protocol.CanisterID) (rest, more *Canisters) {
	rest, more = &Canisters{}, &Canisters{hosted: slices.Clone(to.hosted)}
	for _, c := range from.hosted {
		if c.ID == id {
			at, _ := more.find(id)
			more.hosted = slices.Insert(more.hosted, at, c)
		} else {
			rest.hosted = append(rest.hosted, c)
		}
	}
	rest.seal(rest.hosted)
	more.seal(more.hosted)
	return rest, more
}

// seal computes what follows from the canisters, of which some have changed.
func (s *Canisters) seal(changed []*canister) {
	s.cycles = protocol.Cycles{}
	for _, c := range s.hosted {
		s.cycles = s.cycles.Add(c.cycles())
	}
	for _, c := range changed {
		data := fmt.Sprintf("%d balance, %v answers", c.Balance, c.Answers)
		path := hashtree.Path{hashtree.Label(c.ID.Principal().Bytes()), "certified_data"}
		s.tree = s.tree.SetLeaf(path, []byte(data))
	}
}

func (s *Canisters) find(id protocol.CanisterID) (int, bool) {
	i := sort.Search(len(s.hosted), func(i int) bool { return s.hosted[i].ID >= id })
	return i, i < len(s.hosted) && s.hosted[i].ID == id
}

func (s *Canisters) Tree() hashtree.Tree          { return s.tree }
func (s *Canisters) Size() uint64                 { return uint64(len(s.hosted)) << 20 }
func (s *Canisters) TotalCycles() protocol.Cycles { return s.cycles }
func (s *Canisters) NumCanisters() int            { return len(s.hosted) }

// HidesSection: scripted canisters have no sections.
func (s *Canisters) HidesSection(protocol.CanisterID, string, principal.ID) bool { return false }
func (s *Canisters) Outcalls() protocol.Outcalls                                 { return protocol.Outcalls{} }
func (s *Canisters) ChainKeys() *protocol.ChainKeyState                          { return new(protocol.ChainKeyState) }

func (s *Canisters) HasCanister(id protocol.CanisterID) bool {
	i, ok := s.find(id)
	return ok && !s.hosted[i].Stopped
}

// Files are one a canister.
func (s *Canisters) Files() []protocol.StateFile {
	var files []protocol.StateFile
	for _, c := range s.hosted {
		files = append(files, protocol.WrittenFile(fmt.Sprintf("canister_states/%d/", c.ID)+protocol.CanisterFile, c.describe))
	}
	return files
}

// describe prints all fields; fmt sorts maps.
func (c *canister) describe() []byte {
	raw := fmt.Appendf(nil, "%d %d %t %d %v %v %v %v", c.ID, c.Balance, c.Stopped, c.Next, c.Callback, c.Sent, c.Received, c.Answers)
	for _, m := range c.Input {
		raw = append(raw, m.Hash[:]...)
	}
	for _, m := range c.Calls {
		raw = append(raw, m.MessageID[:]...)
	}
	for _, q := range c.Output {
		raw = fmt.Appendf(raw, "to %d", q.To)
		for _, m := range q.Messages {
			raw = append(raw, m.Hash[:]...)
		}
	}
	for _, number := range slices.Sorted(maps.Keys(c.Contexts)) {
		open := c.Contexts[number]
		raw = fmt.Appendf(raw, "context %d of %s waits %d has %d", number, open.User, open.Waiting, open.Available)
	}
	return raw
}

// Idle reports whether no message is queued and no call is open.
func (s *Canisters) Idle() bool {
	for _, c := range s.hosted {
		if len(c.Input) > 0 || len(c.Calls) > 0 || len(c.Contexts) > 0 || len(c.Callback) > 0 {
			return false
		}
		for _, q := range c.Output {
			if len(q.Messages) > 0 {
				return false
			}
		}
	}
	return true
}

// Waiting counts the messages in input queues.
func (s *Canisters) Waiting() int {
	n := 0
	for _, c := range s.hosted {
		n += len(c.Input)
	}
	return n
}

// Answers counts the answers that all canisters together got, by reject code; 0 is for replies.
func (s *Canisters) Answers() map[protocol.RejectCode]int {
	sum := map[protocol.RejectCode]int{}
	for _, c := range s.hosted {
		for code, n := range c.Answers { //tidy:sorted a sum has no order
			sum[code] += n
		}
	}
	return sum
}

// Calls counts the calls that all canisters together made.
func (s *Canisters) Calls() int {
	n := 0
	for _, c := range s.hosted {
		for _, sent := range c.Sent { //tidy:sorted a sum has no order
			n += int(sent)
		}
	}
	return n
}

// Split implements protocol.CanisterState.
func (s *Canisters) Split(mine func(protocol.CanisterID) bool, _ bool) (protocol.CanisterState, error) {
	part := &Canisters{}
	for _, c := range s.hosted {
		if mine(c.ID) {
			part.hosted = append(part.hosted, c)
		}
	}
	part.seal(part.hosted)
	return part, nil
}
