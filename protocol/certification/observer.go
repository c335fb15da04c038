package certification

import (
	"cmp"
	"slices"

	"icsim/protocol"
)

// An Open height has no certification yet.
type Open struct {
	Height   protocol.Height
	Hash     protocol.StateHash // the node's own, if Executed is set
	Executed bool
	Signers  []protocol.NodeID // of valid shares, ascending
	Waiting  int               // shares that are not judged yet
}

// Open lists the heights without certification, ascending, for who looks at a simulation from outside.
func (c *Certifier) Open() (all []Open) {
	for _, h := range c.heights { //tidy:sorted below
		if h.certification != nil || len(h.shares)+len(h.newShares) == 0 && !h.executed {
			continue
		}
		o := Open{Height: h.number, Hash: h.hash, Executed: h.executed, Waiting: len(h.newShares)}
		for _, s := range h.shares {
			o.Signers = append(o.Signers, s.Signer)
		}
		slices.Sort(o.Signers)
		all = append(all, o)
	}
	slices.SortFunc(all, func(a, b Open) int { return cmp.Compare(a.Height, b.Height) })
	return all
}
