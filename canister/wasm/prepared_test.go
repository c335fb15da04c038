package wasm

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// memory is a Memo that counts.
type memory struct {
	known    map[ModuleKey]*Prepared
	prepared int
}

func (m *memory) Do(of ModuleKey, prepare func() *Prepared) *Prepared {
	if m.known[of] == nil {
		m.prepared++
		m.known[of] = prepare()
	}
	return m.known[of]
}

// Engines of a cache with a memo prepare a module once, and one that is refused is refused by all for the same reason.
func TestEnginesPrepareAModuleOnce(t *testing.T) {
	cache, err := NewCache("")
	require.NoError(t, err)
	defer cache.Close()
	m := &memory{known: map[ModuleKey]*Prepared{}}
	cache.Remember(m)
	empty := []byte("\x00asm\x01\x00\x00\x00")
	var reasons []string
	for range 3 {
		e := NewEngine(Config{Cache: cache})
		_, err := e.Compile(empty, CompileOptions{})
		require.NoError(t, err)
		_, err = e.Compile([]byte("\x00asm\x02\x00\x00\x00"), CompileOptions{})
		require.Error(t, err)
		reasons = append(reasons, err.Error())
		e.Close()
	}
	require.Equal(t, 2, m.prepared)
	require.Equal(t, []string{reasons[0], reasons[0], reasons[0]}, reasons)
}
