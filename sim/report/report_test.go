package report

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/net/html"

	page "icsim/metrics/report"
	"icsim/sim"
	"icsim/sim/check"
	"icsim/sim/network"
)

// simulated is a short run of two subnets in the world's cities.
func simulated(t *testing.T, seed uint64) *Run {
	t.Helper()
	c := &sim.Config{
		Name: "small & <quoted>", Seed: seed, Duration: 8 * time.Second, Genesis: sim.DefaultGenesis, Crypto: "ideal",
		Paths: network.DataCentres(), Bounds: check.DefaultBounds(), Record: true,
	}
	for _, name := range []string{"a", "b"} {
		c.Subnets = append(c.Subnets, sim.Subnet{
			Name: name, Places: []int{0, 5, 10, 20}, UnitDelay: time.Second, InitialNotaryDelay: 300 * time.Millisecond,
			DKGIntervalLength: 49, MaxIngressBytes: 2 << 20, MaxIngressMessages: 1000, MaxBlockIngress: 4 << 20, MaxBlockPayload: 4 << 20,
		})
	}
	r, err := sim.Run(c, nil)
	require.NoError(t, err)
	for i := range r.Record.Nodes {
		n := &r.Record.Nodes[i]
		p := network.Places()[n.PlaceIndex]
		n.Place, n.Located, n.Lat, n.Lon = p.Name, true, float64(p.Lat)/1000, float64(p.Lon)/1000
	}
	return &Run{Name: fmt.Sprintf("run-%d", seed), Result: r, Record: r.Record, Scenario: "name: small\n",
		Command: "icsim run small.yaml --seed 1"}
}

// void elements of HTML have no end.
var void = []string{"meta", "br", "hr", "img", "link", "input"}

// requireWellFormed demands that every element ends where it should, and that nothing is loaded from elsewhere.
func requireWellFormed(t *testing.T, text []byte) {
	t.Helper()
	z := html.NewTokenizer(bytes.NewReader(text))
	var open []string
	for {
		switch z.Next() {
		case html.ErrorToken:
			require.ErrorIs(t, z.Err(), io.EOF)
			require.Empty(t, open)
			return
		case html.StartTagToken:
			token := z.Token()
			require.NotContains(t, []string{"script", "link", "iframe", "img", "object"}, token.Data)
			for _, a := range token.Attr {
				local := strings.HasPrefix(a.Val, "#") || a.Key != "href" && a.Key != "src" && a.Key != "srcset"
				require.True(t, local, "%s %s=%s", token.Data, a.Key, a.Val)
			}
			if !slices.Contains(void, token.Data) {
				open = append(open, token.Data)
			}
		case html.EndTagToken:
			token := z.Token()
			require.NotEmpty(t, open)
			require.Equal(t, open[len(open)-1], token.Data)
			open = open[:len(open)-1]
		}
	}
}

func pageOf(t *testing.T, d *page.Document) []byte {
	t.Helper()
	text, err := d.Page()
	require.NoError(t, err)
	return text
}

func TestAReportIsWellFormedAndSelfContained(t *testing.T) {
	a, b := simulated(t, 1), simulated(t, 2)
	text := pageOf(t, Of(a))
	requireWellFormed(t, text)
	require.NotContains(t, string(text), "url(")
	require.NotContains(t, string(text), "@import")
	require.NotContains(t, string(text), "NaN")
	require.Contains(t, string(text), "small &amp; &lt;quoted&gt;")
	requireWellFormed(t, pageOf(t, Compare([]*Run{a, b})))
	a.Record = nil // without metrics
	requireWellFormed(t, pageOf(t, Of(a)))
	requireWellFormed(t, pageOf(t, Compare([]*Run{a, b})))
}

// cells gives the texts of all cells of the page's tables, row by row.
func cells(t *testing.T, text []byte) (rows [][]string) {
	t.Helper()
	root, err := html.Parse(bytes.NewReader(text))
	require.NoError(t, err)
	var inner func(n *html.Node) string
	inner = func(n *html.Node) (s string) {
		if n.Type == html.TextNode {
			return n.Data
		}
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			s += inner(c)
		}
		return s
	}
	for n := range root.Descendants() {
		if n.Data != "tr" {
			continue
		}
		var row []string
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			if c.Data == "td" {
				row = append(row, inner(c))
			}
		}
		rows = append(rows, row)
	}
	return rows
}

// The numbers in the page are those of result.json.
func TestNumbersAreThoseOfTheResult(t *testing.T) {
	r := simulated(t, 1)
	rows := cells(t, pageOf(t, Of(r)))
	for _, s := range r.Result.Subnets {
		i := slices.IndexFunc(rows, func(row []string) bool { return len(row) > 2 && row[0] == s.Name && row[1] == s.Type })
		require.GreaterOrEqual(t, i, 0)
		require.Equal(t, []string{fmt.Sprint(s.Nodes), fmt.Sprint(s.FinalizedHeight), fmt.Sprint(s.CertifiedHeight), fmt.Sprint(s.CUPHeight),
			fmt.Sprintf("%.3f", s.BlockRate), fmt.Sprintf("%.0f", s.FinalizationMS.P50), fmt.Sprintf("%.0f", s.FinalizationMS.P90),
			fmt.Sprintf("%.0f", s.FinalizationMS.P99)}, rows[i][2:10])
	}
	for _, c := range r.Result.Checks {
		require.True(t, slices.ContainsFunc(rows, func(row []string) bool { return len(row) == 3 && strings.Contains(row[2], c.Name) }), c.Name)
	}
}

// Each figure has files of its own beside the page.
func TestFiguresHaveFilesOfTheirOwn(t *testing.T) {
	doc := Of(simulated(t, 1))
	files, err := doc.Files()
	require.NoError(t, err)
	require.Equal(t, page.PageName, files[0].Name)
	names, figures := map[string]bool{}, 0
	for _, f := range files {
		require.False(t, names[f.Name], "two files %s", f.Name)
		names[f.Name] = true
		require.NotEmpty(t, f.Text)
	}
	for i := range doc.Sections {
		for _, f := range doc.Sections[i].Figures {
			figures++
			require.True(t, names["plots/"+f.Name+".svg"] && names["plots/"+f.Name+".png"], f.Name)
		}
	}
	require.Len(t, files, 1+2*figures)
}

// Equal runs give equal pages.
func TestReportsAreReproducible(t *testing.T) {
	require.True(t, bytes.Equal(pageOf(t, Of(simulated(t, 1))), pageOf(t, Of(simulated(t, 1)))))
}

// A comparison says by how much.
func TestChangesAreAgainstTheFirst(t *testing.T) {
	require.Equal(t, "+50.0 %", change(2, 3, true))
	require.Equal(t, "-25.0 %", change(4, 3, true))
	require.Equal(t, "=", change(4, 4, true))
	require.Equal(t, "", change(4, 5, false))
}
