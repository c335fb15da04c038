package scenarios

// Example is a scenario that uses every section, with comments: `icsim validate --help` shows it.
const Example = `# A scenario is what happens, to whom, and what must hold. Only name, duration and subnets are needed.
name: example
about: one line for icsim list
duration: 2m                          # of virtual time: 150ms, 1.5s, 1m30s, 2h, 1d
# until: 1m                           # ends the run before: what is expected of the whole is not judged
# replay: session.log                 # what came in from outside while icsim serve recorded it comes again
crypto: ideal                         # bls (the default: real signatures) or ideal (same sizes, fast)
seed: 1                               # that all chance comes from, unless --seed names another
genesis: 2026-01-01T00:00:00Z         # the date at virtual time 0
# branches: [{ at: 12.5s, seed: 7 }]  # from there on another seed decides; at: an event such as "12000000000/3/45", too

network: { latency: world }           # 43 cities with mainnet's data centres; the default
# network: { latency: mainnet }       113 data centres by their names in the registry, such as zh2
# network: { uniform: 200ms, loss: 0.1% }      any two machines, one way
# network: { matrix: measured.csv }            columns from,to,rtt_ms,packet_loss_fraction
# network: { requests: 50ms }         what calls, queries and stream slices take beside the way: default 1ms. With more of it
                                      # many subnets run faster, being computed so long without waiting for each other

subnets:
  - name: app
    type: application                 # or verified_application, system
    nodes: 13                         # named app/0 to app/12
    places: world                     # spread over the network's places; or Zurich; or [Zurich, Tokyo], in turn
    providers: [alpha, beta, gamma]   # of the nodes, in turn
    bandwidth: 300Mbit                # a node, each way; or uplink and downlink; or unlimited
    notary_delay: 300ms               # initial notary delay
    unit_delay: 1s                    # 3s above 13 nodes
    dkg_interval: 499                 # heights after a summary
    # max_ingress_bytes: 2MiB, max_ingress_messages: 1000, max_block_ingress: 4MiB, max_block_payload: 4MiB
    # idle_canisters: 20000           # that only cost each round what a canister costs
    chain_keys: [ecdsa:secp256k1:key_1, schnorr:ed25519:key_1]   # for canisters; also schnorr:bip340secp256k1, vetkd:bls12_381_g2
    pre_signatures: 5                 # of each key, made in advance
    # signature_queue: 20, signature_timeout: 1m (default: never), parallel_transcripts: 20
    # idkg_key_rotation: 14d          # each node has a new encryption key so often, in turn; default: never
  - { name: other, nodes: 4 }
  # - { preset: io67a }               # a subnet of January 2026; or nns, sns, ii, fiduciary, bitcoin. Needs latency: mainnet, as does
  # - { name: new, nodes: 13, generate: { at_most: { country: 1 } } }   # of mainnet's nodes; also provider, centre, owner; draw: 7
# subnets: mainnet                    # all 47 of them, 701 nodes

spares: { nodes: 7, places: world }   # belong to no subnet until a change adds them: spare/0 to spare/6

changes:                              # of the registry; nodes learn of one within 10 s, most take effect an interval or two later
  - { at: 15s, subnet: app, add: spare/0, remove: app/12 }           # what is removed can be added again
  - { at: 20s, subnet: other, replace: other/0..1, by: spare/1..2, every: 40s }      # one node after the other
  - { at: 30s, subnet: app, notary_delay: 400ms, unit_delay: 2s, dkg_interval: 199 }
  - { at: 80s, subnet: other, halt: true }                           # at once; halt: false lets it go on
  - { at: 84s, subnet: other, halt: false }
  # - { at: 50s, subnet: app, halt_at_cup: true }                    # at the next catch-up package but one, whose state is known to all
  # - { at: 82s, split: [tally], to: other, from: app/3, upload: other/0 }      # both halted, and with a prepare_migration before
  # - { at: 82s, subnet: other, recover: { from: other/2 }, remove: other/0..1, add: spare/5..6 }  # halted; takes an interval or two
  - { at: 86s, create: { name: fresh, nodes: spare/3..6, dkg_interval: 99 } }  # has keys in one or two intervals of the first subnet
  - { at: 40s, subnet: other, reshare: ecdsa:secp256k1:key_1, from: app }    # other holds the key, too, from its next summary on
  - { at: 118s, subnet: other, enable_signing: ecdsa:secp256k1:key_1 }       # and signs with it; then app keeps it as a backup
  - { at: 118s, subnet: app, disable_signing: ecdsa:secp256k1:key_1 }
  - { at: 88s, prepare_migration: tally, to: other }                 # for who reads the registry: tally is about to move
  - { at: 100s, reroute: tally, to: other }                          # it is other's now, as was prepared; back: to: app
  - { at: 118s, complete_migration: tally }
  # - { at: 90s, migrate: tally, to: other }    # without more, as the migration canister does: icsim run migration
  - { at: 90s, subnet: app, upgrade: v2 } # another replica version, from the catch-up package after the next; minutes of downtime

users: [admin]                        # with keys of their own; each client is a user, too

canisters:
  - { name: tally, subnet: app, library: counter, cycles: 100T, controllers: [admin, asker] }
  - name: asker
    subnet: other
    library: caller
    settings: { calls: tally }        # of a canister of the library
    compute_allocation: 10%           # from here on what update_settings sets; these are not the defaults
    memory_allocation: 64MiB
    freezing_threshold: 7d
    reserved_cycles_limit: 1T
    wasm_memory_limit: 1GiB           # 0: none
    wasm_memory_threshold: 64MiB      # canister_on_low_wasm_memory runs when less is left
    environment_variables: { MODE: test }
    log_visibility: [users, asker]    # beside controllers; or controllers (the default), or public
  - { name: oracle, subnet: app, library: fetcher, settings: { keep: usd } }         # makes outcalls
  - { name: shop, subnets: all, library: counter }                   # one on each: shop-app, shop-other; or subnets: [app, other]
  - { name: notary, subnet: app, library: signer, settings: { path: seal } }       # asks chain keys for signatures
  # - { name: mine, subnet: app, module: mine.wasm, candid: mine.did, arg: '(42, "x", $admin)' }
  # module: raw or gzip; candid: for modules that do not carry it; arg: Candid or hex"4449444c0000"; motoko: a.mo with make e2e

management:                           # asked by the canister's first controller who is a user, or by as:
  - { upgrade: tally, at: 30s, library: counter, mode: upgrade }    # or reinstall; or module, candid, arg
  - { stop: tally, at: 40s }
  - { start: tally, at: 42s }
  - { top_up: tally, at: 45s, cycles: 1T, as: clock }
  - { update_settings: tally, at: 47s, freezing_threshold: 60d, compute_allocation: 5% }    # settings not named stay

clients:
  - { name: users, call: tally.inc, rate: 5/s, poisson: true, place: London }
  - { name: doubles, call: tally.inc, rate: 1/s, copies: 2 }        # each call to two nodes, with two keys that sign for one user
  - { name: uploads, call: tally.inc, payload: 1MiB, every: 10s, burst: 20 }     # 20 calls at a time, each with a blob of that size
  # - { name: replayed, trace: load.csv }     # columns at_s,call,payload: seconds, canister.method (or query), bytes of a blob
  - { name: guests, call: shop.inc, rate: 3/s, poisson: true, popularity: zipf }    # shared among all of them; even: all alike
  - { name: clock, call: asker.call, every: 2s, from: 5s, until: 100s, count: 20 }
  - { name: reader, call: oracle.fetch, at: 8s, arg: '("https://api.example.com/price")', expect: '(200, "7")' }
  - { name: owner, call: notary.sign, at: 20s, arg: '("schnorr:ed25519:key_1", "a message")', expect: any }
  - { name: late, call: tally.get, at: 50s, expect: any }           # a reply; or Candid such as (5); or reject: IC0508
  - { name: readers, query: tally.get, rate: 10/s, expect: any }    # one node answers; call has the whole subnet agree
  - name: one                         # makes calls one after the other
    from: 60s
    sequence:                         # also query and what management has
      - { call: tally.inc, save: n }                                # $n is the reply from now on; $admin, $tally, $app: principals
      - { call: tally.set, arg: '($n)', as: admin, expect: () }
      - { query: tally.get, expect: any }
      - { stop: tally, as: one, wait: 2s, reject: IC0512 }        # one does not control tally
  - { name: many, repeat: 10, sequence: [{ call: tally.inc, increasing: true }] }

outcalls:                             # what HTTPS servers answer to http_request; the first line that fits counts
  - { url: "https://down.example.com/", prefix: true, unreachable: true, delay: 2s }   # all URLs that begin so
  - { url: "https://api.example.com/price", nodes: app/10..12, body: '{"usd": 9}' }    # what some nodes get; method: post, too
  - { url: "https://api.example.com/price", bodies: ['{"usd": 7, "at": 1}', '{"usd": 7, "at": 2}'] }   # nodes in turn
  - { url: "https://api.example.com/", prefix: true, status: 404, headers: { content-type: text/plain }, body: gone, delay: 300ms }

faults:                               # nodes: app/3, app/0..3, app, all, place:Zurich, provider:alpha, or a list of these
  - { crash: app/3, at: 20s, restart_after: 30s, lose_disk: false }
  - { pause: app/4, at: 25s, for: 2s }
  - { cut: app/0..3, at: 60s, for: 20s, direction: both }    # from all other nodes; out, in: one way
  - { partition: [other/0..1, other/2..3], at: 70s, for: 5s, one_way: false }
  - { link: app/5, to: app, at: 30s, for: 10s, delay: 100ms, loss: 5%, one_way: true }
  - { bandwidth: app/6, at: 30s, for: 10s, limit: 10Mbit }   # or up, down
  - { clock_jump: app/7, at: 40s, by: -2s }
  - { clock_drift: app/8, at: 1s, by: 100ppm }
  - { slow_cpu: app/9, at: 50s, for: 30s, factor: 3x }
  - { crash: provider:beta, at: 80s, restart_after: 10s }    # one event; place:Zurich is an outage of a data centre
  - { crash: app/block-maker, at: 82s, restart_after: 5s }   # whoever has rank 0 then; app/slowest: the least finalized height
  - { pause: app, at: 90s, for: 2s, pick: 3, ramp: 1s }      # three that the seed picks, one after the other; or probability: 1/4
  - { clog: app/4, at: 92s, for: 3s, direction: both }       # what it sends and is sent is kept back, and let go at once
  - { swizzle: app, at: 96s, for: 6s, pick: 3 }              # clogged one by one, freed one by one in another order
  - { scheduler: app, at: 103s, for: 5s, delay: 500ms, starve: 2, turn: 2s }   # an adversary reorders; some get everything late
  - { clock_stall: app/3, at: 30s, for: 5s }
  - { crash: app/1, at: 110s, restart_after: 2s, torn: true }                  # in the middle of a write; or forgets: 5s
  - { disk: app/2, at: 5s, for: 60s, lose: 0.1%, misdirect: 0.1%, slow: 10x }  # or full: true
  - { swap_disks: [app/11, app/12], at: 100s, restart_after: 1s }
  - { churn: other, at: 1s, faster: 20_000x }                # nodes fail and come back as measured on mainnet, so much faster

attackers:                            # icsim list --strategies names what they can do, and what each takes
  - { nodes: app/10, strategies: equivocate, from: 10s, until: 90s }
  - { nodes: app/10, strategies: withhold, to: app/0..3, artifacts: [block-proposal, finalization-share] }
  - { nodes: other, strategies: [adaptive, delay], count: 1 }     # honest until the coalition chooses one that makes a block
  - { nodes: app/11..12, strategies: [silent] }

# variants: [cup-gap-70]              # rules that all nodes follow in place of the deployed ones; icsim list --variants names them

liveness:                             # what counts as live; these are the defaults
  progress: 20s                       # longest wait for a finalized block, while at most f nodes are disturbed
  lag: 10                             # heights that a settled node may be behind at the end
  freshness: 5m                       # greatest age of the newest certified state
  catch_up: 60s                       # a disturbed node is within lag so long after it is left alone; default: at the end of the run

# healing: { at: 70s, core: [app/0..9, other], within: 10m }   # then all faults are over for these, n-f of each subnet: they have to
                                      # finalize and certify past what anyone knew; others may stay broken, and owe nothing. A run
                                      # whose core has not ends later than it says: when it has, or within is over

expect:                               # what else must hold at the end
  - { block_rate: { of: app, min: 0.5, max: 3 } }
  - { ingress_lost: { max: 0 } }

sometimes:                            # what has to be so in some run of a sweep; icsim run does not ask for it
  - { state_syncs: { of: app, min: 1 } }
  - rank-2-finalized                  # a situation (icsim list --situations)
`
