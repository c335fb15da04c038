package trace

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strings"
)

// A Difference is where two traces part. A line is empty where its trace has ended.
type Difference struct {
	LineA, LineB int // from 1, comments counted
	A, B         string
	Common       int // lines before, comments not counted
}

func (d *Difference) String() string {
	show := func(s string) string {
		if s == "" {
			return "(end of trace)"
		}
		return s
	}
	return fmt.Sprintf("after %d equal lines:\nA:%d: %s\nB:%d: %s", d.Common, d.LineA, show(d.A), d.LineB, show(d.B))
}

// Diff compares two traces of one level, comments aside. It gives nil when they are equal.
func Diff(a, b io.Reader) (*Difference, error) {
	left, right := newLines(a), newLines(b)
	for common := 0; ; common++ {
		lineA, errA := left.next()
		lineB, errB := right.next()
		if err := firstError(errA, errB); err != nil {
			return nil, err
		}
		if lineA != lineB {
			return &Difference{LineA: left.number, LineB: right.number, A: lineA, B: lineB, Common: common}, nil
		}
		if lineA == "" {
			return nil, nil
		}
	}
}

func firstError(a, b error) error {
	switch {
	case a != nil:
		return fmt.Errorf("first trace: %w", a)
	case b != nil:
		return fmt.Errorf("second trace: %w", b)
	}
	return nil
}

// maxLine bounds a line of a trace, in bytes.
const maxLine = 1 << 20

type lines struct {
	scanner *bufio.Scanner
	number  int
}

func newLines(r io.Reader) *lines {
	s := bufio.NewScanner(r)
	s.Buffer(make([]byte, 64<<10), maxLine)
	return &lines{scanner: s}
}

// next gives the next line that is no comment and not empty; "" at the end.
func (l *lines) next() (string, error) {
	for l.scanner.Scan() {
		l.number++
		if line := l.scanner.Text(); line != "" && !strings.HasPrefix(line, "#") {
			return line, nil
		}
	}
	err := l.scanner.Err()
	if errors.Is(err, bufio.ErrTooLong) {
		return "", fmt.Errorf("line %d is longer than %d bytes: no trace", l.number+1, maxLine)
	}
	return "", err
}
