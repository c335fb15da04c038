package main

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"

	"icsim/canister/cdk/candid"
	"icsim/canister/cdk/cdktest"
)

// A reply is a message whose fields of interest are flat.
func ask(t *testing.T, n *cdktest.Network, method string, fields ...candid.Field) *candid.Reader {
	t.Helper()
	call := n.Query
	if method == "http_request_update" {
		call = n.Call
	}
	reply, reject := call("site", method, candid.Encode(candid.NewRecord(fields...)))
	require.Nil(t, reject)
	r := candid.Read(reply)
	r.Record()
	return r
}

func url(path string) candid.Field { return candid.Of("url", candid.NewText(path)) }

func TestSitePages(t *testing.T) {
	n := cdktest.New()
	n.Now = 42
	n.Install("site", undecided(), settings("site", candid.Of("title", candid.NewText("Tea & <cakes>")), nat("large", 5)))
	for path, want := range map[string]struct {
		status uint16
		body   string
	}{
		"/?a": {200, "<h1>Tea &amp; &lt;cakes></h1>"}, "/docs/x": {404, "No such document"}, "/x": {404, "Not found"},
		"/large.bin": {200, "\x00\x01\x02\x03\x04"}, "/now": {200, "42"},
	} {
		r := ask(t, n, "http_request", url(path), candid.Of("certificate_version", candid.NewOpt(candid.NewNat16(2))))
		require.Equal(t, want.status, r.FieldNat16("status_code", 0), path)
		require.Contains(t, string(r.FieldBlob("body", nil)), want.body, path)
		require.NoError(t, r.Err())
	}
}

// The counter counts update calls alone.
func TestSiteCounts(t *testing.T) {
	n := cdktest.New()
	n.Install("site", undecided(), settings("site", nat("large", 0)))
	require.Empty(t, ask(t, n, "http_request", url("/count")).FieldBlob("body", nil))
	require.Equal(t, "1", string(ask(t, n, "http_request_update", url("/count")).FieldBlob("body", nil)))
	require.Equal(t, "2", string(ask(t, n, "http_request_update", url("/count?x")).FieldBlob("body", nil)))
	require.Equal(t, uint16(404), ask(t, n, "http_request_update", url("/")).FieldNat16("status_code", 0))
}

// The parts of /large.bin are all of it.
func TestSiteParts(t *testing.T) {
	s := &site{large: bytes.Repeat([]byte("0123456789"), 60_000)}
	c := s.canister()
	n := cdktest.New()
	n.Install("site", &c, nil)
	var got []byte
	for part := range uint64(3) {
		got = append(got, ask(t, n, callback, nat("part", part)).FieldBlob("body", nil)...)
	}
	require.Equal(t, s.large, got)
	_, reject := n.Query("site", callback, candid.Encode(candid.NewRecord(nat("part", 3))))
	require.ErrorContains(t, reject, "there is no part 3")
}
