package scenarios

import (
	"regexp"
	"strconv"
	"strings"

	"icsim/metrics"
	"icsim/protocol"
	"icsim/sim"
)

// numbered finds nodes as the simulator writes them, n7 or n1,n2,n3, but not inside principals or words.
var numbered = regexp.MustCompile(`(^|[ (])n[0-9]+(?:,n[0-9]+)*($|[ ,;:.)])`)

// Rename lets a result call nodes as the scenario does: app/7, app/1..3.
func (s *Spec) Rename(r *sim.Result) {
	for i := range r.Timeline {
		r.Timeline[i].What = s.Named(r.Timeline[i].What)
	}
	for i := range r.Checks {
		r.Checks[i].Detail = s.Named(r.Checks[i].Detail)
	}
	for i := range r.Violations {
		v := &r.Violations[i]
		v.Node, v.Detail = s.Named(v.Node), s.Named(v.Detail)
	}
	if r.Record != nil {
		s.label(r.Record)
	}
}

// Named writes the nodes in a text of the simulator as the scenario does.
func (s *Spec) Named(text string) string {
	return numbered.ReplaceAllStringFunc(text, func(match string) string {
		list := strings.Trim(match, " (,;:.)")
		before, after, _ := strings.Cut(match, list)
		var nodes []protocol.NodeID
		for _, n := range strings.Split(list, ",") {
			number, err := strconv.ParseUint(n[1:], 10, 32)
			if err != nil {
				return match
			}
			nodes = append(nodes, protocol.NodeID(number))
		}
		return before + s.NodeNames(nodes) + after
	})
}

// label tells a record what nodes are called and where they stand.
func (s *Spec) label(r *metrics.Record) {
	places, located := s.Places()
	for i := range r.Nodes {
		n, at := &r.Nodes[i], r.Nodes[i].PlaceIndex
		n.Name, n.Place, n.Located = s.NodeName(protocol.NodeID(i)), places[at].Name, located[at]
		n.Lat, n.Lon = float64(places[at].Lat)/1000, float64(places[at].Lon)/1000
	}
}
