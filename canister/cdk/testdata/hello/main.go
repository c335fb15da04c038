// Command hello is a canister that greets.
package main

import "icsim/canister/cdk"

var visits uint64

var canister = &cdk.Canister{Service: cdk.Service{
	"greet":  cdk.Update(func(name string) string { visits++; return "Hello, " + name + "!" }),
	"visits": cdk.Query(func() uint64 { return visits }),
}}

var _ = cdk.New(canister)

func main() {}
