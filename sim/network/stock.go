package network

import "icsim/protocol"

// A Stock keeps transfers that are done with for messages to come, the last one first: it is still in the processor's cache. Endpoints
// that are never at work at the same time share one.
type Stock struct {
	free  []*Transfer
	links []*link // scratch
	seen  uint64  // of what was looked at only so that it is in the cache; nothing depends on it
}

// keepTransfers bounds what a stock keeps; what a burst needed beyond is dropped.
const keepTransfers = 4096

// UseStock has an endpoint take transfers from another stock, and give them back there, than that of all others.
func (n *Network) UseStock(of protocol.NodeID, s *Stock) { n.endpoints[of].stock = s }

// Release gives a transfer back that was delivered or lost.
func (n *Network) Release(tr *Transfer) { n.endpoints[tr.To].stock.keep(tr) }

func (s *Stock) keep(tr *Transfer) {
	tr.Msg = nil // the rest is written anew
	if len(s.free) < keepTransfers {
		s.free = append(s.free, tr)
	}
}

func (s *Stock) take() *Transfer {
	last := len(s.free) - 1
	if last < 0 {
		return new(Transfer)
	}
	tr := s.free[last]
	s.free = s.free[:last]
	return tr
}
