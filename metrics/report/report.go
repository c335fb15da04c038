// Package report makes a page of tables, figures and sentences: one HTML file without anything from outside, that reads on a phone, on a
// screen and on paper, and beside it each figure as SVG and PNG.
//
// What a report is about is its callers' matter (sim/report, scenarios/planner); how it looks is decided here, once. The page has no
// script: it can be mailed, printed and kept. Nothing is written here: Files gives names and contents.
package report

import (
	"bytes"
	_ "embed"
	"fmt"
	"html/template"

	"icsim/metrics/plot"
)

// A Document is a report.
type Document struct {
	Title    string
	About    string // a line below the title
	Verdict  Cell   // what came out, in a line
	Facts    []Fact // the figures that matter most
	Sections []Section
	Foot     string
}

// A Fact is a figure with its name, and what to make of it.
type Fact struct{ Value, Name, Note string }

// A Section is a part of a report, shown in this order.
type Section struct {
	Title   string
	Explain string // what the reader sees in it
	Tables  []Table
	Figures []*plot.Figure
	Text    string // as it stands, folded away
	Fold    string // what the text is called
}

// A Table has columns that stand left or right.
type Table struct {
	Caption string
	Head    []string
	Right   []bool // by column; columns beyond stand left
	Rows    [][]Cell
}

// A Cell is a text, in a tone.
type Cell struct {
	Text string
	Tone Tone
}

// A Tone says how a text is meant.
type Tone string

// The tones.
const (
	Plain Tone = ""
	Good  Tone = "good"
	Bad   Tone = "bad"
	Quiet Tone = "quiet"
)

// Row makes cells of texts.
func Row(texts ...string) []Cell {
	cells := make([]Cell, len(texts))
	for i, t := range texts {
		cells[i].Text = t
	}
	return cells
}

// A File is one of a report's files: its name, with slashes, and content.
type File struct {
	Name string
	Text []byte
}

// PageName is the name of the page among the files; figures lie in PlotsDir.
const (
	PageName = "report.html"
	PlotsDir = "plots"
)

//go:embed page.html
var pageText string

//go:embed page.css
var styleText string

// Files draws the report. The error is of a figure that cannot be drawn, which is a bug.
func (d *Document) Files() ([]File, error) {
	page, err := d.Page()
	if err != nil {
		return nil, err
	}
	files := []File{{PageName, page}}
	for i := range d.Sections {
		for _, f := range d.Sections[i].Figures {
			svg, err := f.SVG()
			if err != nil {
				return nil, err
			}
			png, err := f.PNG()
			if err != nil {
				return nil, err
			}
			files = append(files, File{PlotsDir + "/" + f.Name + ".svg", svg}, File{PlotsDir + "/" + f.Name + ".png", png})
		}
	}
	return files, nil
}

// Page draws the page alone. The error is as with Files.
func (d *Document) Page() ([]byte, error) {
	t, err := template.New("page").Funcs(template.FuncMap{
		"style": func() template.CSS { return template.CSS(styleText) },
		"inline": func(f *plot.Figure) (template.HTML, error) {
			text, err := f.Inline()
			return template.HTML(text), err // drawn here, from text that the drawing escapes
		},
		"right":  func(t Table, column int) bool { return column < len(t.Right) && t.Right[column] },
		"anchor": func(i int) string { return fmt.Sprintf("part-%d", i+1) },
	}).Parse(pageText)
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	err = t.Execute(&out, d)
	return out.Bytes(), err
}
