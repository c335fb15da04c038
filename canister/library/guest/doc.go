// Command guest is the library of canisters: several in one module, since compiling a module costs more than running it. The argument
// of canister_init is (text, record): the name of one of them and its settings, by the names in canister/library. The
// canister then is that one.
//
// Each canister has a file. exports.go names the methods of all: a program made by Go exports what its source says, whatever is
// installed. Hence two canisters that have a method of the same name must agree whether it is an update or a query, and a call
// to a method of another one is rejected in the words the system would use.
//
// canister_heartbeat is not exported: each canister of the library would have one, and be woken in every round. Timers do.
package main
