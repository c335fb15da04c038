package main

import (
	"strings"
	"unicode/utf8"
)

// A table is rows of cells in columns.
type table struct {
	rows  [][]string
	right []bool // by column: set by align
}

func (t *table) row(cells ...string) { t.rows = append(t.rows, cells) }

// align sets the columns that stand right.
func (t *table) align(right ...bool) { t.right = right }

const gap = "  "

func (t *table) String() string {
	var widths []int
	for _, row := range t.rows {
		for i, cell := range row {
			if i == len(widths) {
				widths = append(widths, 0)
			}
			widths[i] = max(widths[i], utf8.RuneCountInString(cell))
		}
	}
	var b strings.Builder
	for _, row := range t.rows {
		line := ""
		for i, cell := range row {
			pad := strings.Repeat(" ", widths[i]-utf8.RuneCountInString(cell))
			if i < len(t.right) && t.right[i] {
				line += pad + cell + gap
			} else {
				line += cell + pad + gap
			}
		}
		b.WriteString(strings.TrimRight(line, " ") + "\n")
	}
	return b.String()
}
