package network

import "time"

// A Place is a city where machines can stand.
type Place struct {
	Name     string
	Region   Region
	Lat, Lon int32 // thousandths of a degree
}

// A Region is a part of the world inside which, and between which, cables run about as straight everywhere.
type Region uint8

const (
	europe Region = iota
	westAsia
	southAsia
	southeastAsia
	eastAsia
	oceania
	africa
	northAmerica
	southAmerica
	numRegions
)

const (
	// What a round trip takes besides distance, between cities: routers, and the ways to them.
	cityRoundTrip = 2 * time.Millisecond
	// Inside a city (shared data: assumed there).
	metroRoundTrip = 800 * time.Microsecond
	// Between cities, healthy nodes: the median of the subnets measured is 0 to 0.04 %.
	cityLoss Loss = 200_000
)

// Places are the built-in cities, in the order of DataCentres.
func Places() []Place { return append([]Place(nil), places[:]...) }

// PlaceIndex finds a built-in city by its name.
func PlaceIndex(name string) (int, bool) {
	for i := range places {
		if places[i].Name == name {
			return i, true
		}
	}
	return 0, false
}

// DataCentres is what lies between the built-in cities. doc.go, "Places", tells where it comes from.
func DataCentres() *Paths {
	n := len(places)
	p := &Paths{places: n, oneWay: make([]time.Duration, n*n), loss: make([]Loss, n*n)}
	for i := range n {
		p.oneWay[i*n+i] = metroRoundTrip / 2
		for j := range i {
			d := roundTrip(places[i].Region, places[j].Region, kilometres[i][j]) / 2
			p.oneWay[i*n+j], p.oneWay[j*n+i] = d, d
			p.loss[i*n+j], p.loss[j*n+i] = cityLoss, cityLoss
		}
	}
	return p
}

func roundTrip(a, b Region, km int32) time.Duration {
	const microsecondsPer100 = time.Microsecond / 100
	return cityRoundTrip + time.Duration(km)*time.Duration(stretch[a][b])*microsecondsPer100
}
