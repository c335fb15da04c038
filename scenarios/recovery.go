package scenarios

import (
	"encoding/hex"
	"errors"

	"icsim/protocol"
	"icsim/sim"
)

// A Recovery is the state that a subnet goes on from which has lost too many nodes. Members are replaced as by other changes.
type Recovery struct {
	From   protocol.NodeID     // whose state
	Upload protocol.NodeID     // gets it, for the others to fetch
	State  *protocol.StateHash // that the proposal names; nil: that of the state
}

// recovery reads a recovery. What else a change may say waits until it is over, for whoever changes the subnet meanwhile makes it fail.
func (p *parser) recovery(f *object, c *Change) {
	o := p.object(f.take("recover"), "a recovery")
	r := &Recovery{From: protocol.NoNode, Upload: protocol.NoNode}
	r.From = p.oneNode(o, "from")
	r.Upload = r.From
	if o.has("upload") {
		r.Upload = p.oneNode(o, "upload")
	} else {
		o.known = append(o.known, "upload")
	}
	if hash := optional(o, "state_hash", stateHashes(), protocol.StateHash{}); o.has("state_hash") {
		r.State = &hash
	}
	o.done()
	for _, key := range [...]string{"every", "unit_delay", "notary_delay", "dkg_interval", "halt", "halt_at_cup", "upgrade"} {
		if f.has(key) {
			f.fail(key, "a recovery changes no more than members; write another change for %s", key)
		}
	}
	c.Recover = r
}

// oneNode takes a field that names a node.
func (p *parser) oneNode(o *object, key string) protocol.NodeID {
	known := len(p.problems)
	t := p.nodes(o, key)
	if len(t.Nodes) != 1 && known == len(p.problems) && !o.broken {
		o.fail(key, "%s is one node, such as app/3", key)
	}
	return append(t.Nodes, protocol.NoNode)[0]
}

func stateHashes() kind[protocol.StateHash] {
	return kind[protocol.StateHash]{"64 hexadecimal digits", func(text string) (hash protocol.StateHash, err error) {
		if n, err := hex.Decode(hash[:], []byte(text[:min(len(text), 2*len(hash))])); err != nil || n != len(hash) || len(text) != 2*n {
			return hash, errors.New("is no hash; want 64 hexadecimal digits")
		}
		return hash, nil
	}}
}

// followRecovery reports what the registry canister would refuse of a recovery, or an operator would not do. of tells where nodes belong
// after it.
func (p *parser) followRecovery(c *Change, halted bool, of map[protocol.NodeID]string) {
	r, sub := c.Recover, &p.spec.Subnets[p.spec.subnetIndex(c.Subnet)]
	switch {
	case p.spec.subnetIndex(c.Subnet) == 0:
		p.fail(c.line, "%s is the first subnet, which makes the keys of the others: nobody could make its own", c.Subnet)
	case sub.ChainKeys != nil:
		p.fail(c.line, "%s holds chain keys, which no other subnet reshares to it: a recovery would lose them", c.Subnet)
	case !halted:
		p.fail(c.line, "%s is not halted at %s; halt it before its nodes' states are taken", c.Subnet, printDuration(c.At))
	case of[r.Upload] != c.Subnet:
		p.fail(c.line, "%s gets the state and does not belong to %s after the recovery; name another node with upload",
			p.spec.NodeName(r.Upload), c.Subnet)
	}
}

func (r *Recovery) compile() *sim.Recovery {
	if r == nil {
		return nil
	}
	return &sim.Recovery{From: r.From, Upload: r.Upload, State: r.State}
}

func (s *Spec) resolvedRecovery(r *Recovery) string {
	e := new(entry).add("from", quote(s.NodeName(r.From))).add("upload", quote(s.NodeName(r.Upload)))
	if r.State != nil {
		e.add("state_hash", quote(hex.EncodeToString(r.State[:])))
	}
	return e.String()
}
