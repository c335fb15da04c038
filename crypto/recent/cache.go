package recent

// A Cache remembers up to a bound of results; the oldest goes first.
type Cache[K comparable, V any] struct {
	values map[K]V
	ring   []K // keys in the order of arrival, from next on
	next   int
	bound  int
}

// New makes an empty cache. The bound is at least one.
func New[K comparable, V any](bound int) Cache[K, V] {
	return Cache[K, V]{values: make(map[K]V), bound: bound}
}

// Get gives what was put under a key, unless it is forgotten.
func (c *Cache[K, V]) Get(key K) (V, bool) {
	value, ok := c.values[key]
	return value, ok
}

// Put adds a key that Get did not find.
func (c *Cache[K, V]) Put(key K, value V) {
	if len(c.ring) < c.bound {
		c.ring = append(c.ring, key)
	} else {
		delete(c.values, c.ring[c.next])
		c.ring[c.next] = key
		c.next = (c.next + 1) % c.bound
	}
	c.values[key] = value
}

// Len is how many results are remembered.
func (c *Cache[K, V]) Len() int { return len(c.values) }
