package httpcert

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"crypto/sha256"
	"errors"
	"io"

	"icsim/crypto"
	"icsim/crypto/hashtree"
)

// verifyLegacy is version 1: at http_assets stands the hash of each URL's body, and that of /index.html is for all other URLs.
func verifyLegacy(tree *hashtree.Mixed, urlPath string, r *Response) *Failure {
	want, result := tree.Lookup("http_assets", hashtree.Label(urlPath))
	if result != hashtree.Found {
		urlPath = "/index.html"
		if want, result = tree.Lookup("http_assets", hashtree.Label(urlPath)); result != hashtree.Found {
			return BodyNotCertified.fail("the tree has neither the URL nor %s", urlPath)
		}
	}
	encoding, _ := r.header("Content-Encoding")
	decoded, err := decodedHash(r.Body, encoding)
	if err != nil {
		return BadEncoding.fail("%s: %v", encoding, err)
	}
	raw := sha256.Sum256(r.Body)
	if string(want) != string(decoded[:]) && (encoding == "" || string(want) != string(raw[:])) {
		return BodyNotCertified.fail("its hash is not that of %s", urlPath)
	}
	return nil
}

// maxDecodedBytes bounds what a compressed body may grow to.
const maxDecodedBytes = 1 << 30

// decodedHash is the hash of a body without its encoding; one that is not known is none.
func decodedHash(body []byte, encoding string) (crypto.Hash, error) {
	var plain io.Reader
	switch encoding {
	case "gzip":
		unzipped, err := gzip.NewReader(bytes.NewReader(body))
		if err != nil {
			return crypto.Hash{}, err
		}
		plain = unzipped
	case "deflate":
		plain = flate.NewReader(bytes.NewReader(body))
	default:
		return sha256.Sum256(body), nil
	}
	h := sha256.New()
	n, err := io.Copy(h, io.LimitReader(plain, maxDecodedBytes+1))
	if err == nil && n > maxDecodedBytes {
		err = errors.New("more than 1 GiB")
	}
	return crypto.Hash(h.Sum(nil)), err
}
