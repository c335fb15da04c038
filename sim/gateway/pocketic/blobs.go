package pocketic

import (
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"net/http"

	"icsim/crypto/bls"
	"icsim/crypto/der"
	"icsim/crypto/userkey"
)

// putBlob keeps bytes, and names them by their hash, in plain text.
func (s *Server) putBlob(w http.ResponseWriter, r *http.Request) {
	var from io.Reader = http.MaxBytesReader(w, r.Body, maxBlob)
	if r.Header.Get("Content-Encoding") == "gzip" {
		unzipped, err := gzip.NewReader(from)
		if err != nil {
			answer(w, 0, nil, bad("the blob is not gzip, as Content-Encoding says: %v", err))
			return
		}
		from = io.LimitReader(unzipped, maxBlob+1)
	}
	content, err := io.ReadAll(from)
	if err != nil || len(content) > maxBlob {
		answer(w, 0, nil, bad("the blob could not be read, or has more than %d bytes: %v", maxBlob, err))
		return
	}
	sum := sha256.Sum256(content)
	id := hex.EncodeToString(sum[:])
	s.mu.Lock()
	s.blobs[id] = content
	s.mu.Unlock()
	_, _ = io.WriteString(w, id)
}

// blob finds what was put under an id.
func (s *Server) blob(id string) (content []byte, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	content, ok = s.blobs[id]
	return content, ok
}

func (s *Server) getBlob(w http.ResponseWriter, r *http.Request) {
	content, ok := s.blob(r.PathValue("id"))
	if !ok {
		answer(w, 0, nil, missing("there is no blob %.64s", r.PathValue("id")))
		return
	}
	w.Header().Set("Content-Type", "application/octet-stream")
	_, _ = w.Write(content)
}

// verifySignature checks a signature of any kind that users have, also a canister's under a root key.
func (s *Server) verifySignature(_ context.Context, _ *http.Request, body []byte) (any, error) {
	var arg struct {
		Message []byte `json:"msg"`
		Sig     []byte `json:"sig"`
		Key     []byte `json:"pubkey"`
		Root    []byte `json:"root_pubkey"`
	}
	if err := decode(body, &arg); err != nil {
		return nil, err
	}
	root, err := der.ParseBLS(arg.Root)
	if err != nil {
		return nil, bad("root_pubkey: %v", err)
	}
	key, err := userkey.Parse(arg.Key)
	if err == nil {
		err = userkey.New(bls.New()).Verify(root, key, arg.Message, arg.Sig)
	}
	if err != nil {
		return map[string]string{"Err": err.Error()}, nil
	}
	return map[string]any{"Ok": nil}, nil
}
