// Package world says where there is land, coarsely: the background of maps.
//
// The outline is Natural Earth's 110m land (public domain) in cells of 1.5 degrees, from 78 N down. It is kept in land.js as the page of
// `icsim serve` loads it, so that both draw one world; here it is read into Go.
package world

import (
	_ "embed"
	"regexp"
	"strconv"
	"strings"
)

// Script is the outline as a module of JavaScript, for pages.
//
//go:embed land.js
var Script []byte

// The cells' size, and the northern edge of the first row, in degrees. The first column begins at 180 W.
const (
	Step  = 1.5
	North = 78.0
)

// A Run is a stretch of land in one row: cells First to End−1.
type Run struct{ Row, First, End int }

var rows = regexp.MustCompile(`(?m)^\t"([0-9a-z ]+)",$`)

// Land gives all stretches of land, row by row from the north.
func Land() []Run {
	var out []Run
	for row, m := range rows.FindAllSubmatch(Script, -1) {
		column, land := 0, false
		for _, run := range strings.Fields(string(m[1])) {
			n, err := strconv.ParseInt(run, 36, 32)
			if err != nil {
				panic("world: land.js: " + err.Error()) // it is embedded
			}
			if land && n > 0 {
				out = append(out, Run{row, column, column + int(n)})
			}
			column += int(n)
			land = !land
		}
	}
	return out
}
