package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"icsim/scenarios"
	"icsim/sim"
	"icsim/sim/gateway"
	"icsim/sim/gateway/live"
	"icsim/sim/gateway/page"
	"icsim/sim/gateway/site"
	"icsim/sim/gateway/visitor"
)

// A serveFlags is what the command line says of a session.
type serveFlags struct {
	file   string
	listen string
	clock  string
	factor float64
	seed   uint64
	seeded bool // by a flag
	crypto string
	record string
	pocket pocketFlags
}

func serveCommand() *cobra.Command {
	var f serveFlags
	cmd := &cobra.Command{
		Use:   "serve FILE | serve --pocketic",
		Short: "Let agents, browsers and test suites use a simulated network",
		Long: `serve runs a scenario as long as you like and lets unmodified agents use it over HTTP, as they use the Internet Computer: they
create, install and call canisters, query, read the state, and verify what nodes sign, while the scenario's faults and attackers do
their work. Open the printed address in a browser to watch.

The clock says how virtual time goes on:
  auto     as fast as this computer can while a request is open, with real time otherwise; nodes' clocks stay near yours
  real     one second a second, or --factor
  manual   only when told to

All that comes in is recorded. At the end, by Ctrl-C, serve prints the session's digest and the icsim run that gives the same.

With --pocketic there is no scenario: the server speaks PocketIC's REST interface, and test suites make the networks that they need.
A client that starts a server by itself gets this one by a script in place of the binary: exec icsim serve --pocketic "$@"`,
		Example: `  icsim serve quickstart
  icsim serve quickstart --clock real --factor 2
  icsim serve my.yaml --listen 127.0.0.1:8000 --crypto ideal --record session
  icsim serve --pocketic --port-file port --ttl 60`,
		Args: func(cmd *cobra.Command, args []string) error {
			if f.pocket.on && len(args) > 0 {
				return fmt.Errorf("--pocketic takes no FILE: test suites say what they need")
			} else if f.pocket.on {
				return nil
			}
			return exactly("FILE")(cmd, args)
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := f.pocket.check(&f, cmd.Flags().Changed); err != nil {
				return err
			}
			if f.pocket.on {
				return f.runPocket(cmd.Context(), cmd.ErrOrStderr(), pocketAddress(f.listen, cmd.Flags().Changed("listen")))
			}
			f.file, f.seeded = args[0], cmd.Flags().Changed("seed")
			return f.run(cmd.Context(), cmd.OutOrStdout(), cmd.ErrOrStderr())
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&f.listen, "listen", "127.0.0.1:8000", "the address to listen on; port 0 takes a free one")
	flags.StringVar(&f.clock, "clock", "auto", "auto, real or manual: how virtual time goes on")
	flags.Float64Var(&f.factor, "factor", 1, "with --clock real: virtual seconds a second, from 0.001 to 1000")
	flags.Uint64Var(&f.seed, "seed", 1, "the seed that all chance comes from, instead of the scenario's")
	flags.StringVar(&f.crypto, "crypto", "", "bls (agents can verify) or ideal (fast, nobody can) instead of the scenario's")
	flags.StringVar(&f.record, "record", "", "the directory for the recording, or none, instead of a new one in your cache directory")
	flags.BoolVar(&f.pocket.on, "pocketic", false, "speak PocketIC's interface, without FILE")
	flags.StringVar(&f.pocket.portFile, "port-file", "", "with --pocketic: the file to write the port into, when it is open")
	flags.IntVar(&f.pocket.ttl, "ttl", 60, "with --pocketic: end after so many seconds without a request; 0: never")
	flags.IntVar(&f.pocket.nodes, "nodes", 4, "with --pocketic: the nodes of each subnet")
	return cmd
}

func (f *serveFlags) run(ctx context.Context, stdout, stderr io.Writer) error {
	if ctx == nil {
		ctx = context.Background()
	}
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // a second Ctrl-C ends the process
	mode, err := live.ParseMode(f.clock)
	switch {
	case err != nil:
		return fmt.Errorf("--clock: %w", err)
	case f.factor < 0.001 || f.factor > 1000:
		return fmt.Errorf("--factor %g: want a number from 0.001 to 1000", f.factor)
	}
	spec, err := (&runFlags{file: f.file, crypto: f.crypto, workers: 1}).spec()
	if err != nil {
		return err
	}
	if spec.Replay != "" {
		return fmt.Errorf("%s is a recorded session; replay it with icsim run", f.file)
	}
	listener, err := net.Listen("tcp", f.listen)
	if err != nil {
		return fmt.Errorf("--listen %s: %w", f.listen, err)
	}
	defer listener.Close()
	spec.Genesis = time.Now().UTC()
	if !f.seeded {
		f.seed = spec.Seed()
	}
	spec.Expect = nil // it is about the whole of the scenario
	runner, record, err := f.open(spec)
	if err != nil {
		return err
	}
	agents := gateway.NewAgents(runner, uint64(spec.Genesis.UnixNano()), buildVersion())
	handler, err := routes(agents, runner, spec, f.seed)
	if err != nil {
		return err
	}
	f.ready(ctx, agents, runner, mode, stderr)
	f.greet(stderr, spec, runner, listener.Addr(), record)
	served := serveUntilInterrupted(ctx, listener, handler, stderr)
	result, err := runner.Close()
	if err := errors.Join(served, err, record.close()); err != nil {
		return fmt.Errorf("%s: %w", f.file, err)
	}
	result.Version = buildVersion()
	result.WallSeconds = time.Since(spec.Genesis).Seconds()
	spec.Rename(result)
	if _, err := io.WriteString(stdout, summary(result, isTerminal(stdout))); err != nil {
		return err
	}
	if record.dir != "" {
		fmt.Fprintf(stdout, "\nreplay: icsim run %s%s\n", record.scenario(), f.seedFlag())
	}
	return verdict(result)
}

// open starts the session, which stands until it is ready.
func (f *serveFlags) open(spec *scenarios.Spec) (*live.Runner, *record, error) {
	config, err := configOf(spec, f.seed)
	if err != nil {
		return nil, nil, err
	}
	session, err := sim.Open(config)
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", f.file, err)
	}
	record, err := openRecord(f.record, spec, f.seed)
	if err != nil {
		return nil, nil, err
	}
	return live.Start(session, live.Config{Mode: live.Manual, Factor: f.factor, Record: record.writer}), record, nil
}

// ready waits until agents are answered, and lets time go. A network of which a part never answers is served as well: that
// may be what somebody wants to see.
func (f *serveFlags) ready(ctx context.Context, agents *gateway.Agents, runner *live.Runner, mode live.Mode, stderr io.Writer) {
	if err := agents.Await(ctx); err != nil && ctx.Err() == nil {
		fmt.Fprintln(stderr, err)
	}
	_ = runner.SetMode(mode) // fails if the session is over: closing it tells why
}

func (f *serveFlags) seedFlag() string {
	if f.seed == 1 {
		return ""
	}
	return fmt.Sprintf(" --seed %d", f.seed)
}

// greet says where what is.
func (f *serveFlags) greet(w io.Writer, spec *scenarios.Spec, runner *live.Runner, at net.Addr, record *record) {
	fmt.Fprintf(w, "%s, seed %d, %s, clock %s\n", spec.Name, f.seed, spec.Crypto, f.clock)
	if spec.Crypto == "ideal" {
		fmt.Fprintln(w, "ideal signatures: agents that verify will refuse them; serve with --crypto bls for those")
	}
	if host, _, err := net.SplitHostPort(at.String()); err == nil && !net.ParseIP(host).IsLoopback() {
		fmt.Fprintln(w, "anybody who reaches this address can use the network")
	}
	if record.dir != "" {
		fmt.Fprintf(w, "recording into %s\n", record.dir)
	}
	_ = runner.Do(func(s *sim.Session) {
		for _, canisters := range s.Registry().Routing.Ranges {
			subnet := s.Registry().Subnet(canisters.Subnet)
			fmt.Fprintf(w, "%s: subnet %s, canisters from %s\n", subnet.Name, subnet.Principal, canisters.First.Principal())
		}
	})
	for i, c := range spec.Hosted() {
		if i == mostGreeted {
			fmt.Fprintln(w, "and other canisters")
			break
		}
		fmt.Fprintf(w, "%s: canister %s of %s\n", c.Name, c.ID.Principal(), c.Subnet)
	}
	fmt.Fprintf(w, "http://%s\n", at)
}

// mostGreeted is how many canisters are named at the beginning.
const mostGreeted = 20

// routes says who answers what: agents below /api/, canisters at hosts of their own, and the page elsewhere.
func routes(agents *gateway.Agents, runner *live.Runner, spec *scenarios.Spec, seed uint64) (http.Handler, error) {
	user, err := visitor.New(runner, uint64(spec.Genesis.UnixNano()))
	if err != nil {
		return nil, err
	}
	sites, watching := site.NewHandler(site.Of(user)), page.New(runner, user, scene(runner, spec, seed))
	mux := http.NewServeMux()
	mux.Handle("/api/", agents)
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		if _, ok := sites.TargetOf(r); ok {
			sites.ServeHTTP(w, r)
		} else {
			watching.ServeHTTP(w, r)
		}
	})
	return mux, nil
}

// A patience is how long clients may take, so that slow and idle ones hold nothing for long. read is for a request with its body: once that
// has come, net/http lifts the deadline, and the answer may take its time (net/http, connReader.startBackgroundRead).
type patience struct{ head, read, idle time.Duration }

// What serveUntilInterrupted grants.
var usual = patience{head: 10 * time.Second, read: time.Minute, idle: 2 * time.Minute}

const (
	headBytes = 64 << 10
	closeTime = 2 * time.Second
)

func (p patience) server(h http.Handler) *http.Server {
	return &http.Server{Handler: h, ReadHeaderTimeout: p.head, ReadTimeout: p.read, IdleTimeout: p.idle, MaxHeaderBytes: headBytes}
}

// serveUntilInterrupted answers until ctx ends.
func serveUntilInterrupted(ctx context.Context, l net.Listener, h http.Handler, stderr io.Writer) error {
	server := usual.server(h)
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(l) }()
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}
	fmt.Fprintln(stderr, "ending the session")
	closing, cancel := context.WithTimeout(context.Background(), closeTime)
	defer cancel()
	if err := server.Shutdown(closing); err != nil {
		return server.Close() // open requests are cut off
	}
	return nil
}
