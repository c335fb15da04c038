package page

import (
	"encoding/hex"
	"net/http"

	"icsim/protocol"
	"icsim/sim"
)

// A HeightState is a height of a subnet with the blocks that nodes made for it.
type HeightState struct {
	Height uint64       `json:"height"`
	Blocks []BlockState `json:"blocks"`
}

// A BlockState is a block. Times are in milliseconds from its proposal, −1: not yet.
type BlockState struct {
	Hash       string          `json:"hash"`
	Maker      string          `json:"maker"`
	Rank       uint64          `json:"rank"`
	At         float64         `json:"at_seconds"` // of the proposal
	Notarized  SightingState   `json:"notarized"`  // by the first node that has a notarization
	Notarizers []SightingState `json:"notarizers"` // in the order of signing
	Finalized  SightingState   `json:"finalized"`
	Finalizers []SightingState `json:"finalizers"`
	Majority   float64         `json:"majority_ms"` // more than half of the nodes see it final
	Implied    bool            `json:"implied"`     // final by a descendant
}

// A SightingState is which node, and when.
type SightingState struct {
	Node string  `json:"node"`
	MS   float64 `json:"ms"`
}

// blocks answers with the last heights of a subnet.
func (p *page) blocks(w http.ResponseWriter, r *http.Request) {
	name := r.URL.Query().Get("subnet")
	subnet, ok := p.subnet(name)
	if !ok {
		fail(w, http.StatusBadRequest, "there is no subnet %q; want one of %s", name, p.subnetNames())
		return
	}
	var blocks []sim.Block
	var failed error
	err := p.runner.Do(func(s *sim.Session) { blocks, failed = s.Blocks(subnet) })
	if err == nil {
		err = failed
	}
	if err != nil {
		fail(w, http.StatusServiceUnavailable, "%v", err)
		return
	}
	heights := []HeightState{}
	for i := range blocks {
		b := &blocks[i]
		if last := len(heights) - 1; last < 0 || heights[last].Height != uint64(b.Height) {
			heights = append(heights, HeightState{Height: uint64(b.Height)})
		}
		h := &heights[len(heights)-1]
		h.Blocks = append(h.Blocks, p.blockState(b))
	}
	reply(w, http.StatusOK, map[string]any{"subnet": p.scene.Subnets[subnet].Name, "heights": heights})
}

func (p *page) subnetNames() string {
	names := ""
	for i, s := range p.scene.Subnets {
		if i > 0 {
			names += ", "
		}
		names += s.Name
	}
	return names
}

func (p *page) blockState(b *sim.Block) BlockState {
	const shown = 8 // bytes of the hash
	return BlockState{
		Hash: hex.EncodeToString(b.Hash[:shown]), Maker: p.nodeName(b.Maker), Rank: b.Rank, At: seconds(b.Proposed),
		Notarized: p.sighting(b, b.Notarized), Notarizers: p.sightings(b, b.Notarizers),
		Finalized: p.sighting(b, b.Finalized), Finalizers: p.sightings(b, b.Finalizers),
		Majority: since(b, b.Majority), Implied: b.Implied,
	}
}

func (p *page) sightings(b *sim.Block, all []sim.Sighting) []SightingState {
	out := []SightingState{}
	for _, s := range all {
		out = append(out, p.sighting(b, s))
	}
	return out
}

func (p *page) sighting(b *sim.Block, s sim.Sighting) SightingState {
	if s.Node == protocol.NoNode {
		return SightingState{MS: -1}
	}
	return SightingState{p.nodeName(s.Node), since(b, s.At)}
}

func since(b *sim.Block, t protocol.Time) float64 {
	if t == 0 {
		return -1
	}
	return float64((t-b.Proposed)/1000) / 1000
}

func seconds(t protocol.Time) float64 { return float64(t) / 1e9 }
