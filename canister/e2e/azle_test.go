package e2e

import (
	"testing"

	"github.com/stretchr/testify/require"

	"icsim/protocol"
)

func TestAzle(t *testing.T) {
	const house, friend protocol.CanisterID = 1, 2
	guests := install{"guests.wasm", "guests.did", "()"}
	s := newSubnet(t, guests, guests)
	require.Equal(t, `("Hello, Ann! (1)")`, s.call(house, "greet", `("Ann")`))
	require.Equal(t, `("Hello, Ann! (2)")`, s.call(house, "greet", `("Ann")`))
	require.Contains(t, s.call(house, "refuse", `("Bob")`), "Bob is not welcome")
	require.Equal(t, "(record { guests = 1 : nat64; visits = 2 : nat })", s.call(house, "status", "()"), "a trap leaves no trace")
	require.Equal(t, `("They say: Hello, Cy! (1)")`, s.call(friend, "send", `(principal "`+house.Principal().String()+`", "Cy")`))
	require.Equal(t, "(record { guests = 2 : nat64; visits = 3 : nat })", s.call(house, "status", "()"))
	require.Equal(t, "()", s.upgrade(house, "guests.wasm", "()"))
	require.Equal(t, "(record { guests = 2 : nat64; visits = 0 : nat })", s.call(house, "status", "()"))
	require.Equal(t, `("Hello, Ann! (3)")`, s.call(house, "greet", `("Ann")`))
}
