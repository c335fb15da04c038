package httpcert

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"icsim/crypto/bls"
)

// A question is a pair for npm's @dfinity/response-verification, which is the verifier of the deployed gateways.
type question struct {
	Request struct {
		Method  string  `json:"method"`
		URL     string  `json:"url"`
		Headers []Field `json:"headers"`
		Body    string  `json:"body"`
	} `json:"request"`
	Response struct {
		Status  uint16  `json:"status"`
		Headers []Field `json:"headers"`
		Body    string  `json:"body"`
	} `json:"response"`
	Canister  string `json:"canister"`
	Now       string `json:"now"`
	Tolerance string `json:"tolerance"`
	Root      string `json:"root"`
	Min       int    `json:"min"`
}

type answer struct {
	Error   string   `json:"error"`
	Version int      `json:"version"`
	Headers []string `json:"headers"` // certified; null if nothing is
}

func ask(s *scene, q *Request, r *Response) question {
	var x question
	x.Request.Method, x.Request.URL, x.Request.Headers, x.Request.Body = q.Method, q.URL, q.Headers, hex.EncodeToString(q.Body)
	x.Response.Status, x.Response.Headers, x.Response.Body = r.Status, r.Headers, hex.EncodeToString(r.Body)
	x.Canister, x.Root = hex.EncodeToString(s.canister.Bytes()), hex.EncodeToString(s.root.der())
	x.Now, x.Tolerance, x.Min = strconv.FormatUint(now, 10), strconv.FormatInt(int64(Tolerance), 10), s.min
	return x
}

// oracle asks all questions at once; it skips the test unless make e2e has set the verifier up.
func oracle(t *testing.T, questions []question) []answer {
	dir := os.Getenv("E2E")
	if dir == "" {
		t.Skip("the environment variable E2E names no directory of Node packages: run make e2e")
	}
	if _, err := os.Stat(filepath.Join(dir, "node_modules", "@dfinity", "response-verification")); err != nil {
		t.Skip("no @dfinity/response-verification in the directory that E2E names")
	}
	var in, out bytes.Buffer
	for _, q := range questions {
		require.NoError(t, json.NewEncoder(&in).Encode(q))
	}
	node := exec.Command("node", "testdata/verify.mjs", dir)
	node.Stdin, node.Stdout, node.Stderr = &in, &out, os.Stderr
	require.NoError(t, node.Run())
	answers := make([]answer, len(questions))
	for d, i := json.NewDecoder(&out), 0; i < len(answers); i++ {
		require.NoError(t, d.Decode(&answers[i]))
	}
	return answers
}

// TestAgreesWithResponseVerification: both verifiers give the same verdict on each pair, signed with BLS, and pass the same headers.
func TestAgreesWithResponseVerification(t *testing.T) {
	type pair struct {
		name  string
		alone bool
		scene *scene
		q     *Request
		r     *Response
	}
	var pairs []pair
	var questions []question
	add := func(name string, alone bool, s *scene, q *Request, r *Response) {
		pairs = append(pairs, pair{name, alone, s, q, r})
		questions = append(questions, ask(s, q, r))
	}
	scheme := bls.New()
	for _, x := range allTrials() {
		s := newScene(scheme)
		x.change(s)
		q, r := s.play(t)
		add(x.name, x.alone, s, q, r)
	}
	for _, x := range legacyTrials(t) {
		s := newScene(scheme)
		q, r := x.play(t, s)
		add("legacy: "+x.name, false, s, q, r)
	}
	for i, theirs := range oracle(t, questions) {
		p := pairs[i]
		ours, err := p.scene.verifier().Verify(p.scene.canister, p.q, p.r)
		if p.alone {
			require.Error(t, err, p.name)
			require.Empty(t, theirs.Error, "%s: they are as strict", p.name)
			continue
		}
		require.Equal(t, theirs.Error == "", err == nil, "%s: they say %q, we say %v", p.name, theirs.Error, err)
		if err != nil {
			continue
		}
		require.Equal(t, theirs.Version, ours.Version, p.name)
		names := []string{}
		for _, f := range ours.Headers {
			names = append(names, strings.ToLower(f.Name))
		}
		certified := slices.DeleteFunc(slices.Clone(theirs.Headers), func(n string) bool { return strings.EqualFold(n, CertificateHeader) })
		require.ElementsMatch(t, names, certified, p.name)
	}
}
