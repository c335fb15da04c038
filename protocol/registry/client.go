package registry

import (
	"fmt"
	"time"

	"icsim/protocol"
)

// PollInterval is how often the orchestrator asks the registry, and the replica the orchestrator's local store.
const PollInterval = 5 * time.Second

// PollPhase is when a node's two polls fall: at these offsets in [0, PollInterval) and every PollInterval after.
type PollPhase struct{ Orchestrator, Replica time.Duration }

// A Client is one node's view. It implements protocol.RegistryClient.
type Client struct {
	registry *Registry
	node     protocol.NodeID
	phase    PollPhase
	latest   int // index of the newest version seen; never decreases
}

// Client makes a node's view of the registry.
func (r *Registry) Client(node protocol.NodeID, phase PollPhase) *Client {
	return &Client{registry: r, node: node, phase: phase}
}

var _ protocol.RegistryClient = (*Client)(nil)

// Latest is the newest version this node has at local time now.
func (c *Client) Latest(now protocol.Time) protocol.RegistryVersion {
	versions := c.registry.versions
	for c.latest+1 < len(versions) && c.seenAt(c.latest+1) <= now {
		c.latest++
	}
	return versions[c.latest].snapshot.Version
}

// LatestBefore is the newest version this node has had for at least age at local time now
// (rs/consensus/utils get_stable_registry_version: the client stamps versions when it learns them).
func (c *Client) LatestBefore(now protocol.Time, age time.Duration) protocol.RegistryVersion {
	c.Latest(now)
	i := c.latest
	for i > 0 && c.seenAt(i) > now.Add(-age) {
		i--
	}
	return c.registry.versions[i].snapshot.Version
}

// At gives the content at a version. Versions this node has not seen are there too: a peer's block may name one.
func (c *Client) At(v protocol.RegistryVersion) *protocol.RegistrySnapshot {
	if v < 1 || int(v) > len(c.registry.versions) {
		panic(fmt.Sprintf("registry: node %s asks for version %d of %d", c.node, v, len(c.registry.versions)))
	}
	return c.registry.versions[v-1].snapshot
}

// Learns is when a node's orchestrator and its replica learn of a version that is published at a time: the one at its first poll after
// it, the other at its own first poll after that.
func (p PollPhase) Learns(at protocol.Time) (orchestrator, replica protocol.Time) {
	orchestrator = nextPoll(at, p.Orchestrator)
	return orchestrator, nextPoll(orchestrator, p.Replica)
}

// seenAt is when this node's replica learns a version.
func (c *Client) seenAt(i int) protocol.Time {
	at := c.registry.versions[i].at
	if at == start {
		return start
	}
	_, seen := c.phase.Learns(at)
	return seen
}

// nextPoll is the first poll at or after t.
func nextPoll(t protocol.Time, phase time.Duration) protocol.Time {
	const interval = protocol.Time(PollInterval)
	since := (t - protocol.Time(phase)) % interval // of the last poll, negative before the first
	switch {
	case since == 0:
		return t
	case since < 0:
		return t - since
	}
	return t - since + interval
}
