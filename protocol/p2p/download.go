package p2p

import (
	"time"

	"icsim/protocol"
)

// How long an attempt to fetch may take, and at least takes before the next one
// (rs/p2p/artifact_downloader/src/fetch_artifact/download.rs). It grows by half from attempt to attempt, as the
// replica's backoff library does by default. Model: without that library's jitter of ±50 %.
const (
	MinFetchTimeout = 5 * time.Second
	MaxFetchTimeout = 120 * time.Second
)

// A download fetches one task's artifact, or the ingress messages its stripped proposal lacks.
type download struct {
	task     int32
	peer     protocol.NodeID // asked last
	serial   uint64          // of the request that may still be answered, 0 when none
	retry    protocol.Time   // instant of the next attempt
	timeout  time.Duration   // of the current attempt
	assembly *assembly       // nil while the artifact itself is missing
}

// fetch starts a download; assembly is not nil when only ingress messages are missing.
func (b *Broadcast) fetch(n int32, s *assembly, at step) {
	t := b.tasks.at(n)
	t.phase, t.at = fetching, int32(len(b.downloads))
	b.downloads = append(b.downloads, download{task: n, timeout: MinFetchTimeout, assembly: s})
	b.ask(&b.downloads[t.at], at)
}

// ask sends one request to a random holder.
//
// Model: the replica asks for each missing ingress message by itself, each at a random peer; here one request lists
// them all.
func (b *Broadcast) ask(d *download, at step) {
	t := b.tasks.at(d.task)
	sets := &b.tasks.sets
	p := sets.at(t.holders, int(b.cfg.Rand.Below(uint64(sets.size(t.holders)))))
	b.serial++
	d.peer, d.serial, d.retry = b.peers.list[p].node, b.serial, at.instant.Add(d.timeout)
	b.due = min(b.due, d.retry)
	r := &protocol.FetchRequest{Meta: *t.meta, Serial: d.serial}
	if d.assembly != nil {
		r.Ingress = d.assembly.wanted()
	}
	at.out.Send(b.peers.list[p].self, r)
}

// reply takes a peer's answer. One that does not help leaves the download to its next attempt, as in the replica.
func (b *Broadcast) reply(from protocol.NodeID, r *protocol.FetchReply, at step) {
	n, known := b.tasks.find(&r.Meta)
	if !known || b.tasks.at(n).phase != fetching {
		return
	}
	d := &b.downloads[b.tasks.at(n).at]
	if d.serial != r.Serial || d.peer != from {
		return
	}
	d.serial = 0
	if s := d.assembly; s != nil {
		if s.add(r.Ingress); s.missing == 0 {
			p := s.proposal()
			at.out.Meter.Charge(protocol.OpPayloadByte, p.Block.Payload.Size())
			b.settle(n)
			b.deliver(n, p, s.from, at.events)
		}
		return
	}
	if r.Artifact != nil && protocol.MetaOf(r.Artifact) == r.Meta {
		b.settle(n)
		b.arrived(n, r.Artifact, from, at)
	}
}

// retry repeats every attempt whose time is up, if the bouncer still wants the artifact.
func (b *Broadcast) retry(at step) {
	b.due = protocol.Never
	for i := 0; i < len(b.downloads); {
		d := &b.downloads[i]
		if d.retry > at.instant {
			b.due = min(b.due, d.retry)
			i++
			continue
		}
		n := d.task
		switch b.cfg.Bouncer(*b.tasks.at(n).meta) {
		case protocol.Unwanted:
			b.settle(n)
		case protocol.WantedLater:
			b.settle(n)
			b.stashTask(n, at.instant)
		case protocol.Wanted:
			d.timeout = min(d.timeout*3/2, MaxFetchTimeout)
			b.ask(d, at)
			i++
		}
	}
}

func (b *Broadcast) endDownload(n int32) {
	at, last := b.tasks.at(n).at, len(b.downloads)-1
	b.downloads[at] = b.downloads[last]
	b.tasks.at(b.downloads[at].task).at = at
	b.downloads[last] = download{}
	b.downloads = b.downloads[:last]
}
