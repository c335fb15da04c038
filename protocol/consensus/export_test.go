package consensus

// Forget makes a component evaluate everything anew when it is asked next.
func Forget(c Component) {
	switch c := c.(type) {
	case *Finalizer:
		c.seen = stamp{}
	case *ShareAggregator:
		c.seen = stamp{}
	case *Notary:
		c.seen = stamp{}
	case *RandomBeaconMaker:
		c.seen = stamp{}
	case *RandomTapeMaker:
		c.seen = stamp{}
	case *BlockMaker:
		c.seen = stamp{}
	case *Validator:
		c.quiet = validatorStamp{}
		for i := range c.inner {
			c.inner[i].seen = validatorStamp{}
		}
	}
}
