package explore

import (
	"encoding/xml"
	"fmt"
	"io"
	"strings"
)

// The elements of JUnit's XML that continuous integrations agree on.
type (
	junitSuite struct {
		XMLName  xml.Name    `xml:"testsuite"`
		Name     string      `xml:"name,attr"`
		Tests    int         `xml:"tests,attr"`
		Failures int         `xml:"failures,attr"`
		Errors   int         `xml:"errors,attr"`
		Cases    []junitCase `xml:"testcase"`
	}
	junitCase struct {
		Class   string       `xml:"classname,attr"`
		Name    string       `xml:"name,attr"`
		Failure *junitDetail `xml:"failure,omitempty"`
		Error   *junitDetail `xml:"error,omitempty"`
	}
	junitDetail struct {
		Message string `xml:"message,attr"`
		Type    string `xml:"type,attr"`
		Text    string `xml:",chardata"`
	}
)

// WriteJUnit writes sorted outcomes as a suite with a test for each seed. replay gives the command that makes the run of a seed again.
func WriteJUnit(w io.Writer, name string, outcomes []*Outcome, replay func(seed uint64) string) error {
	suite := junitSuite{Name: name, Tests: len(outcomes)}
	for _, o := range outcomes {
		c := junitCase{Class: name, Name: fmt.Sprintf("seed %d", o.Seed)}
		switch o.Status {
		case OK:
		case Differs, Bug, Error:
			suite.Errors++
			c.Error = &junitDetail{Message: o.Message(), Type: string(o.Status), Text: o.Trouble + "\nreplay: " + replay(o.Seed)}
		default:
			suite.Failures++
			c.Failure = &junitDetail{Message: o.Message(), Type: o.Failed().Check, Text: o.report(replay(o.Seed))}
		}
		suite.Cases = append(suite.Cases, c)
	}
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	e := xml.NewEncoder(w)
	e.Indent("", "  ")
	if err := e.Encode(&suite); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\n")
	return err
}

// Message is one line about what went wrong; empty if nothing did.
func (o *Outcome) Message() string {
	switch {
	case o.Status == Differs:
		return fmt.Sprintf("two runs, two digests: %s and %s", o.Digest, o.Second)
	case o.Trouble != "":
		first, _, _ := strings.Cut(o.Trouble, "\n")
		return first
	}
	if f := o.Failed(); f != nil {
		return f.Check + ": " + f.Detail
	}
	return ""
}

func (o *Outcome) report(replay string) string {
	var b strings.Builder
	for _, f := range o.Failures {
		fmt.Fprintf(&b, "%s %s: %s", f.Kind, f.Check, f.Detail)
		if f.EventKey != "" {
			fmt.Fprintf(&b, "\n  first at %.3f s on %s, height %d, event %s", f.AtSeconds, f.Node, f.Height, f.EventKey)
		}
		b.WriteString("\n")
	}
	fmt.Fprintf(&b, "digest %s\nreplay: %s", o.Digest, replay)
	return b.String()
}
