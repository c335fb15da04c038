package memo

import (
	"fmt"
	"sync"
)

// A Cache remembers results of a pure function by the content of its arguments. Keys must be equal only for
// equal arguments. Values are shared: nobody changes them.
type Cache[K comparable, V any] struct {
	mu         sync.Mutex
	bound      int
	young, old map[K]V
}

// NewCache makes a cache that holds at most two times bound entries.
func NewCache[K comparable, V any](bound int) *Cache[K, V] {
	if bound <= 0 {
		panic(fmt.Sprintf("memo: a cache of %d entries", bound))
	}
	return &Cache[K, V]{bound: bound, young: make(map[K]V), old: make(map[K]V)}
}

// Get finds the result for a key.
func (c *Cache[K, V]) Get(key K) (V, bool) {
	c.mu.Lock()
	value, ok := c.young[key]
	if !ok {
		if value, ok = c.old[key]; ok {
			c.put(key, value)
		}
	}
	c.mu.Unlock()
	return value, ok
}

// Put remembers a result.
func (c *Cache[K, V]) Put(key K, value V) {
	c.mu.Lock()
	c.put(key, value)
	c.mu.Unlock()
}

func (c *Cache[K, V]) put(key K, value V) {
	if len(c.young) >= c.bound {
		clear(c.old) // keeps its space for the next generation
		c.young, c.old = c.old, c.young
	}
	c.young[key] = value
}

// Do gives the result for a key, computing it if it is not remembered.
func (c *Cache[K, V]) Do(key K, compute func() V) V {
	value, ok := c.Get(key)
	if !ok {
		value = compute()
		c.Put(key, value)
	}
	return value
}
