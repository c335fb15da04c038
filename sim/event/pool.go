package event

// A pool keeps what was used for reuse, the last given back first, as it is still in the processor's cache.
type pool[T any] struct {
	free []*T
	made int // how many there are, free and used
	keep int // how many are worth having
}

// patience is how many buckets pass until two thirds of the space that only a burst needed is let go, and
// also how many are too few to let go. It is longer than a rung lasts, whose ebb and flow is no burst.
const patience = 4096

// trimEvery is how many buckets pass from trimming to trimming.
const trimEvery = 64

func (p *pool[T]) get() *T {
	last := len(p.free) - 1
	if last < 0 {
		p.made++
		p.keep = max(p.keep, p.made)
		return new(T)
	}
	t := p.free[last]
	p.free = p.free[:last]
	return t
}

func (p *pool[T]) put(t *T) { p.free = append(p.free, t) }

// trim lets go of what has not been wanted for long: what was given back first, when it is half of what is free.
func (p *pool[T]) trim() {
	used := p.made - len(p.free)
	p.keep = max(p.keep, used)
	p.keep -= (p.keep - used) * trimEvery / patience
	if drop := p.made - p.keep; drop > len(p.free)/2 {
		p.free = append(make([]*T, 0, len(p.free)), p.free[drop:]...)
		p.made = p.keep
	}
}
