package scenarios

import (
	"encoding/csv"
	"errors"
	"io"
	"math/big"
	"regexp"
	"slices"
	"strings"
	"time"

	"icsim/sim/network"
)

// A matrix file has a line for each ordered pair of places. Columns, by their header: from, to; then rtt_ms or one_way_ms;
// and, if losses were measured, packet_loss_fraction.
type matrixFile struct {
	*reader
	columns map[string]int
	places  []string
	index   map[string]int
	pairs   map[[2]int]measured
}

type measured struct {
	line   int
	oneWay time.Duration
	loss   network.Loss
}

const (
	maxPlaces    = 1000
	missingShown = 5 // pairs that a message names
)

// matrix reads a CSV file of measured pairs. It gives nil when something is wrong.
func (p *parser) matrix(path string, text []byte) ([]string, *network.Paths) {
	own := &reader{file: beside(p.file, path)}
	m := &matrixFile{reader: own, columns: map[string]int{}, index: map[string]int{}, pairs: map[[2]int]measured{}}
	m.rows(text)
	var paths *network.Paths
	if len(own.problems) == 0 {
		paths = m.paths()
	}
	p.problems = append(p.problems, own.problems...)
	if paths == nil {
		return nil, nil
	}
	return m.places, paths
}

func (m *matrixFile) rows(text []byte) {
	in := csv.NewReader(strings.NewReader(string(text)))
	header, err := in.Read()
	if err != nil {
		m.fail(1, "want a header: from,to,rtt_ms,packet_loss_fraction")
		return
	}
	for i, name := range header {
		m.columns[name] = i
	}
	for _, need := range [][]string{{"from"}, {"to"}, {"rtt_ms", "one_way_ms"}} {
		if !slices.ContainsFunc(need, func(name string) bool { _, ok := m.columns[name]; return ok }) {
			m.fail(1, "no column %s; want from,to,rtt_ms,packet_loss_fraction", strings.Join(need, " or "))
		}
	}
	for bad := len(m.problems) > 0; !bad && len(m.problems) < maxProblems; {
		row, err := in.Read()
		line, _ := in.FieldPos(0)
		var bad *csv.ParseError
		switch {
		case err == io.EOF:
			return
		case errors.As(err, &bad):
			m.fail(bad.Line, "%v", bad.Err)
			return
		case err != nil:
			m.fail(line, "%v", err)
			return
		}
		m.row(line, row)
	}
}

func (m *matrixFile) row(line int, row []string) {
	cell := func(name string) string {
		if i, ok := m.columns[name]; ok {
			return strings.TrimSpace(row[i])
		}
		return ""
	}
	pair := [2]int{m.place(cell("from")), m.place(cell("to"))}
	if before, ok := m.pairs[pair]; ok {
		m.fail(line, "the pair %s to %s is given twice, first on line %d", cell("from"), cell("to"), before.line)
	}
	d := measured{line: line}
	name, halves := "rtt_ms", int64(2)
	if cell("one_way_ms") != "" {
		name, halves = "one_way_ms", 1
	}
	if ns, ok := decimal(cell(name), int64(time.Millisecond)); !ok || ns/halves > int64(network.MaxOneWay) {
		m.fail(line, "%s is %q; want milliseconds, one way at most %s", name, cell(name), network.MaxOneWay)
	} else {
		d.oneWay = time.Duration(ns / halves)
	}
	if loss := cell("packet_loss_fraction"); loss != "" {
		ppb, ok := decimal(loss, billion)
		if !ok || ppb > int64(network.MaxLoss) {
			m.fail(line, "packet_loss_fraction is %q; want a fraction from 0 to 0.99", loss)
		}
		d.loss = network.Loss(ppb)
	}
	m.pairs[pair] = d
}

func (m *matrixFile) place(name string) int {
	i, ok := m.index[name]
	if !ok {
		i = len(m.places)
		m.index[name] = i
		m.places = append(m.places, name)
	}
	return i
}

// paths makes the matrix whole.
func (m *matrixFile) paths() *network.Paths {
	n := len(m.places)
	if n == 0 || n > maxPlaces {
		m.fail(1, "there are %d places; want 1 to %d", n, maxPlaces)
		return nil
	}
	oneWay, loss, missing := make([][]time.Duration, n), make([][]network.Loss, n), []string{}
	for i := range n {
		oneWay[i], loss[i] = make([]time.Duration, n), make([]network.Loss, n)
		for j := range n {
			d, ok := m.pairs[[2]int{i, j}]
			switch {
			case !ok && i == j:
				d.oneWay = withinPlace
			case !ok:
				missing = append(missing, m.places[i]+" to "+m.places[j])
			}
			oneWay[i][j], loss[i][j] = d.oneWay, d.loss
		}
	}
	if len(missing) > 0 {
		m.fail(1, "%d of %d pairs are missing, such as %s", len(missing), n*(n-1), enumerate(missing[:min(len(missing), missingShown)]))
		return nil
	}
	paths, err := network.NewPaths(oneWay, loss)
	if err != nil {
		m.fail(1, "%v", err)
		return nil
	}
	return paths
}

var decimalForm = regexp.MustCompile(`^[0-9]{1,18}(\.[0-9]{1,24})?([eE][-+]?[0-9]{1,2})?$`)

// decimal reads a number that is not negative, times so much, rounded down.
func decimal(text string, times int64) (int64, bool) {
	if !decimalForm.MatchString(text) {
		return 0, false
	}
	v, ok := new(big.Rat).SetString(text)
	if !ok {
		return 0, false
	}
	v.Mul(v, new(big.Rat).SetInt64(times))
	n := new(big.Int).Quo(v.Num(), v.Denom())
	return n.Int64(), n.IsInt64()
}
