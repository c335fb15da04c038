package main

import (
	"encoding/hex"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"icsim/canister"
	"icsim/canister/wasm"
)

func canisterCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "canister", Short: "Look into canister modules", Args: cobra.NoArgs}
	cmd.RunE = func(cmd *cobra.Command, _ []string) error { return cmd.Help() }
	cmd.AddCommand(&cobra.Command{
		Use:   "inspect FILE",
		Short: "Check a module, raw or gzip, and show its methods",
		Long: `inspect compiles a module as an installation would. It prints the module's hash, methods and memory, or what is wrong with it,
and in which section, function and byte.`,
		Example: "  icsim canister inspect counter.wasm",
		Args:    exactly("FILE"),
		RunE: func(cmd *cobra.Command, args []string) error {
			text, err := inspect(args[0])
			fmt.Fprint(cmd.OutOrStdout(), text)
			return err
		},
	})
	return cmd
}

func inspect(file string) (string, error) {
	code, err := os.ReadFile(file)
	if err != nil {
		return "", err
	}
	executor := canister.NewExecutor(canister.Config{})
	defer executor.Close()
	m, err := executor.Inspect(code, false)
	if err != nil {
		return "", fmt.Errorf("%s: %w", file, err)
	}
	hash := m.Hash()
	kinds := map[wasm.MethodKind]string{wasm.Update: "update", wasm.Query: "query", wasm.CompositeQuery: "composite query"}
	t := &table{}
	t.row("hash", hex.EncodeToString(hash[:]))
	t.row("bytes", fmt.Sprint(len(code)))
	t.row("memory", fmt.Sprintf("%d KiB", m.InitialImage().Size()*64))
	for _, x := range m.Methods() {
		t.row(kinds[x.Kind], x.Name)
	}
	return t.String(), nil
}
