package protocol

// A Wish is a bouncer's word on an advertised artifact (reference/protocol.md B, "Bouncer").
type Wish uint8

const (
	Unwanted    Wish = iota // never again
	Wanted                  // now
	WantedLater             // not yet: ask again when the bouncer has been refreshed
)
