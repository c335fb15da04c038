package keys_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"icsim/crypto"
	"icsim/crypto/chainkey"
	"icsim/crypto/ideal"
	"icsim/crypto/idkg"
	"icsim/protocol"
)

// Design law 5: what a node does for chain keys is charged as the replica would spend it, each time.
func TestChainKeyOperationsAreCharged(t *testing.T) {
	w := newWorld(t, ideal.New(), 2)
	secrets := make([]*idkg.SecretKey, 4)
	c := &protocol.IDKGConfig{
		ID: protocol.IDKGID{Serial: 3}, Registry: 1, Dealers: []protocol.NodeID{0, 1, 2, 3}, Receivers: []protocol.NodeID{0, 1, 2, 3},
		Params: &idkg.Params{Algorithm: idkg.SchnorrEd25519, ID: []byte{3}, Dealers: 4, Operation: idkg.RandomUnmasked},
	}
	for i := range secrets {
		secrets[i] = idkg.NewKey(crypto.Seed{byte(i), 9})
		c.Params.Receivers = append(c.Params.Receivers, secrets[i].Public())
	}
	w.Secrets.IDKG = secrets[2:3]
	own, ok := w.DealIDKG(c, nil)
	require.True(t, ok)
	other, reason := idkg.Deal(c.Params, 1, nil, crypto.Seed{5})
	require.Equal(t, idkg.Valid, reason)
	dealings := []*protocol.SupportedDealing{
		{Dealing: protocol.NewIDKGDealing(c.ID, 1, other, crypto.BasicSignature{})},
		{Dealing: protocol.NewIDKGDealing(c.ID, 2, own, crypto.BasicSignature{})},
	}
	made, reason := w.CombineIDKG(c, dealings)
	require.Equal(t, idkg.Valid, reason)
	nonce := crypto.Hash{1}
	request := &protocol.SignatureContext{
		Key: chainkey.KeyID{Algorithm: chainkey.Ed25519}, Call: protocol.NewRequest(new(protocol.Request)), Path: [][]byte{{1}}, Nonce: &nonce,
		PreSignature: &protocol.PreSignature{Master: made, Transcripts: []*protocol.IDKGTranscript{made}},
	}
	signing, err := w.StartSigning(request)
	require.NoError(t, err)
	load := func() idkg.Opening { o, bad, ok := w.LoadIDKG(made, nil); require.True(t, ok, bad); return o }
	share, ok := signing.Share([]idkg.Opening{load(), load()})
	require.True(t, ok)
	require.True(t, signing.VerifyShare(2, share))
	require.Equal(t, []*protocol.IDKGTranscript{made, made}[:1], signing.Loads()[:1])
	complaint, ok := w.ComplainIDKG(made, 1)
	require.True(t, ok)
	opening, ok := w.OpenIDKG(made, 1)
	require.True(t, ok)
	for name, op := range map[string]struct {
		op protocol.Op
		n  int
		do func()
	}{
		"deal":           {protocol.OpIDKGDeal, 4, func() { w.DealIDKG(c, nil) }},
		"verify dealing": {protocol.OpIDKGVerifyDealing, 1, func() { require.Equal(t, idkg.Valid, w.VerifyIDKGDealing(c, 1, other)) }},
		"a bad one":      {protocol.OpIDKGVerifyDealing, 1, func() { require.NotEqual(t, idkg.Valid, w.VerifyIDKGDealing(c, 0, other)) }},
		"of nobody":      {protocol.OpIDKGVerifyDealing, 1, func() { require.NotEqual(t, idkg.Valid, w.VerifyIDKGDealing(c, 9, other)) }},
		"verify share":   {protocol.OpIDKGVerifyShare, 1, func() { require.Equal(t, idkg.Valid, w.VerifyIDKGShare(c, 1, other)) }},
		"combine":        {protocol.OpIDKGCombine, 2, func() { w.CombineIDKG(c, dealings) }},
		"load":           {protocol.OpIDKGLoad, 2, func() { load() }},
		"complain":       {protocol.OpIDKGComplain, 1, func() { w.ComplainIDKG(made, 1) }},
		"judge a complaint": {protocol.OpIDKGComplain, 1, func() {
			require.Equal(t, idkg.ComplaintWithoutGround, w.VerifyIDKGComplaint(made, complaint))
		}},
		"open":             {protocol.OpIDKGComplain, 1, func() { w.OpenIDKG(made, 1) }},
		"judge an opening": {protocol.OpIDKGComplain, 1, func() { require.Equal(t, idkg.Valid, w.VerifyIDKGOpening(made, opening)) }},
		"start":            {protocol.OpSignatureStart, 1, func() { _, _ = w.StartSigning(request) }},
		"sign":             {protocol.OpSignatureShare, 1, func() { signing.Share([]idkg.Opening{load(), load()}) }},
		"verify a share":   {protocol.OpVerifySignatureShare, 1, func() { signing.VerifyShare(2, share) }},
		"combine shares":   {protocol.OpCombineSignature, 1, func() { _, _ = signing.Combine([]chainkey.NodeShare{{Signer: 2, Share: share}}) }},
		"verify":           {protocol.OpVerifySignature, 1, func() { signing.Verify(make([]byte, 64)) }},
	} {
		var want protocol.Meter
		want[op.op] = uint64(op.n)
		if name == "sign" {
			want[protocol.OpIDKGLoad] = 4
		}
		require.Equal(t, want, w.spent(op.do), name)
		require.Equal(t, want, w.spent(op.do), "%s: again", name)
	}
}
