package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"time"

	"icsim/canister/library"
	"icsim/sim/gateway/pocketic"
)

// A pocketFlags is what the command line says of a PocketIC server.
type pocketFlags struct {
	on       bool
	portFile string
	ttl      int // seconds
	nodes    int
}

// check says what is wrong with flags that go together.
func (p *pocketFlags) check(f *serveFlags, set func(string) bool) error {
	for _, name := range []string{"port-file", "ttl", "nodes"} {
		if set(name) && !p.on {
			return fmt.Errorf("--%s is for --pocketic", name)
		}
	}
	if !p.on {
		return nil
	}
	for _, name := range []string{"clock", "factor", "seed", "record"} {
		if set(name) {
			return fmt.Errorf("--%s is for a scenario; leave out --pocketic", name)
		}
	}
	switch {
	case f.crypto != "" && f.crypto != "bls" && f.crypto != "ideal":
		return fmt.Errorf("--crypto %q: want bls or ideal", f.crypto)
	case p.nodes < 1 || p.nodes > 40:
		return fmt.Errorf("--nodes %d: want 1 to 40", p.nodes)
	case p.ttl < 0:
		return fmt.Errorf("--ttl %d: want seconds, or 0 for no end", p.ttl)
	}
	return nil
}

// runPocket serves instances of PocketIC until Ctrl-C, or until nobody has asked anything for long enough.
func (f *serveFlags) runPocket(ctx context.Context, stderr io.Writer, listen string) error {
	c := pocketic.Config{Crypto: f.crypto, Nodes: f.pocket.nodes, Version: buildVersion()}
	if c.Crypto == "" {
		c.Crypto = "bls"
	}
	var err error
	if c.Library, err = library.Module(); err != nil {
		return err
	}
	if c.Modules, err = modules(); err != nil {
		return err
	}
	listener, err := net.Listen("tcp", listen)
	if err != nil {
		return fmt.Errorf("--listen %s: %w", listen, err)
	}
	defer listener.Close()
	server := pocketic.New(c)
	defer server.Close()
	if err := f.pocket.announce(listener.Addr()); err != nil {
		return err
	}
	fmt.Fprintf(stderr, "PocketIC's interface, %d nodes a subnet, %s\nhttp://%s\n", c.Nodes, c.Crypto, listener.Addr())
	if ctx == nil {
		ctx = context.Background()
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	go f.pocket.watch(ctx, server, stop)
	return serveUntilInterrupted(ctx, listener, server, stderr)
}

// pocketAddress is where to listen: at a free port unless told where, since test suites start servers beside each other.
func pocketAddress(listen string, told bool) string {
	if told {
		return listen
	}
	return "127.0.0.1:0"
}

// announce tells the port in a file, whose line is complete when it is there: clients wait for it.
func (p *pocketFlags) announce(at net.Addr) error {
	if p.portFile == "" {
		return nil
	}
	_, port, err := net.SplitHostPort(at.String())
	if err != nil {
		return err
	}
	part := strings.TrimSuffix(p.portFile, "/") + ".part"
	if err := os.WriteFile(part, []byte(port+"\n"), 0o600); err != nil {
		return fmt.Errorf("--port-file: %w", err)
	}
	if err := os.Rename(part, p.portFile); err != nil {
		return fmt.Errorf("--port-file: %w", err)
	}
	return nil
}

// watch ends what nobody uses.
func (p *pocketFlags) watch(ctx context.Context, server *pocketic.Server, stop func()) {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		if p.ttl > 0 && server.Idle() > time.Duration(p.ttl)*time.Second {
			stop()
			return
		}
		server.Reap()
	}
}
