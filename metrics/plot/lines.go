package plot

import (
	"image/color"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// A Line is a series of points. Where Y is NaN there is a gap.
type Line struct {
	Name string
	X, Y []float64
	// Low and High, if there, are an interval of confidence around each Y.
	Low, High []float64
	Marks     bool // at the points
}

// A Rule is a level to compare with.
type Rule struct {
	Name string
	Y    float64
}

// A Chart says how lines are shown.
type Chart struct {
	Name, Title, Explain string
	X, Y                 string    // what the axes show, with units
	Log                  bool      // the x axis is logarithmic
	End                  float64   // of an x axis that begins at 0; 0: as the data have it
	Top                  float64   // of the y axis; 0: as the data have it
	Ticks                []float64 // of the x axis; nil: round numbers
	Rules                []Rule
	Bands                []Band
}

// A Band is a stretch of the x axis in which something was different.
type Band struct{ From, To float64 }

// Lines draws series over a common axis. The y axis begins at 0 unless there is something below.
func Lines(c Chart, lines []Line) *Figure {
	return c.figure(lines, false, func(p *plot.Plot) {
		for i := range lines {
			lines[i].interval(p, i)
		}
		for i := range lines {
			lines[i].add(p, i)
		}
	})
}

// figure frames what add puts on a plot.
func (c *Chart) figure(lines []Line, fill bool, add func(*plot.Plot)) *Figure {
	var legend []entry
	for i := range lines {
		if lines[i].Name != "" && (len(lines) > 1 || len(c.Rules) > 0) {
			legend = append(legend, entry{lines[i].Name, i, fill})
		}
	}
	return &Figure{
		Name: c.Name, Title: c.Title, Explain: c.Explain, width: figureWidth, height: figureHeight,
		draw: func(dc draw.Canvas) {
			p := blank(c.X, c.Y)
			grid := plotter.NewGrid()
			grid.Vertical.Width = 0
			grid.Horizontal.Color = faint
			p.Add(bands(c.Bands), grid)
			add(p)
			c.scale(p)
			for _, r := range c.Rules {
				p.Add(rule(r))
			}
			p.Draw(framed(dc, c.Title, legend))
		},
	}
}

// scale sets the axes' ends.
func (c *Chart) scale(p *plot.Plot) {
	p.Y.Min = min(p.Y.Min, 0)
	for _, r := range c.Rules {
		p.Y.Max = max(p.Y.Max, r.Y*1.05)
	}
	if c.Top > 0 {
		p.Y.Max = c.Top
	}
	if !(p.Y.Max > p.Y.Min) || math.IsInf(p.Y.Max, 0) {
		p.Y.Min, p.Y.Max = 0, 1
	}
	if c.End > 0 {
		p.X.Min, p.X.Max = 0, c.End
	}
	if !(p.X.Max > p.X.Min) || math.IsInf(p.X.Max, 0) {
		p.X.Max = p.X.Min + 1
	}
	if c.Ticks != nil {
		var marks plot.ConstantTicks
		for _, v := range c.Ticks {
			marks = append(marks, plot.Tick{Value: v, Label: number(v)})
		}
		p.X.Tick.Marker = marks
	}
	if c.Log {
		p.X.Scale = plot.LogScale{}
		p.X.Tick.Marker = decades{}
		p.X.Min = max(p.X.Min, p.X.Max/1e6, 1e-9)
	}
}

// decades are the ticks of a logarithmic axis: 1, 2 and 5 of each decade.
type decades struct{}

// Ticks implements plot.Ticker.
func (decades) Ticks(low, high float64) []plot.Tick {
	var out []plot.Tick
	wide := high/low > 1000
	for d := math.Floor(math.Log10(low)); d <= math.Log10(high); d++ {
		for _, m := range []float64{1, 2, 3, 4, 5, 6, 7, 8, 9} {
			v := m * math.Pow(10, d)
			if v < low*(1-1e-9) || v > high*(1+1e-9) {
				continue
			}
			label := ""
			if m == 1 || !wide && (m == 2 || m == 5) || high/low < 6 {
				label = number(v)
			}
			out = append(out, plot.Tick{Value: v, Label: label})
		}
	}
	return out
}

// pieces are the stretches of a line without gaps.
func (l *Line) pieces() (out []plotter.XYs) {
	var piece plotter.XYs
	for i, y := range l.Y {
		if math.IsNaN(y) {
			if len(piece) > 0 {
				out = append(out, piece)
			}
			piece = nil
			continue
		}
		piece = append(piece, plotter.XY{X: l.X[i], Y: y})
	}
	if len(piece) > 0 {
		out = append(out, piece)
	}
	return out
}

func (l *Line) add(p *plot.Plot, i int) {
	shade, dashes := colour(i)
	for _, piece := range l.pieces() {
		line, err := plotter.NewLine(piece)
		if err != nil {
			continue // infinities: there is nothing to see
		}
		line.LineStyle = draw.LineStyle{Color: shade, Width: 1.6, Dashes: dashes}
		p.Add(line)
		if l.Marks || len(piece) == 1 {
			dots, err := plotter.NewScatter(piece)
			if err == nil {
				dots.GlyphStyle = draw.GlyphStyle{Color: shade, Radius: 2.5, Shape: draw.CircleGlyph{}}
				p.Add(dots)
			}
		}
	}
}

// interval shades what lies between Low and High.
func (l *Line) interval(p *plot.Plot, i int) {
	if len(l.Low) == 0 {
		return
	}
	var around plotter.XYs
	for k := range l.Low {
		if !math.IsNaN(l.Low[k]) {
			around = append(around, plotter.XY{X: l.X[k], Y: l.Low[k]})
		}
	}
	for k := len(l.High) - 1; k >= 0; k-- {
		if !math.IsNaN(l.High[k]) {
			around = append(around, plotter.XY{X: l.X[k], Y: l.High[k]})
		}
	}
	shade, _ := colour(i)
	p.Add(area(around, pale(shade)))
}

func area(around plotter.XYs, fill color.Color) plot.Plotter {
	polygon, err := plotter.NewPolygon(around)
	if err != nil {
		return bands(nil)
	}
	polygon.Color, polygon.LineStyle.Width = fill, 0
	return polygon
}

// pale mixes a colour with three times as much white.
func pale(c color.RGBA) color.RGBA {
	mix := func(v uint8) uint8 { return uint8((int(v) + 3*0xFF) / 4) }
	return color.RGBA{mix(c.R), mix(c.G), mix(c.B), 0xFF}
}

// Stacked draws series as areas on top of each other: their sum, and what it is made of. All have the X of the first; gaps count as 0.
func Stacked(c Chart, parts []Line) *Figure {
	return c.figure(parts, true, func(p *plot.Plot) {
		if len(parts) == 0 {
			return
		}
		base := make([]float64, len(parts[0].X))
		for i := range parts {
			var around plotter.XYs
			top := make([]float64, len(base))
			for k := range base {
				top[k] = base[k]
				if v := parts[i].Y[k]; !math.IsNaN(v) {
					top[k] += v
				}
				around = append(around, plotter.XY{X: parts[i].X[k], Y: top[k]})
			}
			for k := len(base) - 1; k >= 0; k-- {
				around = append(around, plotter.XY{X: parts[i].X[k], Y: base[k]})
			}
			shade, _ := colour(i)
			p.Add(area(around, shade))
			base = top
		}
	})
}

// rule is a level line with its name.
type levelLine Rule

func rule(r Rule) plot.Plotter { return levelLine(r) }

// Plot implements plot.Plotter.
func (r levelLine) Plot(c draw.Canvas, p *plot.Plot) {
	_, y := p.Transforms(&c)
	at := y(r.Y)
	c.StrokeLine2(draw.LineStyle{Color: ink, Width: 1, Dashes: []vg.Length{4, 3}}, c.Min.X, at, c.Max.X, at)
	words := style(textSize-1, ink)
	words.XAlign, words.YAlign = draw.XRight, draw.YBottom
	c.FillText(words, vg.Point{X: c.Max.X - 2, Y: at + 2}, r.Name)
}

// bands are stretches of the x axis, in grey.
type bands []Band

// Plot implements plot.Plotter.
func (b bands) Plot(c draw.Canvas, p *plot.Plot) {
	x, _ := p.Transforms(&c)
	for _, band := range b {
		left, right := max(x(max(band.From, p.X.Min)), c.Min.X), min(x(min(band.To, p.X.Max)), c.Max.X)
		if right-left < 1 {
			right = left + 1
		}
		c.FillPolygon(faint, []vg.Point{{X: left, Y: c.Min.Y}, {X: right, Y: c.Min.Y}, {X: right, Y: c.Max.Y}, {X: left, Y: c.Max.Y}})
	}
}
