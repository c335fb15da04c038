package plot

import (
	"fmt"
	"math"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"icsim/metrics/world"
)

// A Spot is a place on the map with some nodes; Group is the colour.
type Spot struct {
	Name     string
	Lat, Lon float64
	Nodes    int
	Group    int
}

// An Arc joins two places that exchange so much.
type Arc struct {
	FromLat, FromLon, ToLat, ToLon float64
	Weight                         float64
}

// The map's southern end, in degrees: nobody is farther south.
const south = -58.0

const mapWidth vg.Length = 620

// Map draws places on the world, equirectangular, and between them what they exchange: the more, the darker. groups name the colours.
func Map(c Chart, spots []Spot, arcs []Arc, groups []string) *Figure {
	legend := make([]entry, len(groups))
	for i, g := range groups {
		legend[i] = entry{g, i, true}
	}
	wide := mapWidth - 2*margin
	high := wide * (world.North - south) / 360
	return &Figure{
		Name: c.Name, Title: c.Title, Explain: c.Explain, width: mapWidth,
		height: high + titleSize + 4*margin + vg.Length(1+len(groups)/4)*(textSize+4) + 22,
		draw: func(dc draw.Canvas) {
			in := framed(dc, c.Title, legend)
			at := func(lat, lon float64) vg.Point {
				return vg.Point{X: in.Min.X + wide*vg.Length((lon+180)/360), Y: in.Max.Y - high*vg.Length((world.North-lat)/(world.North-south))}
			}
			background(in, at)
			most := 0.0
			for _, a := range arcs {
				most = max(most, a.Weight)
			}
			for _, a := range arcs {
				arc(in, at(a.FromLat, a.FromLon), at(a.ToLat, a.ToLon), a.Weight/most)
			}
			for _, s := range spots {
				spot(in, at(s.Lat, s.Lon), s)
			}
			var taken []vg.Rectangle
			for _, s := range spots {
				taken = label(in, at(s.Lat, s.Lon), s, taken)
			}
			if most > 0 {
				scale(draw.Crop(in, 0, 0, 0, 0), most, c.X)
			}
		},
	}
}

func background(in draw.Canvas, at func(lat, lon float64) vg.Point) {
	for _, r := range world.Land() {
		top := world.North - float64(r.Row)*world.Step
		if top-world.Step < south {
			continue
		}
		a, b := at(top, float64(r.First)*world.Step-180), at(top-world.Step, float64(r.End)*world.Step-180)
		b.Y -= 0.2 // so that no seams show
		in.FillPolygon(land, []vg.Point{a, {X: b.X, Y: a.Y}, b, {X: a.X, Y: b.Y}})
	}
	line := draw.LineStyle{Color: faint, Width: 0.5}
	for lon := -180.0; lon <= 180; lon += 30 {
		a, b := at(world.North, lon), at(south, lon)
		in.StrokeLine2(line, a.X, a.Y, b.X, b.Y)
	}
	for lat := -30.0; lat <= 60; lat += 30 {
		a, b := at(lat, -180), at(lat, 180)
		in.StrokeLine2(line, a.X, a.Y, b.X, b.Y)
	}
}

// arc bows upwards a little, so that opposite ends can be told.
func arc(in draw.Canvas, a, b vg.Point, t float64) {
	var line []vg.Point
	lift := vg.Length(math.Hypot(float64(b.X-a.X), float64(b.Y-a.Y))) / 8
	for i := 0; i <= 16; i++ {
		k := vg.Length(i) / 16
		line = append(line, vg.Point{X: a.X + (b.X-a.X)*k, Y: a.Y + (b.Y-a.Y)*k + 4*lift*k*(1-k)})
	}
	in.StrokeLines(draw.LineStyle{Color: shade(t, 1), Width: 0.5 + 1.5*vg.Length(t)}, line)
}

func (s *Spot) radius() vg.Length { return 3 * vg.Length(math.Sqrt(float64(max(s.Nodes, 1)))) }

func spot(in draw.Canvas, at vg.Point, s Spot) {
	fill, _ := colour(s.Group)
	radius := s.radius()
	in.DrawGlyph(draw.GlyphStyle{Color: fill, Radius: radius, Shape: draw.CircleGlyph{}}, at)
	in.DrawGlyph(draw.GlyphStyle{Color: ink, Radius: radius, Shape: draw.RingGlyph{}}, at)
}

// label writes a place's name where there is room for it: above, below, right or left, and otherwise not at all.
func label(in draw.Canvas, at vg.Point, s Spot, taken []vg.Rectangle) []vg.Rectangle {
	words := style(9, ink)
	words.XAlign, words.YAlign = draw.XCenter, draw.YCenter
	text := s.Name
	if s.Nodes > 1 {
		text += fmt.Sprintf(" %d", s.Nodes)
	}
	half := vg.Point{X: words.Width(text)/2 + 1, Y: 5}
	away := s.radius() + 6
	for _, by := range []vg.Point{{Y: away}, {Y: -away}, {X: away + half.X - 4}, {X: -away - half.X + 4}} {
		middle := at.Add(by)
		box := vg.Rectangle{Min: middle.Sub(half), Max: middle.Add(half)}
		free := box.Min.X >= in.Min.X && box.Max.X <= in.Max.X
		for _, t := range taken {
			free = free && (box.Max.X <= t.Min.X || t.Max.X <= box.Min.X || box.Max.Y <= t.Min.Y || t.Max.Y <= box.Min.Y)
		}
		if free && s.Name != "" {
			in.FillText(words, middle, text)
			return append(taken, box)
		}
	}
	return taken
}
