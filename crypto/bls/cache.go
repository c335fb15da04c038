package bls

// A cache remembers results of pure functions, up to a bound; the oldest goes first.
type cache[K comparable, V any] struct {
	values map[K]V
	ring   []K // keys in the order of arrival, from next on
	next   int
	bound  int
}

func newCache[K comparable, V any](bound int) cache[K, V] {
	return cache[K, V]{values: make(map[K]V), bound: bound}
}

func (c *cache[K, V]) get(key K) (V, bool) {
	value, ok := c.values[key]
	return value, ok
}

// put adds a key that get did not find.
func (c *cache[K, V]) put(key K, value V) {
	if len(c.ring) < c.bound {
		c.ring = append(c.ring, key)
	} else {
		delete(c.values, c.ring[c.next])
		c.ring[c.next] = key
		c.next = (c.next + 1) % c.bound
	}
	c.values[key] = value
}
