package pocketic

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
)

// A failure is an answer that is none: PocketIC's clients take every JSON object with a message for an error.
type failure struct {
	status  int
	Message string `json:"message"`
}

func (f *failure) Error() string { return f.Message }

func bad(format string, args ...any) error {
	return &failure{http.StatusBadRequest, fmt.Sprintf(format, args...)}
}

func missing(format string, args ...any) error {
	return &failure{http.StatusNotFound, fmt.Sprintf(format, args...)}
}

// unsupported says what of PocketIC there is not.
func unsupported(format string, args ...any) error {
	return &failure{http.StatusNotImplemented, "icsim does not support " + fmt.Sprintf(format, args...)}
}

// answer writes a value as JSON, or an error.
func answer(w http.ResponseWriter, status int, value any, err error) {
	if err != nil {
		var f *failure
		if !errors.As(err, &f) {
			f = &failure{http.StatusInternalServerError, err.Error()}
		}
		status, value = f.status, f
	}
	var body bytes.Buffer
	e := json.NewEncoder(&body)
	e.SetEscapeHTML(false)
	if err := e.Encode(value); err != nil {
		panic(fmt.Sprintf("pocketic: encoding %T: %v", value, err)) // plain data of ours: cannot fail
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(body.Bytes()) // a client that has gone is none of ours
}

// decode reads a body. Fields that are not known are of other versions, and ignored.
func decode(body []byte, to any) error {
	if len(bytes.TrimSpace(body)) == 0 {
		body = []byte("{}")
	}
	if err := json.Unmarshal(body, to); err != nil {
		return bad("the request is not what this route takes: %v", err)
	}
	return nil
}

// isSet tells whether an optional field has a value.
func isSet(raw json.RawMessage) bool { return len(raw) > 0 && string(raw) != "null" }
