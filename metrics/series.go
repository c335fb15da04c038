package metrics

import "fmt"

// A Series is a quantity over virtual time, folded into intervals. It has a fixed number of points: when time runs past
// the last, neighbours are joined and the interval doubles, so that a day costs no more than a minute.
type Series struct {
	interval int64
	points   []Point // of the intervals since time 0
	bound    int
}

// A Point folds the values of one interval.
type Point struct {
	Count    uint64
	Sum      int64
	Min, Max int64 // meaningless when Count is 0
}

// Mean is the mean value; 0 without values.
func (p Point) Mean() float64 {
	if p.Count == 0 {
		return 0
	}
	return float64(p.Sum) / float64(p.Count)
}

func (p Point) join(o Point) Point {
	if p.Count == 0 {
		return o
	}
	if o.Count == 0 {
		return p
	}
	return Point{Count: p.Count + o.Count, Sum: p.Sum + o.Sum, Min: min(p.Min, o.Min), Max: max(p.Max, o.Max)}
}

// NewSeries makes a series of at most so many points, an even number, which begins with this interval in nanoseconds.
func NewSeries(points int, interval int64) *Series {
	if points < 2 || points%2 != 0 || interval <= 0 {
		panic(fmt.Sprintf("metrics: series of %d points, %d ns apart", points, interval))
	}
	return &Series{interval: interval, bound: points}
}

// Add folds a value into the point of a time, in nanoseconds since genesis and not negative. Times may come in any order.
func (s *Series) Add(at, v int64) {
	if at < 0 {
		panic(fmt.Sprintf("metrics: series at time %d", at))
	}
	for at/s.interval >= int64(s.bound) {
		s.halve()
	}
	i := int(at / s.interval)
	for len(s.points) <= i {
		s.points = append(s.points, Point{})
	}
	s.points[i] = s.points[i].join(Point{Count: 1, Sum: v, Min: v, Max: v})
}

// halve joins neighbours.
func (s *Series) halve() {
	half := (len(s.points) + 1) / 2
	for i := range half {
		p := s.points[2*i]
		if 2*i+1 < len(s.points) {
			p = p.join(s.points[2*i+1])
		}
		s.points[i] = p
	}
	s.points = s.points[:half]
	s.interval *= 2
}

// Interval is the time that a point stands for, in nanoseconds.
func (s *Series) Interval() int64 { return s.interval }

// Points gives the points from time 0 on: point i stands for [i·Interval, (i+1)·Interval). The caller must
// not change them.
func (s *Series) Points() []Point { return s.points }
