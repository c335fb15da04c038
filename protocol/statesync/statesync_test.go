package statesync_test

import (
	"bytes"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"icsim/crypto"
	"icsim/protocol"
	"icsim/protocol/statesync"
)

// A checkpoint is some files at a height.
type checkpoint struct {
	height protocol.Height
	files  *protocol.Manifest
}

func (c *checkpoint) Height() protocol.Height   { return c.height }
func (c *checkpoint) Files() *protocol.Manifest { return c.files }

func (c *checkpoint) target() statesync.Target {
	return statesync.Target{Height: c.height, Root: c.files.Root()}
}

// state makes a checkpoint of files of so many bytes, each with contents of its own in every chunk.
func state(h protocol.Height, fill byte, sizes ...int) *checkpoint {
	var files []protocol.StateFile
	for i, size := range sizes {
		content := make([]byte, size)
		for at := 0; at < size; at += 1000 {
			content[at] = fill + byte(i) + byte(at>>16)
		}
		name := "vmemory_0.bin"
		if i%3 == 2 {
			name = protocol.CanisterFile
		}
		files = append(files, protocol.WrittenFile(fmt.Sprintf("%d/%s", i, name), func() []byte { return content }))
	}
	return &checkpoint{h, protocol.NewManifest(files)}
}

// A store is one peer's checkpoints, with what is pinned.
type store struct {
	all    []*checkpoint
	pinned []protocol.Height
}

func (s *store) Serves(h protocol.Height) protocol.Checkpoint {
	for _, c := range s.all {
		if c.height == h {
			return c
		}
	}
	return nil
}

func (s *store) Pin(h protocol.Height)   { s.pinned = append(s.pinned, h) }
func (s *store) Unpin(h protocol.Height) { s.pinned = slices.Delete(s.pinned, 0, 1) }

// A world is a node that syncs and its peers, 1 …, with messages that take 100 ms each way.
type world struct {
	t        require.TestingT
	now      protocol.Time
	down     *statesync.Download
	servers  []*statesync.Server
	stores   []*store
	lies     []bool
	truthful protocol.ChunkID // below it even liars tell the truth
	dead     []bool
	mail     []letter
	rate     int      // bytes a second that the node can receive; 0: no limit
	line     []letter // of what it has yet to receive, one after the other
	carried  int      // bytes, of the first in line
	got      protocol.Checkpoint
	notes    []protocol.Note
	requests []int // by peer
	open     []int
	stopped  map[uint64]bool
	asked    []protocol.ChunkID
	meter    protocol.Meter
}

type letter struct {
	at       protocol.Time
	from, to protocol.NodeID
	msg      protocol.Message
}

func newWorld(t require.TestingT, peers int, all ...*checkpoint) *world {
	rand := func(i int, what string) *protocol.Rand { return protocol.NewRand(crypto.Hash{byte(i)}, what) }
	w := &world{
		t: t, down: statesync.NewDownload(0, rand(0, "sync")), lies: make([]bool, peers+1), dead: make([]bool, peers+1),
		requests: make([]int, peers+1), open: make([]int, peers+1), servers: make([]*statesync.Server, peers+1),
		stores: make([]*store, peers+1), stopped: map[uint64]bool{}, now: 1,
	}
	for i := 1; i <= peers; i++ {
		w.stores[i] = &store{all: all}
		w.servers[i] = statesync.NewServer(w.stores[i], rand(i, "adverts"))
	}
	return w
}

func (w *world) up() (up []protocol.NodeID) {
	for i := 1; i < len(w.dead); i++ {
		if !w.dead[i] {
			up = append(up, protocol.NodeID(i))
		}
	}
	return up
}

func (w *world) want(c *checkpoint, base *protocol.Manifest) {
	var out protocol.Outputs
	w.down.Want(c.target(), base, &out)
	w.release(0, &out)
}

func (w *world) release(from protocol.NodeID, out *protocol.Outputs) {
	w.notes = append(w.notes, out.Notes...)
	for op, n := range out.Meter {
		w.meter[op] += n
	}
	for _, s := range out.Sends {
		for _, to := range s.To {
			switch m := s.Msg.(type) {
			case *protocol.ChunkRequest:
				w.requests[to]++
				w.open[to]++
				w.asked = append(w.asked, m.ID)
				require.LessOrEqual(w.t, w.open[to], statesync.Parallel, "requests open at %s", to)
			case *protocol.StopSending:
				w.open[to]--
				w.stopped[m.Stream] = true
			}
			w.mail = append(w.mail, letter{w.now + 100e6, from, to, s.Msg})
		}
	}
}

// run lets time pass, in steps of 50 ms.
func (w *world) run(d time.Duration) {
	for end := w.now.Add(d); w.now < end && w.got == nil; w.now += 50e6 {
		mail := w.mail
		w.mail = nil
		for _, l := range mail {
			if l.at > w.now {
				w.mail = append(w.mail, l)
			} else {
				w.deliver(l)
			}
		}
		w.receive(w.rate / 20)
		var out protocol.Outputs
		if s := w.down.Step(w.now, w.up(), &out); s != nil {
			w.got = s
		}
		w.release(0, &out)
		for i := 1; i < len(w.servers); i++ {
			if !w.dead[i] {
				out = protocol.Outputs{}
				w.servers[i].Step(w.now, &out)
				w.release(protocol.NodeID(i), &out)
			}
		}
	}
}

func (w *world) deliver(l letter) {
	var out protocol.Outputs
	switch m := l.msg.(type) {
	case *protocol.StateWish:
		if !w.dead[l.to] {
			w.servers[l.to].Wish(l.from, m, w.now)
		}
	case *protocol.ChunkRequest:
		if !w.dead[l.to] {
			w.servers[l.to].Serve(l.from, m, w.now, &out)
			if w.lies[l.to] && m.ID >= w.truthful {
				lie := *out.Sends[0].Msg.(*protocol.ChunkReply)
				lie.Bytes = bytes.Clone(lie.Bytes)
				lie.Bytes[len(lie.Bytes)-1] ^= 1
				out.Sends[0].Msg = &lie
			}
		}
	case *protocol.StateAdvert:
		w.down.Advert(l.from, m)
	case *protocol.StopSending:
		w.line = slices.DeleteFunc(w.line, func(x letter) bool { return x.msg.(*protocol.ChunkReply).Serial == m.Stream })
	case *protocol.ChunkReply:
		if w.rate > 0 {
			w.line = append(w.line, l)
		} else {
			w.answer(l.from, m, &out)
		}
	}
	w.release(l.to, &out)
}

func (w *world) answer(from protocol.NodeID, m *protocol.ChunkReply, out *protocol.Outputs) {
	if !w.stopped[m.Serial] {
		w.open[from] = max(0, w.open[from]-1)
	}
	w.down.Reply(from, m, out)
}

// receive lets so many bytes of the line come through.
func (w *world) receive(bytes int) {
	for w.carried += bytes; len(w.line) > 0 && w.carried >= w.line[0].msg.Size(); {
		l := w.line[0]
		w.line, w.carried = w.line[1:], w.carried-l.msg.Size()
		var out protocol.Outputs
		w.answer(l.from, l.msg.(*protocol.ChunkReply), &out)
		w.release(0, &out)
	}
	if len(w.line) == 0 {
		w.carried = 0
	}
}

func (w *world) count(k protocol.NoteKind) (n int) {
	for _, x := range w.notes {
		if x.Kind == k {
			n++
		}
	}
	return n
}

const mib = protocol.ChunkSize

func TestStateArrivesWholeFromManyPeers(t *testing.T) {
	s := state(100, 1, 5*mib, 100, 200, 3*mib+1, 0, 300, 10)
	w := newWorld(t, 3, s)
	w.want(s, nil)
	for i := 1; i <= 3; i++ { // rather than each in its phase
		w.down.Advert(protocol.NodeID(i), &protocol.StateAdvert{AtHeight: 100, Root: s.files.Root()})
	}
	w.run(20 * time.Second)
	require.Same(t, s, w.got)
	require.Equal(t, 1, w.count(protocol.NoteSyncFetched))
	for i := 1; i <= 3; i++ {
		require.Positive(t, w.requests[i], "peer %d was never asked", i)
	}
	once := slices.Clone(w.asked)
	slices.Sort(once)
	require.Equal(t, len(w.asked), len(slices.Compact(once)), "nothing is asked for twice: %v", w.asked)
	require.Equal(t, protocol.MetaManifestChunk, w.asked[0])
	require.Equal(t, protocol.ManifestChunks, w.asked[1], "the manifest comes before the chunks that it tells of")
	require.GreaterOrEqual(t, w.meter[protocol.OpHashByte], s.files.Size(), "every byte is hashed")
	require.GreaterOrEqual(t, w.meter[protocol.OpDiskByte], s.files.Size(), "and written")
	require.GreaterOrEqual(t, w.meter[protocol.OpDiskReadByte], s.files.Size(), "after a peer read it")
	require.Equal(t, protocol.Never, w.down.NextWake(), "then it sleeps")
}

// f of 3f+1 peers alter all that they serve: each is found out with the first chunk and asked no more, and the state comes whole.
func TestLiarsAreFoundOutAndLeftAlone(t *testing.T) {
	s := state(100, 1, 150*mib)
	w := newWorld(t, 6, s)
	w.lies[1], w.lies[2] = true, true
	w.truthful = protocol.FileChunks // they seem honest at first
	w.want(s, nil)
	advertise := func() {
		for i := 1; i <= 6; i++ {
			w.down.Advert(protocol.NodeID(i), &protocol.StateAdvert{AtHeight: 100, Root: s.files.Root()})
		}
	}
	for w.got == nil && w.now < 60e9 {
		advertise() // again and again
		w.run(50 * time.Millisecond)
	}
	require.Same(t, s, w.got)
	for _, n := range w.notes {
		if n.Kind == protocol.NoteBadChunk {
			require.Contains(t, []protocol.NodeID{1, 2}, n.Peer)
		}
	}
	require.Positive(t, w.count(protocol.NoteBadChunk))
	require.LessOrEqual(t, w.requests[1], 2+statesync.Parallel, "no more than were open when it was found out")
	require.LessOrEqual(t, w.requests[2], 2+statesync.Parallel)
}

func TestPeersThatDieAreReplaced(t *testing.T) {
	s := state(100, 1, 60*mib)
	w := newWorld(t, 3, s)
	w.want(s, nil)
	for w.requests[2] == 0 {
		w.run(50 * time.Millisecond)
	}
	w.dead[2] = true
	w.run(time.Minute)
	require.Same(t, s, w.got)
	require.GreaterOrEqual(t, w.now, protocol.Time(statesync.Timeout), "what was asked of the dead peer took until the timeout")
}

// All are cut off in the middle, for longer than every timeout; then it goes on with what is missing, and with that alone.
func TestSyncGoesOnAfterAPartition(t *testing.T) {
	s := state(100, 1, 100*mib)
	w := newWorld(t, 2, s)
	w.want(s, nil)
	for len(w.asked) < 60 {
		w.run(50 * time.Millisecond)
	}
	w.dead[1], w.dead[2] = true, true
	w.mail = nil
	w.run(30 * time.Second)
	before := len(w.asked)
	require.Nil(t, w.got)
	w.dead[1], w.dead[2] = false, false
	w.run(time.Minute)
	require.Same(t, s, w.got)
	require.Less(t, len(w.asked)-before, 100-60+2*statesync.Parallel+1)
}

// Chunks of an older checkpoint are not fetched again; they cost reading, hashing and writing.
func TestUnchangedChunksComeFromAnOlderCheckpoint(t *testing.T) {
	old, s := state(50, 1, 8*mib, 100, 100), state(100, 1, 8*mib, 100, 100, mib, 2*mib)
	w := newWorld(t, 2, s)
	w.want(s, old.files)
	w.run(20 * time.Second)
	require.Same(t, s, w.got)
	require.Len(t, w.asked, 2+1+2, "meta-manifest and manifest, and the chunks of two files: %v", w.asked)
	require.GreaterOrEqual(t, w.meter[protocol.OpDiskReadByte], old.files.Size())
}

// Though many more chunks are asked for than come through within the timeout, the sync takes little longer than its bytes take: who gives
// up a chunk stops it, so that those asked for after it are not late too.
func TestNarrowDownlinkIsNoStandstill(t *testing.T) {
	states := []*checkpoint{state(100, 1, 1*mib), state(100, 1, 8*mib), state(100, 1, 16*mib)}
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.SampledFrom(states).Draw(t, "state")
		peers := rapid.IntRange(1, 6).Draw(t, "peers")
		w := newWorld(t, peers, s)
		w.rate = rapid.IntRange(3, 30).Draw(t, "MiB in ten seconds") * mib / 10
		for i := 2; i <= peers; i++ {
			w.lies[i], w.dead[i] = rapid.Bool().Draw(t, "lies"), rapid.Bool().Draw(t, "dead")
		}
		w.want(s, nil)
		needs := time.Duration(s.files.Size()) * time.Second / time.Duration(w.rate)
		w.run(3*needs + time.Minute)
		require.Same(t, s, w.got)
	})
}

// A newer package ends the sync; the next one asks only for what is new (chunkable/cache.rs).
func TestNewerTargetTakesOver(t *testing.T) {
	first, second := state(100, 1, 100*mib), state(200, 1, 100*mib, mib)
	w := newWorld(t, 2, first, second)
	w.want(first, nil)
	for len(w.asked) < 85 {
		w.run(50 * time.Millisecond)
	}
	waited := w.open[1] + w.open[2]
	w.want(second, nil)
	require.Positive(t, waited)
	require.Len(t, w.stopped, waited, "what was under way of the first is not to be sent")
	before := len(w.asked)
	w.run(time.Minute)
	require.Same(t, second, w.got)
	require.Less(t, len(w.asked)-before, 100+3-85+2*statesync.Parallel)
	w.got = nil
	w.want(second, nil)
	w.want(first, nil)
	target, _ := w.down.Target()
	require.EqualValues(t, 200, target.Height, "an older package changes nothing")
}

// A state of the right height and another root is not the one that the subnet signed: nobody is asked for it.
func TestAnotherStateIsNotFetched(t *testing.T) {
	w := newWorld(t, 2, state(100, 9, mib))
	w.want(state(100, 1, mib), nil)
	w.run(time.Minute)
	require.Nil(t, w.got)
	require.Empty(t, w.asked)
}

// Whatever the files, liars and dead peers, with one honest peer alive the state comes whole and right.
func TestStateComesWholeWheneverOnePeerIsHonest(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		size := rapid.SampledFrom([]int{0, 1, 4096, 128 << 10, mib - 1, mib, mib + 1, 2 * mib})
		s := state(100, 1, rapid.SliceOfN(size, 0, 6).Draw(t, "files")...)
		peers := rapid.IntRange(1, 5).Draw(t, "peers")
		w := newWorld(t, peers, s)
		w.truthful = rapid.SampledFrom([]protocol.ChunkID{0, protocol.FileChunks, protocol.ManifestChunks}).Draw(t, "truthful")
		honest := rapid.IntRange(1, peers).Draw(t, "honest")
		for i := 1; i <= peers; i++ {
			if i != honest {
				w.lies[i], w.dead[i] = rapid.Bool().Draw(t, "lies"), rapid.Bool().Draw(t, "dead")
			}
		}
		var base *protocol.Manifest
		if rapid.Bool().Draw(t, "base") {
			base = state(50, 1, rapid.SliceOfN(size, 0, 6).Draw(t, "older files")...).files
		}
		w.want(s, base)
		w.run(2 * time.Minute)
		require.Same(t, s, w.got)
	})
}

// Adverts come when they would if they always did: every 5 s, in the peer's own phase; and they end when nobody syncs.
func TestAdvertsComeEveryFiveSecondsWhileSomebodySyncs(t *testing.T) {
	s := state(100, 1, mib)
	server := statesync.NewServer(&store{all: []*checkpoint{s}}, protocol.NewRand(crypto.Hash{3}, "phase"))
	require.Equal(t, protocol.Never, server.NextWake())
	server.Wish(7, &protocol.StateWish{AtHeight: 100, Root: s.files.Root()}, 1e9)
	var at []protocol.Time
	for now := protocol.Time(1e9); now < 60e9; now = server.NextWake() {
		var out protocol.Outputs
		if server.Step(now, &out); len(out.Sends) > 0 {
			require.Equal(t, []protocol.NodeID{7}, out.Sends[0].To)
			at = append(at, now)
		}
		if server.NextWake() == protocol.Never {
			break
		}
	}
	require.Len(t, at, 4, "for as long as the wish is fresh")
	require.Less(t, at[0], protocol.Time(1e9).Add(statesync.AdvertPeriod))
	for i := 1; i < len(at); i++ {
		require.Equal(t, statesync.AdvertPeriod, at[i].Sub(at[i-1]))
	}
}

func TestCheckpointsAreKeptWhileServed(t *testing.T) {
	s := state(100, 1, mib)
	kept := &store{all: []*checkpoint{s}}
	server := statesync.NewServer(kept, protocol.NewRand(crypto.Hash{3}, "phase"))
	var out protocol.Outputs
	server.Serve(7, &protocol.ChunkRequest{AtHeight: 100, Root: s.files.Root(), ID: 99}, 1e9, &out)
	require.True(t, out.Sends[0].Msg.(*protocol.ChunkReply).Absent, "there is no such chunk")
	server.Serve(7, &protocol.ChunkRequest{AtHeight: 50, Root: s.files.Root()}, 1e9, &out)
	require.True(t, out.Sends[1].Msg.(*protocol.ChunkReply).Absent, "nor such a state")
	require.Equal(t, []protocol.Height{100}, kept.pinned)
	server.Step(20e9, &out)
	require.NotEmpty(t, kept.pinned)
	server.Step(server.NextWake(), &out)
	require.Empty(t, kept.pinned)
	require.Zero(t, server.Serving())
}

// A node without a package asks f+1 peers, so that one is honest; again every 10 s; and no more once it has one.
func TestSearchAsksAnHonestPeer(t *testing.T) {
	s := statesync.NewSearch(protocol.NewRand(crypto.Hash{3}, "cup"))
	up := []protocol.NodeID{1, 2, 3, 4, 5, 6}
	var out protocol.Outputs
	s.Step(1, false, up, 7, &out)
	require.Empty(t, out.Sends, "before it begins")
	s.Begin(1e9)
	s.Step(1e9, false, up[:2], 7, &out)
	require.Empty(t, out.Sends, "two of seven may both lie")
	require.EqualValues(t, 1.1e9, s.NextWake())
	s.Step(2e9, false, up, 7, &out)
	require.Len(t, out.Sends[0].To, 3)
	serial := out.Sends[0].Msg.(*protocol.CUPRequest).Serial
	require.True(t, s.Expects(&protocol.CUPReply{Serial: serial}))
	require.False(t, s.Expects(&protocol.CUPReply{Serial: serial + 1}))
	s.Step(11e9, false, up, 7, &out)
	require.Len(t, out.Sends, 1)
	s.Step(12e9, false, up, 7, &out)
	require.Len(t, out.Sends, 2)
	s.Step(13e9, true, up, 7, &out)
	require.Equal(t, protocol.Never, s.NextWake())
	require.False(t, s.Expects(&protocol.CUPReply{Serial: serial}), "an answer to an older question")
}

// Though another way has brought a package meanwhile, peers are asked once: theirs may be newer.
func TestSearchAsksOnceWhateverIsFound(t *testing.T) {
	s := statesync.NewSearch(protocol.NewRand(crypto.Hash{3}, "cup"))
	var out protocol.Outputs
	s.Begin(1e9)
	s.Step(1e9, true, []protocol.NodeID{1, 2, 3}, 4, &out)
	require.Len(t, out.Sends, 1)
	s.Step(2e9, true, []protocol.NodeID{1, 2, 3}, 4, &out)
	require.Len(t, out.Sends, 1)
	require.Equal(t, protocol.Never, s.NextWake())
}
