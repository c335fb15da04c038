package certification

import (
	"icsim/crypto"
	"icsim/crypto/ideal"
	"icsim/protocol"
	"icsim/protocol/keys"
	"icsim/protocol/registry"
)

const size, threshold = 4, 3

// member is a certifier with the state manager and consensus that it looks at.
type member struct {
	*Certifier
	latest     protocol.Height
	root       func(protocol.Height) protocol.StateHash
	delivered  []protocol.Height
	cup        protocol.Height
	transcript *protocol.Transcript
	meter      *protocol.Meter
	disk       *protocol.Disk
	out        Effects
	asked      int // how often for uncertified heights
}

func (m *member) LatestHeight() protocol.Height                       { return m.latest }
func (m *member) CUPHeight() protocol.Height                          { return m.cup }
func (m *member) HighTranscript(protocol.Height) *protocol.Transcript { return m.transcript }
func (m *member) Deliver(c *protocol.Certification)                   { m.delivered = append(m.delivered, c.AtHeight) }

func (m *member) Uncertified() []protocol.HeightHash {
	m.asked++
	var hs []protocol.HeightHash
	for h := protocol.Height(1); h <= m.latest; h++ {
		hs = append(hs, protocol.HeightHash{Height: h, Hash: m.root(h)})
	}
	return hs
}

func wrongRoot(protocol.Height) protocol.StateHash { return protocol.StateHash{0xff, 0xff} }

func honestRoot(h protocol.Height) protocol.StateHash {
	return protocol.StateHash{byte(h), byte(h >> 8)}
}

// subnet makes members 0 … 3 with a key of threshold 3; member 4 is not in the committee.
func subnet() []*member {
	scheme := ideal.New()
	group, secrets := scheme.Deal(crypto.Seed{1}, size, threshold)
	transcript := &protocol.Transcript{Group: group, Committee: []protocol.NodeID{0, 1, 2, 3}}
	r := registry.New(protocol.RegistrySnapshot{Subnets: []*protocol.SubnetRecord{{PublicKey: group.Key}}})
	shares := func(_ *protocol.Transcript, n protocol.NodeID) (crypto.ThresholdSecretKey, bool) {
		if int(n) >= size {
			return crypto.ThresholdSecretKey{}, false
		}
		return secrets[n], true
	}
	var members []*member
	for i := range protocol.NodeID(size + 1) {
		m := &member{root: honestRoot, transcript: transcript, meter: &protocol.Meter{}, disk: protocol.NewDisk()}
		m.Certifier = New(Config{
			Node: i, States: m, Consensus: m,
			Keys: &keys.Keyring{Node: i, Scheme: scheme, Registry: r.Client(i, registry.PollPhase{}), Shares: shares, Meter: m.meter},
		})
		members = append(members, m)
	}
	return members
}

// step runs one step and applies its writes.
func (m *member) step() {
	m.out = Effects{}
	*m.meter = protocol.Meter{}
	m.Step(0, &m.out)
	m.disk.Apply(m.out.Writes)
}

// execute lets a member reach a height and step.
func (m *member) execute(h protocol.Height) {
	m.latest = h
	m.step()
}

// restart gives a member its disk and nothing else.
func (m *member) restart() {
	m.Certifier = New(m.cfg)
	m.delivered = nil
	m.Restore(m.disk.Load(protocol.DiskCertificationPool))
}

// published gives what the last step published of a kind.
func (m *member) published(kind protocol.ArtifactKind) []Published {
	var ps []Published
	for _, p := range m.out.Publish {
		if p.Artifact.Kind() == kind {
			ps = append(ps, p)
		}
	}
	return ps
}

// share gives a member's own share of a height that it just executed.
func share(m *member, h protocol.Height) *protocol.CertificationShare {
	m.execute(h)
	return m.heights[h].own
}

// certification gives what the subnet signs for a height.
func certification(h protocol.Height) *protocol.Certification {
	members := subnet()
	for _, m := range members[1:3] {
		members[0].Insert(share(m, h), 1)
	}
	members[0].execute(h)
	return members[0].Certification(h)
}
