package main

import (
	"fmt"

	"github.com/spf13/cobra"
)

func canisterCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "canister", Short: "Build canister modules from Go, and look into modules", Args: cobra.NoArgs}
	cmd.RunE = func(cmd *cobra.Command, _ []string) error { return cmd.Help() }
	cmd.AddCommand(canisterBuildCommand(), canisterInspectCommand())
	return cmd
}

func canisterBuildCommand() *cobra.Command {
	var out string
	cmd := &cobra.Command{
		Use:   "build PACKAGE [-o FILE]",
		Short: "Make a canister module of a Go package",
		Long: `build compiles a package main that uses icsim/canister/cdk, and makes of it a module that any scenario can install, and the
real Internet Computer too. PACKAGE is a directory or an import path. The module exports what the package gives to cdk.New, and
holds the Candid description of its typed methods.

It needs the go command, of the version that the package asks for.`,
		Example: `  icsim canister build ./hello                     writes hello.wasm
  icsim canister build ./hello -o out/h.wasm.gz    compresses, as its name says`,
		Args: exactly("PACKAGE"),
		RunE: func(cmd *cobra.Command, args []string) error {
			text, err := build(args[0], out)
			fmt.Fprint(cmd.OutOrStdout(), text)
			return err
		},
	}
	cmd.Flags().StringVarP(&out, "output", "o", "", "the module to write; .gz at its end compresses it (default PACKAGE.wasm)")
	return cmd
}

func canisterInspectCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "inspect FILE",
		Short: "Show what a module exports and imports, and why it is refused",
		Long: `inspect reads a module, raw or gzip, of 32 or 64 bit, and checks it as an installation would. It prints the module's hash,
sizes and limits, what it exports and imports, its custom sections and its Candid description; and what is wrong with it, in
which section, function and byte.`,
		Example: "  icsim canister inspect counter.wasm",
		Args:    exactly("FILE"),
		RunE: func(cmd *cobra.Command, args []string) error {
			text, err := inspect(args[0])
			fmt.Fprint(cmd.OutOrStdout(), text)
			return err
		},
	}
}
