package p2p

import (
	"testing"

	"icsim/protocol"

	"github.com/stretchr/testify/require"
)

// B, "Bouncer": unwanted is never fetched; a body wanted later is dropped and fetched at a refresh, every 3 s.
func TestBouncerDecides(t *testing.T) {
	n := newNode(t)
	unwanted, later := share(1, 1), share(2, 1)
	n.wish[unwanted.ID()] = protocol.Unwanted
	n.wish[later.ID()] = protocol.WantedLater
	n.take(1, 1, second, n.push(0, unwanted))
	require.Empty(t, n.events)
	n.take(1, 1, second, n.push(1, later))
	require.Empty(t, n.events)
	require.Equal(t, 3*second, n.NextWake(), "the next multiple of 3 s")
	delete(n.wish, unwanted.ID())
	delete(n.wish, later.ID())
	n.take(2, 1, second, n.push(0, unwanted))
	n.tick(3*second - 1)
	require.Empty(t, n.out.Sends, "not before the refresh")
	n.tick(3 * second)
	r, to := n.request()
	require.Equal(t, protocol.MetaOf(later), r.Meta, "unwanted is for ever")
	require.Equal(t, protocol.NodeID(1), to)
	n.take(1, 1, 3*second, &protocol.FetchReply{Meta: r.Meta, Artifact: later, Serial: r.Serial})
	require.Equal(t, []protocol.Artifact{later}, n.received())
	n.tick(100 * second)
	require.Equal(t, protocol.Never, n.NextWake())
}

func TestStashIsAskedAgainUntilUnwanted(t *testing.T) {
	n := newNode(t)
	a := share(1, 1)
	n.wish[a.ID()] = protocol.WantedLater
	n.take(1, 1, 0, n.push(0, a))
	for at := 3 * second; at < 12*second; at += 3 * second {
		n.tick(at)
		require.Empty(t, n.out.Sends)
		require.Equal(t, at+3*second, n.NextWake())
	}
	n.wish[a.ID()] = protocol.Unwanted
	n.tick(12 * second)
	require.Equal(t, protocol.Never, n.NextWake())
	require.Empty(t, n.stash)
}

// fetch_artifact/download.rs: 5 s growing to 120 s; another attempt only when the time of the last is up, even after
// an answer that did not help.
func TestDownloadBacksOff(t *testing.T) {
	n := newNode(t)
	a := big(1)
	n.take(1, 1, 0, n.advert(0, a))
	r, _ := n.request()
	n.take(1, 1, second, &protocol.FetchReply{Meta: r.Meta, Serial: r.Serial}) // it has it no longer
	require.Empty(t, n.out.Sends)
	n.take(1, 1, second, &protocol.FetchReply{Meta: r.Meta, Serial: r.Serial, Artifact: a})
	require.Empty(t, n.events, "answered twice")
	at, timeout := protocol.Time(0), 5*second
	for range 20 {
		at += timeout
		n.tick(at - 1)
		require.Empty(t, n.out.Sends)
		n.tick(at)
		n.request()
		timeout = min(timeout*3/2, 120*second)
		require.Equal(t, at+timeout, n.NextWake())
	}
}

// Only what was asked for, of whom it was asked, in answer to the last request.
func TestReplyMustAnswerTheRequest(t *testing.T) {
	n := newNode(t)
	a := big(1)
	n.take(1, 1, 0, n.advert(0, a))
	r, _ := n.request()
	good := protocol.FetchReply{Meta: r.Meta, Serial: r.Serial, Artifact: a}
	n.take(2, 1, 0, &good)
	require.Empty(t, n.events, "another peer")
	stale := good
	stale.Serial++
	n.take(1, 1, 0, &stale)
	require.Empty(t, n.events, "another request")
	wrong := good
	wrong.Artifact = big(2)
	n.take(1, 1, 0, &wrong)
	require.Empty(t, n.events, "another artifact")
	n.tick(5 * second)
	r, _ = n.request()
	good.Serial = r.Serial
	n.take(1, 1, 6*second, &good)
	require.Equal(t, []protocol.Artifact{a}, n.received())
}

func TestDownloadTriesEveryHolder(t *testing.T) {
	n := newNode(t)
	a := big(1)
	n.take(1, 1, 0, n.advert(0, a))
	for p := protocol.NodeID(2); p <= 4; p++ {
		n.take(p, 1, 0, n.advert(0, a))
	}
	asked := map[protocol.NodeID]bool{}
	for at := protocol.Time(0); at < 4000*second; at += second {
		if n.tick(at); len(n.out.Sends) > 0 {
			_, p := n.request()
			asked[p] = true
		}
	}
	require.Len(t, asked, 4)
}

func TestDownloadEndsWhenNobodyAdvertises(t *testing.T) {
	n := newNode(t)
	a, b := big(1), big(2)
	n.take(1, 1, 0, n.advert(0, a))
	n.take(1, 1, 0, n.advert(1, b))
	n.take(1, 1, 0, n.push(0, share(1, 1)))
	require.Empty(t, n.lost(), "the pool never had it")
	n.tick(5 * second)
	r, _ := n.request()
	require.Equal(t, protocol.MetaOf(b), r.Meta)
}

func TestDownloadEndsWhenUnwanted(t *testing.T) {
	n := newNode(t)
	a := big(1)
	n.take(1, 1, 0, n.advert(0, a))
	n.wish[a.ID()] = protocol.Unwanted
	n.tick(5 * second)
	require.Empty(t, n.out.Sends)
	require.Equal(t, protocol.Never, n.NextWake())
}

func TestDownloadWaitsWhenWantedLater(t *testing.T) {
	n := newNode(t)
	a := big(1)
	n.take(1, 1, 0, n.advert(0, a))
	n.wish[a.ID()] = protocol.WantedLater
	n.tick(5 * second)
	require.Empty(t, n.out.Sends)
	delete(n.wish, a.ID())
	n.tick(6 * second)
	n.request()
}

// Hashes in blocks: a proposal is complete when the pool or a peer has given every message.
func TestProposalIsFilledFromThePool(t *testing.T) {
	n := newNode(t)
	c1, c2 := call(1, 0), call(2, 0)
	n.ingress = []*protocol.SignedIngress{c1, c2}
	p := proposal(1, c1, c2)
	n.take(1, 1, 0, n.push(0, p))
	require.Equal(t, []protocol.Artifact{p}, n.received())
	require.Equal(t, uint64(p.Block.Payload.Size()), n.out.Meter[protocol.OpPayloadByte])
}

func TestMissingIngressIsFetched(t *testing.T) {
	n := newNode(t)
	c1, c2 := call(1, 0), call(2, 0)
	n.ingress = []*protocol.SignedIngress{c1}
	p := proposal(1, c1, c2)
	n.take(1, 1, 0, n.push(0, p))
	require.Empty(t, n.events)
	r, to := n.request()
	require.Equal(t, protocol.NodeID(1), to)
	require.Equal(t, []protocol.MessageID{c2.MessageID}, r.Ingress)
	reply := Serve(r, func(protocol.ArtifactMeta) protocol.Artifact { return p })
	require.Equal(t, []*protocol.SignedIngress{c2}, reply.Ingress)
	require.Nil(t, reply.Artifact)
	n.take(1, 1, 0, reply)
	require.Equal(t, []Event{{Kind: Received, Meta: protocol.MetaOf(p), Artifact: p, From: 1}}, n.events)
}

// Section H, incident 3: the same call with another valid signature is another message.
func TestOtherSignatureDoesNotFillAProposal(t *testing.T) {
	n := newNode(t)
	listed, other := call(1, 1), call(1, 2)
	require.Equal(t, listed.MessageID, other.MessageID)
	n.ingress = []*protocol.SignedIngress{other}
	p := proposal(1, listed)
	n.take(1, 1, 0, n.push(0, p))
	require.Empty(t, n.events)
	r, _ := n.request()
	n.take(1, 1, 0, &protocol.FetchReply{Meta: r.Meta, Serial: r.Serial, Ingress: []*protocol.SignedIngress{other}})
	require.Empty(t, n.events)
	n.tick(5 * second)
	r, _ = n.request()
	n.take(1, 1, 0, &protocol.FetchReply{Meta: r.Meta, Serial: r.Serial, Ingress: []*protocol.SignedIngress{other, listed}})
	require.Equal(t, []protocol.Artifact{p}, n.received())
}

func TestFetchedProposalIsAssembledToo(t *testing.T) {
	n := newNode(t)
	p := proposal(1, call(1, 1))
	n.take(1, 1, 0, n.advert(0, p))
	r, _ := n.request()
	require.Empty(t, r.Ingress)
	n.take(1, 1, 0, Serve(r, func(protocol.ArtifactMeta) protocol.Artifact { return p }))
	require.Empty(t, n.events)
	r, _ = n.request()
	require.Len(t, r.Ingress, 1)
	n.take(1, 1, 0, Serve(r, func(protocol.ArtifactMeta) protocol.Artifact { return p }))
	require.Equal(t, []protocol.Artifact{p}, n.received())
}

func TestServeWithoutTheArtifact(t *testing.T) {
	r := &protocol.FetchRequest{Meta: protocol.MetaOf(share(1, 1)), Serial: 7}
	require.Equal(t, &protocol.FetchReply{Meta: r.Meta, Serial: 7}, Serve(r, func(protocol.ArtifactMeta) protocol.Artifact { return nil }))
	r.Ingress = []protocol.MessageID{{}}
	require.Equal(t, &protocol.FetchReply{Meta: r.Meta, Serial: 7},
		Serve(r, func(protocol.ArtifactMeta) protocol.Artifact { return share(1, 1) }), "no proposal")
}

// Who looks at the node sees what it waits for, who offers it and whom it has asked.
func TestFetchesUnderWayAreListed(t *testing.T) {
	n := newNode(t)
	a, b := big(2), big(1)
	n.take(2, 1, 0, n.advert(0, a))
	n.take(1, 1, second, n.advert(0, a))
	n.take(1, 1, second, n.advert(1, b))
	require.Equal(t, []Wait{
		{Meta: protocol.MetaOf(b), Holders: []protocol.NodeID{1}, Asked: 1, Again: 6 * second},
		{Meta: protocol.MetaOf(a), Holders: []protocol.NodeID{1, 2}, Asked: 2, Again: 5 * second},
	}, n.Waits())
	r, _ := n.request()
	n.take(1, 1, second, &protocol.FetchReply{Meta: r.Meta, Serial: r.Serial, Artifact: b})
	require.Len(t, n.Waits(), 1)
}
