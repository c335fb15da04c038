package cdk_test

import (
	"fmt"

	"icsim/canister/cdk"
	"icsim/canister/cdk/cdktest"
)

// A canister of ten lines, tested without a network. icsim canister build makes a module of such a package.
func Example() {
	var visits uint64
	hello := &cdk.Canister{Service: cdk.Service{
		"greet":  cdk.Update(func(name string) string { visits++; return "Hello, " + name + "!" }),
		"visits": cdk.Query(func() uint64 { return visits }),
	}}

	n := cdktest.New()
	n.Install("hello", hello, nil)
	greeting, err := cdktest.Ask[string](n, "hello", "greet", "world")
	fmt.Println(greeting, err)
	count, err := cdktest.AskQuery[uint64](n, "hello", "visits")
	fmt.Println(count, err)
	fmt.Print(cdk.On(nil, hello).Candid())
	// Output:
	// Hello, world! <nil>
	// 1 <nil>
	// service : {
	//   greet : (text) -> (text);
	//   visits : () -> (nat64) query;
	// }
}

// A method that waits for another canister is written straight on.
func ExampleAsk() {
	n := cdktest.New()
	n.Install("rates", &cdk.Canister{Service: cdk.Service{
		"rate": cdk.Query(func(currency string) (uint64, error) {
			if currency != "ICP" {
				return 0, fmt.Errorf("no rate of %s", currency)
			}
			return 12, nil
		}),
	}}, nil)
	n.Install("shop", &cdk.Canister{Service: cdk.Service{
		"price": cdk.Update(func(ctx *cdk.Context, currency string, amount uint64) (uint64, error) {
			rate, err := cdk.Ask[uint64](ctx, "rates", "rate", currency)
			return amount * rate, err
		}),
	}}, nil)

	fmt.Println(cdktest.Ask[uint64](n, "shop", "price", "ICP", uint64(5)))
	fmt.Println(cdktest.Ask[uint64](n, "shop", "price", "XYZ", uint64(5)))
	// Output:
	// 60 <nil>
	// 0 no rate of XYZ
}
