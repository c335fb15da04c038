package plot

import (
	"bytes"
	"encoding/xml"
	"errors"
	"image/png"
	"io"
	"math"
	"testing"

	"github.com/stretchr/testify/require"
)

// all has a figure of each sort, with the values that are hard to draw.
func all() []*Figure {
	x, nan := []float64{0, 1, 2, 3, 4, 5}, math.NaN()
	c := Chart{Name: "c", Title: `Blocks "<a>" & so on`, X: "virtual time, s", Y: "blocks/s", Rules: []Rule{{"target", 3}},
		Bands: []Band{{2, 3}}}
	return []*Figure{
		Lines(c, []Line{{Name: "a", X: x, Y: []float64{0, 1, nan, 3, nan, nan}}, {Name: "b", X: x, Y: x, Low: x, High: x, Marks: true}}),
		Lines(c, nil),
		Lines(c, []Line{{Name: "none", X: x, Y: []float64{nan, nan, nan, nan, nan, nan}}}),
		Stacked(c, []Line{{Name: "a", X: x, Y: x}, {Name: "b", X: x, Y: []float64{0, nan, 0, 0, 0, 0}}}),
		Stacked(c, nil),
		Cumulative(c, []Curve{{"one", []float64{7}, []float64{1}, 7, 7, 7}, {"more", []float64{1, 2000}, []float64{.5, 1}, 1, 2000, 2000}}),
		Bars(c, []Bar{{"a", 3, 0}, {"b", 0, 1}}, "one", "two"),
		Bars(c, nil),
		HeatMap(c, Grid{[]string{"p", "q"}, []string{"p", "q"}, [][]float64{{nan, 0}, {5, nan}}}),
		Map(c, []Spot{{"Zurich", 47.4, 8.5, 2, 0}}, []Arc{{47.4, 8.5, 35.7, 139.6, 3}}, []string{"a"}),
		Map(c, nil, nil, nil),
	}
}

func TestFiguresAreDrawnInBothFormatsAlways(t *testing.T) {
	again := all()
	for i, f := range all() {
		svg, err := f.SVG()
		require.NoError(t, err)
		dec := xml.NewDecoder(bytes.NewReader(svg))
		for {
			if _, err = dec.Token(); err != nil {
				break
			}
		}
		require.True(t, errors.Is(err, io.EOF), "figure %d: %v", i, err)
		require.NotContains(t, string(svg), "NaN", "figure %d", i)
		twice, err := again[i].SVG()
		require.NoError(t, err)
		require.True(t, bytes.Equal(svg, twice), "figure %d differs when drawn again", i)
		raster, err := f.PNG()
		require.NoError(t, err)
		_, err = png.Decode(bytes.NewReader(raster))
		require.NoError(t, err)
		_, err = f.Inline()
		require.NoError(t, err)
	}
}

func TestTicksAreRound(t *testing.T) {
	for _, ends := range [][2]float64{{0, 1}, {0, 2.5}, {0, 97}, {-3, 3}, {0, 1e6}, {0.001, 0.0023}} {
		marks := ticks{}.Ticks(ends[0], ends[1])
		require.GreaterOrEqual(t, len(marks), 4, "%v", ends)
		require.LessOrEqual(t, len(marks), 11, "%v", ends)
		for i := 1; i < len(marks); i++ {
			require.NotEqual(t, marks[i-1].Label, marks[i].Label, "%v", ends)
		}
	}
	require.Equal(t, "25,000", number(25_000))
	require.Equal(t, "-1,234,567", number(-1_234_567))
}
