package plot

import (
	"fmt"
	"image/color"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// A Curve is a distribution as steps: up to At[i] lies the share Share[i] of all values.
type Curve struct {
	Name          string
	At, Share     []float64
	P50, P90, P99 float64
}

// Cumulative draws distributions as the share of values up to each, with p50, p90 and p99 marked.
func Cumulative(c Chart, curves []Curve) *Figure {
	lines := make([]Line, len(curves))
	for i, d := range curves {
		lines[i] = Line{Name: fmt.Sprintf("%s  p50 %s  p90 %s  p99 %s", d.Name, short(d.P50), short(d.P90), short(d.P99)), X: d.At,
			Y: percent(d.Share)}
	}
	c.Y, c.Top, c.Log = "share of all, %", 100, true
	f := c.figure(lines, false, func(p *plot.Plot) {
		for i := range lines {
			lines[i].steps(p, i)
			shade, _ := colour(i)
			marks := plotter.XYs{{X: curves[i].P50, Y: 50}, {X: curves[i].P90, Y: 90}, {X: curves[i].P99, Y: 99}}
			if dots, err := plotter.NewScatter(marks); err == nil && curves[i].P50 > 0 {
				dots.GlyphStyle = draw.GlyphStyle{Color: shade, Radius: 3, Shape: draw.CircleGlyph{}}
				p.Add(dots)
			}
		}
	})
	return f
}

func percent(shares []float64) []float64 {
	out := make([]float64, len(shares))
	for i, s := range shares {
		out[i] = 100 * s
	}
	return out
}

func short(v float64) string {
	if v >= 100 || v == math.Trunc(v) {
		return number(math.Round(v))
	}
	return fmt.Sprintf("%.3g", v)
}

func (l *Line) steps(p *plot.Plot, i int) {
	shade, dashes := colour(i)
	for _, piece := range l.pieces() {
		line, err := plotter.NewLine(append(plotter.XYs{{X: piece[0].X, Y: 0}}, piece...))
		if err == nil {
			line.StepStyle = plotter.PreStep
			line.LineStyle = draw.LineStyle{Color: shade, Width: 1.6, Dashes: dashes}
			p.Add(line)
		}
	}
}

// A Bar is a named quantity, and in which group it is: groups have colours.
type Bar struct {
	Name  string
	Value float64
	Group int
}

// Bars draws quantities as horizontal bars, the first on top, with their values. groups name the colours, if there are several.
func Bars(c Chart, bars []Bar, groups ...string) *Figure {
	const row vg.Length = 15
	legend := make([]entry, len(groups))
	for i, g := range groups {
		legend[i] = entry{g, i, true}
	}
	above := titleSize + textSize*3 + 5*margin
	if len(groups) > 1 {
		above += textSize + 3
	}
	return &Figure{
		Name: c.Name, Title: c.Title, Explain: c.Explain, width: figureWidth, height: above + row*vg.Length(max(len(bars), 1)),
		draw: func(dc draw.Canvas) {
			in := framed(dc, c.Title, legend)
			words := style(textSize-1, ink)
			words.YAlign = draw.YCenter
			names, widest, longest := vg.Length(0), 0.0, vg.Length(0)
			for _, b := range bars {
				names, widest = max(names, words.Width(b.Name)), max(widest, b.Value)
				longest = max(longest, words.Width(short(b.Value)))
			}
			left, room := in.Min.X+names+6, in.Max.X-in.Min.X-names-longest-14
			for i, b := range bars {
				y := in.Max.Y - row*(vg.Length(i)+0.5)
				name, value := words, words
				name.XAlign = draw.XRight
				in.FillText(name, vg.Point{X: left - 4, Y: y}, b.Name)
				end := left
				if widest > 0 {
					end += room * vg.Length(b.Value/widest)
				}
				shade, _ := colour(b.Group)
				in.FillPolygon(shade, []vg.Point{{X: left, Y: y - 5}, {X: end, Y: y - 5}, {X: end, Y: y + 5}, {X: left, Y: y + 5}})
				in.FillText(value, vg.Point{X: end + 4, Y: y}, short(b.Value))
			}
			foot := style(textSize, quiet)
			foot.XAlign = draw.XCenter
			in.FillText(foot, vg.Point{X: left + room/2, Y: in.Max.Y - row*vg.Length(len(bars)) - textSize - 2}, c.X)
		},
	}
}

// A Grid is a table of magnitudes, Values[row][column]; NaN where there is none.
type Grid struct {
	Rows, Columns []string
	Values        [][]float64
}

// HeatMap draws magnitudes as shades, with a scale.
func HeatMap(c Chart, g Grid) *Figure {
	size := min(22, max(5, (figureWidth-110)/vg.Length(max(len(g.Columns), 1))))
	most := 0.0
	for _, row := range g.Values {
		for _, v := range row {
			if !math.IsNaN(v) {
				most = max(most, v)
			}
		}
	}
	words := style(min(textSize-1, size), ink)
	return &Figure{
		Name: c.Name, Title: c.Title, Explain: c.Explain, width: figureWidth, height: size*vg.Length(len(g.Rows)) + 150,
		draw: func(dc draw.Canvas) {
			in := framed(dc, c.Title, nil)
			names := vg.Length(0)
			for _, n := range g.Rows {
				names = max(names, words.Width(n))
			}
			left, top := in.Min.X+names+6, in.Max.Y-textSize-4
			label := style(textSize, quiet)
			in.FillText(label, vg.Point{X: in.Min.X, Y: in.Max.Y - textSize}, c.Y)
			for i, row := range g.Values {
				y := top - size*vg.Length(i+1)
				name := words
				name.XAlign, name.YAlign = draw.XRight, draw.YCenter
				in.FillText(name, vg.Point{X: left - 4, Y: y + size/2}, g.Rows[i])
				for k, v := range row {
					x := left + size*vg.Length(k)
					if math.IsNaN(v) {
						continue
					}
					in.FillPolygon(shade(v, most), []vg.Point{{X: x, Y: y}, {X: x + size - 1, Y: y}, {X: x + size - 1, Y: y + size - 1}, {X: x,
						Y: y + size - 1}})
				}
			}
			bottom := top - size*vg.Length(len(g.Rows))
			for k, n := range g.Columns {
				name := words
				name.Rotation, name.XAlign, name.YAlign = math.Pi/2, draw.XRight, draw.YCenter
				in.FillText(name, vg.Point{X: left + size*(vg.Length(k)+0.5), Y: bottom - 4}, n)
			}
			scale(in, most, c.X)
		},
	}
}

// scale shows what shades mean, at the lower end of a canvas.
func scale(in draw.Canvas, most float64, unit string) {
	const wide, steps = vg.Length(120), 40
	y := in.Min.Y + 2
	x := in.Max.X - wide
	for i := range steps {
		a, b := x+wide*vg.Length(i)/steps, x+wide*vg.Length(i+1)/steps
		in.FillPolygon(shade(float64(i+1)*most/steps, most), []vg.Point{{X: a, Y: y}, {X: b, Y: y}, {X: b, Y: y + 8}, {X: a, Y: y + 8}})
	}
	words := style(textSize-1, quiet)
	words.XAlign = draw.XRight
	in.FillText(words, vg.Point{X: x - 5, Y: y}, unit+":  0")
	in.FillText(words, vg.Point{X: in.Max.X, Y: y + 11}, short(most))
}

// shade goes from nearly white to dark blue.
func shade(v, most float64) color.RGBA {
	t := 0.0
	if most > 0 {
		t = math.Sqrt(min(max(v/most, 0), 1))
	}
	mix := func(a, b uint8) uint8 { return uint8(math.Round(float64(a) + (float64(b)-float64(a))*t)) }
	return color.RGBA{mix(0xF2, 0x08), mix(0xF4, 0x30), mix(0xF6, 0x6B), 0xFF}
}
