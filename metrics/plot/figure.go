package plot

import (
	"bytes"
	"fmt"
	"html"
	"image/color"
	"math"
	"regexp"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
	"gonum.org/v1/plot/vg/vgsvg"
)

// A Figure is a drawing of a size.
type Figure struct {
	Name    string // of its files
	Title   string
	Explain string // what a reader sees in it
	width   vg.Length
	height  vg.Length
	draw    func(draw.Canvas)
}

// The sizes of figures: as wide as text stays readable when a phone shows them at 360 pixels.
const (
	figureWidth  vg.Length = 420
	figureHeight vg.Length = 250
	textSize     vg.Length = 11
	titleSize    vg.Length = 13
	margin       vg.Length = 6
)

// palette is that of Okabe and Ito, strongest on white first.
var palette = []color.RGBA{
	{0x00, 0x72, 0xB2, 0xFF}, {0xD5, 0x5E, 0x00, 0xFF}, {0x00, 0x9E, 0x73, 0xFF}, {0xCC, 0x79, 0xA7, 0xFF},
	{0xE6, 0x9F, 0x00, 0xFF}, {0x56, 0xB4, 0xE9, 0xFF}, {0x00, 0x00, 0x00, 0xFF}, {0xB8, 0xA9, 0x00, 0xFF},
}

var (
	ink   = color.RGBA{0x26, 0x30, 0x2F, 0xFF}
	quiet = color.RGBA{0x66, 0x70, 0x6D, 0xFF}
	faint = color.RGBA{0xE3, 0xE0, 0xD8, 0xFF}
	land  = color.RGBA{0xDD, 0xDA, 0xCF, 0xFF}
)

// Colour gives the colour of a series, and dashes to tell rounds of the palette apart.
func colour(i int) (color.RGBA, []vg.Length) {
	dashes := [][]vg.Length{nil, {5, 3}, {2, 2}, {7, 2, 2, 2}}
	return palette[i%len(palette)], dashes[i/len(palette)%len(dashes)]
}

func sans(size vg.Length, bold bool) font.Font {
	f := font.Font{Typeface: "Liberation", Variant: "Sans", Size: size}
	if bold {
		f.Weight = 2 // golang.org/x/image/font.WeightBold counts from regular
	}
	return f
}

func style(size vg.Length, c color.Color) text.Style {
	return text.Style{Color: c, Font: sans(size, false), Handler: plot.DefaultTextHandler}
}

// blank is a plot with axes in the figures' manner.
func blank(x, y string) *plot.Plot {
	p := plot.New()
	p.BackgroundColor = color.Transparent
	for _, a := range []struct {
		axis  *plot.Axis
		label string
	}{{&p.X, x}, {&p.Y, y}} {
		a.axis.Label.Text = a.label
		a.axis.Label.TextStyle.Font, a.axis.Label.TextStyle.Color = sans(textSize, false), quiet
		a.axis.Tick.Label.Font, a.axis.Tick.Label.Color = sans(textSize-1, false), quiet
		a.axis.LineStyle.Color, a.axis.Tick.LineStyle.Color = quiet, quiet
		a.axis.Tick.Marker = ticks{}
	}
	return p
}

// ticks are at round numbers, four to eight of them.
type ticks struct{}

// Ticks implements plot.Ticker.
func (ticks) Ticks(low, high float64) []plot.Tick {
	span := high - low
	if span <= 0 || math.IsInf(span, 0) || math.IsNaN(span) {
		return []plot.Tick{{Value: low, Label: number(low)}}
	}
	step := math.Pow(10, math.Floor(math.Log10(span/4)))
	for _, m := range []float64{5, 2} {
		if span/(step*m) >= 4 {
			step *= m
			break
		}
	}
	var out []plot.Tick
	for k := math.Ceil(low/step - 1e-9); k*step <= high*(1+1e-12)+step*1e-9; k++ {
		out = append(out, plot.Tick{Value: k * step, Label: number(round(k*step, step))})
	}
	return out
}

// round takes away what adding up steps has left behind the digits that a step has.
func round(v, step float64) float64 {
	unit := math.Pow(10, math.Floor(math.Log10(step))-1)
	if v = math.Round(v/unit) * unit; v == 0 {
		return 0
	}
	return v
}

// number writes a tick: thousands apart, few digits.
func number(v float64) string {
	if a := math.Abs(v); a >= 10_000 {
		text := fmt.Sprintf("%.0f", v)
		for i := len(text) - 3; i > 0 && text[i-1] != '-'; i -= 3 {
			text = text[:i] + "," + text[i:]
		}
		return text
	}
	return fmt.Sprintf("%.6g", v)
}

// An entry is a line of a legend.
type entry struct {
	name string
	at   int // in the palette
	fill bool
}

// framed draws a title and a legend, and gives what is left of the canvas.
func framed(c draw.Canvas, title string, legend []entry) draw.Canvas {
	c.FillPolygon(color.White, []vg.Point{c.Min, {X: c.Max.X, Y: c.Min.Y}, c.Max, {X: c.Min.X, Y: c.Max.Y}})
	c = draw.Crop(c, margin, -margin, margin, -margin)
	head := style(titleSize, ink)
	head.YAlign = text.YTop
	y := c.Max.Y
	c.FillText(head, vg.Point{X: c.Min.X, Y: y}, title)
	y -= titleSize + margin
	if len(legend) > 0 {
		y = drawLegend(c, y, legend)
	}
	return draw.Crop(c, 0, 0, 0, y-c.Max.Y)
}

// drawLegend writes entries in rows, from y down.
func drawLegend(c draw.Canvas, y vg.Length, legend []entry) vg.Length {
	const swatch vg.Length = 14
	words := style(textSize-1, ink)
	words.YAlign = text.YCenter
	row := textSize + 3
	x := c.Min.X
	for _, e := range legend {
		wide := swatch + 4 + words.Width(e.name) + 12
		if x > c.Min.X && x+wide > c.Max.X {
			x, y = c.Min.X, y-row
		}
		middle := y - row/2
		shade, dashes := colour(e.at)
		if e.fill {
			c.FillPolygon(shade, []vg.Point{{X: x, Y: middle - 4}, {X: x + swatch, Y: middle - 4}, {X: x + swatch, Y: middle + 4}, {X: x,
				Y: middle + 4}})
		} else {
			c.StrokeLine2(draw.LineStyle{Color: shade, Width: 2, Dashes: dashes}, x, middle, x+swatch, middle)
		}
		c.FillText(words, vg.Point{X: x + swatch + 4, Y: middle}, e.name)
		x += wide
	}
	return y - row - margin/2
}

// PNG draws the figure at twice the resolution of a screen.
func (f *Figure) PNG() ([]byte, error) {
	c := vgimg.NewWith(vgimg.UseWH(f.width, f.height), vgimg.UseDPI(192))
	f.draw(draw.New(c))
	var out bytes.Buffer
	_, err := vgimg.PngCanvas{Canvas: c}.WriteTo(&out)
	return out.Bytes(), err
}

// fonts are what the SVG falls back to where the fonts that it was laid out with are missing: of the same widths first.
var fonts = regexp.MustCompile(`font-family:Liberation Sans;font-variant:[a-z]+;?`)

// SVG draws the figure as a document.
func (f *Figure) SVG() ([]byte, error) {
	c := vgsvg.NewWith(vgsvg.UseWH(f.width, f.height))
	f.draw(draw.New(c))
	var out bytes.Buffer
	if _, err := c.WriteTo(&out); err != nil {
		return nil, err
	}
	text := fonts.ReplaceAll(out.Bytes(), []byte("font-family:'Liberation Sans',Arial,Helvetica,sans-serif;"))
	return text, nil
}

// opening is the head of an SVG document up to its first element.
var opening = regexp.MustCompile(`(?s)^.*?<svg [^>]*>`)

// Inline is the SVG as an element of an HTML page, as wide as its parent.
func (f *Figure) Inline() (string, error) {
	text, err := f.SVG()
	if err != nil {
		return "", err
	}
	if !opening.Match(text) {
		return "", fmt.Errorf("plot: %s: no SVG element", f.Name)
	}
	head := fmt.Sprintf(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %.0f %.0f" role="img" aria-label="%s">`,
		f.width.Points(), f.height.Points(), html.EscapeString(f.Title))
	return head + string(text[len(opening.Find(text)):]), nil
}
