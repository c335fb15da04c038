package recent

import (
	"fmt"
	"testing"
)

func TestCacheForgetsTheOldest(t *testing.T) {
	c := New[int, string](3)
	for i := range 10 {
		c.Put(i, fmt.Sprint(i))
		for k := range 12 {
			value, ok := c.Get(k)
			if want := k <= i && k > i-3; ok != want || ok && value != fmt.Sprint(k) {
				t.Fatalf("after %d: %d is %q, %v", i, k, value, ok)
			}
		}
		if c.Len() > 3 {
			t.Fatalf("%d values", c.Len())
		}
	}
}
