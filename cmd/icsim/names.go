package main

import (
	"regexp"
	"strconv"
	"strings"

	"icsim/metrics"
	"icsim/protocol"
	"icsim/scenarios"
	"icsim/sim"
)

// numbered finds nodes as the simulator writes them, n7 or n1,n2,n3, but not inside principals or words.
var numbered = regexp.MustCompile(`(^|[ (])n[0-9]+(?:,n[0-9]+)*($|[ ,;:.)])`)

// rename lets a result call nodes as its scenario does: app/7, app/1..3.
func rename(r *sim.Result, spec *scenarios.Spec) {
	for i := range r.Timeline {
		r.Timeline[i].What = named(r.Timeline[i].What, spec)
	}
	for i := range r.Checks {
		r.Checks[i].Detail = named(r.Checks[i].Detail, spec)
	}
	for i := range r.Violations {
		v := &r.Violations[i]
		v.Node, v.Detail = named(v.Node, spec), named(v.Detail, spec)
	}
	if r.Record != nil {
		locate(r.Record, spec)
	}
}

func named(text string, spec *scenarios.Spec) string {
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
		return before + spec.NodeNames(nodes) + after
	})
}

// locate tells a record what nodes are called and where they stand.
func locate(r *metrics.Record, spec *scenarios.Spec) {
	places, located := spec.Places()
	for i := range r.Nodes {
		n, at := &r.Nodes[i], r.Nodes[i].PlaceIndex
		n.Name, n.Place, n.Located = spec.NodeName(protocol.NodeID(i)), places[at].Name, located[at]
		n.Lat, n.Lon = float64(places[at].Lat)/thousandth, float64(places[at].Lon)/thousandth
	}
}
