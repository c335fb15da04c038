package explain

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"icsim/protocol"
)

// Mermaid draws how the nodes of a subnet came by a height, as a sequence diagram in Mermaid's language: what each observed about it,
// in the order of time, and the message that made it do so.
func Mermaid(l *Log, subnet string, nodes []protocol.NodeID, h protocol.Height, name func(protocol.NodeID) string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "sequenceDiagram\n    title %s, height %d\n", subnet, h)
	for _, n := range nodes {
		fmt.Fprintf(&b, "    participant %s as %s\n", n, name(n))
	}
	var steps []*Step
	for i := 1; i < len(l.Steps); i++ {
		s := &l.Steps[i]
		if slices.Contains(nodes, s.Node) && slices.ContainsFunc(s.Notes, func(n protocol.Note) bool { return n.Height == h }) {
			steps = append(steps, s)
		}
	}
	slices.SortStableFunc(steps, func(a, b *Step) int { return cmp.Compare(a.End, b.End) })
	for _, s := range steps {
		in := s.exact(h)
		if in == nil && len(s.In) > 0 {
			in = s.decisive(h)
		}
		if in != nil && in.From != s.Node && slices.Contains(nodes, in.From) {
			fmt.Fprintf(&b, "    %s->>%s: %s\n", in.From, s.Node, plain(in.Msg.String()))
		}
		var said []string
		for i := range s.Notes {
			if n := &s.Notes[i]; n.Height == h {
				said = append(said, strings.TrimSuffix(describe(n), fmt.Sprintf(" at height %d", h)))
			}
		}
		fmt.Fprintf(&b, "    Note over %s: %s %s\n", s.Node, seconds(s.End), plain(strings.Join(slices.Compact(said), ", ")))
	}
	return b.String()
}

// plain leaves out what means something to Mermaid.
func plain(text string) string { return strings.NewReplacer(";", ",", "#", "", ":", "").Replace(text) }
