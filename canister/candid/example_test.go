package candid_test

import (
	"fmt"

	"icsim/canister/candid"
)

func Example() {
	iface, err := candid.ParseDID(`service : { greet : (record { name : text; times : opt nat }) -> (vec text) query }`)
	if err != nil {
		panic(err)
	}
	greet, _ := iface.Method("greet")
	_, err = candid.ParseArgsAs(`(record { name = "Ada"; time = opt 2 })`, greet.Args)
	fmt.Println(err)

	args, _ := candid.ParseArgsAs(`(record { name = "Ada"; times = opt 2 })`, greet.Args)
	message, _ := candid.Encode(args, greet.Args)
	fmt.Printf("%x\n", message)

	back, _ := candid.Decode(message, greet.Args)
	fmt.Println(candid.Format(back))
	// Output:
	// line 1, column 32: argument 1: field time is not one of record { times : opt nat; name : text }
	// 4449444c026c02c6ffd6810101cbe4fdc704716e7d0100010203416461
	// (record { times = opt (2 : nat); name = "Ada" })
}
