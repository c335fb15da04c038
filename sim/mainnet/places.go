package mainnet

import (
	"time"

	"icsim/sim/network"
	"icsim/sim/rng"
)

// A Centre is a data centre.
type Centre struct {
	Name    string // in the registry, such as zh2
	Country string // ISO 3166, but UK
	Owner   string
	metro   int32
}

// Metro is the city where a centre is, or the nearest.
func (c *Centre) Metro() string { return metros[c.metro].name }

// Position is where a centre's metro is, in thousandths of a degree north and east.
func (c *Centre) Position() (lat, lon int32) { return metros[c.metro].lat, metros[c.metro].lon }

// Centres are the data centres, in the order of Paths.
func Centres() []Centre { return append([]Centre(nil), centres[:]...) }

// FindCentre gives the index of a data centre by its name.
func FindCentre(name string) (int, bool) {
	for i := range centres {
		if centres[i].Name == name {
			return i, true
		}
	}
	return 0, false
}

const (
	withinCentre = 100 * time.Microsecond // a round trip; assumed, as the next
	withinMetro  = 800 * time.Microsecond
)

// Paths is what lies between the data centres. doc.go tells where it comes from.
func Paths() *network.Paths {
	n := len(centres)
	oneWay, loss := make([][]time.Duration, n), make([][]network.Loss, n)
	for i := range n {
		oneWay[i], loss[i] = make([]time.Duration, n), make([]network.Loss, n)
		for j := range n {
			oneWay[i][j], loss[i][j] = roundTrip(i, j)/2, lossBetween(i, j)
		}
	}
	p, err := network.NewPaths(oneWay, loss)
	if err != nil {
		panic("mainnet: " + err.Error())
	}
	return p
}

// roundTrip is the latency there and back between two centres.
func roundTrip(i, j int) time.Duration {
	a, b := int(max(centres[i].metro, centres[j].metro)), int(min(centres[i].metro, centres[j].metro))
	switch {
	case i == j:
		return withinCentre
	case a == b:
		return withinMetro
	}
	return betweenMetros(&metros[a], &metros[b], kilometres[a][b])
}

func betweenMetros(a, b *metro, km int32) time.Duration {
	const thousandths = 1000 * 1000 // of two detours
	straight := time.Duration(km) * time.Duration(stretch[a.region][b.region]) * time.Microsecond / 100
	return straight*time.Duration(a.detour)*time.Duration(b.detour)/thousandths + time.Duration(a.access+b.access)*time.Microsecond
}

// lossBetween is the loss from one centre to another.
func lossBetween(from, to int) network.Loss {
	if centres[from].metro == centres[to].metro {
		return 0
	}
	draw := rng.Root(0).Split("loss between data centres", uint64(from), uint64(to)).At(0)
	return losses[draw.IntN(len(losses))]
}

// losses are quantiles, in parts per billion: the middles of 32 classes of equal size.
var losses = [32]network.Loss{
	0, 0, 574, 4_270, 9_690, 15_800, 21_000, 26_900, 34_900, 51_000, 65_500, 89_600, 117_000, 163_000, 202_000, 251_000,
	329_000, 396_000, 469_000, 584_000, 713_000, 818_000, 939_000, 1_060_000, 1_200_000, 1_480_000, 1_830_000, 2_280_000, 3_320_000,
	4_770_000, 7_010_000, 16_500_000,
}
