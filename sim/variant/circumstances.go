package variant

import (
	"time"

	"icsim/protocol"
	"icsim/protocol/consensus"
	"icsim/protocol/replica"
)

// circumstances lists what nodes have to live with. Times are those of the incidents of reference/protocol.md, section H, rounded.
func circumstances() []Variant {
	return []Variant{
		{
			Name: "slow-checkpoints", Source: "incident 1",
			About: "takes a minute to write each checkpoint, as with a state of some hundred GiB",
			Apply: slowRounds(time.Minute, func(b *protocol.Batch) bool { return b.Checkpoint }),
		},
		{
			Name: "slow-manifests", Source: "incident 2",
			About: "takes 50 s to hash each checkpoint, beside its other work",
			Apply: Component("catch_up_package_maker", slowManifests),
		},
		{
			Name: "slow-rounds", Breaks: "freshness", Source: "incident 6: NNS, June 2024",
			About: "takes a minute to execute each round, as on the storage layer of June 2024",
			Apply: slowRounds(time.Minute, func(*protocol.Batch) bool { return true }),
		},
	}
}

// manifestTime is how long slowManifests hashes: longer than 70 rounds of a subnet with 13 nodes last, not as long as 130.
const manifestTime = 50 * time.Second

// slowManifests lets shares of a catch-up package wait for the hash of the checkpoint.
func slowManifests(_ *consensus.Config, _ *consensus.Env, deployed consensus.Component) consensus.Component {
	var height protocol.Height // of the checkpoint that is being hashed
	var done protocol.Time     // by the monotonic clock
	return keeping(deployed, func(_ *consensus.Reader, now consensus.Clock, a *consensus.ChangeAction) bool {
		if h := a.Artifact.Height(); h != height {
			height, done = h, now.Instant.Add(manifestTime)
		}
		return now.Instant >= done
	})
}

// slowRounds charges the execution of some batches with a time of its own, by the instructions that the table counts 2·10⁹ a second.
func slowRounds(d time.Duration, slow func(*protocol.Batch) bool) func(*replica.Config) Wrap {
	return func(cfg *replica.Config) Wrap {
		late := false
		cfg.Processor = edited{cfg.Processor, func(b *protocol.Batch) *protocol.Batch {
			late = late || slow(b)
			return b
		}}
		return after(func(_ *protocol.Input, out *protocol.Outputs) {
			if late {
				late = false
				out.Meter.Charge(protocol.OpInstruction, int(d.Seconds()*2e9))
			}
		})
	}
}
