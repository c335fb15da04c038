package protocol_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"icsim/protocol"
)

// F: nodes stay for as long as shares of a key are needed that they have: of the subnet's own, of vetKD keys, and of those in blocks.
func TestAllKeysPinTheirVersions(t *testing.T) {
	at := func(v protocol.RegistryVersion) *protocol.Transcript { return &protocol.Transcript{Registry: v} }
	idkg := func(v protocol.RegistryVersion) *protocol.IDKGTranscript {
		return &protocol.IDKGTranscript{Registry: v}
	}
	fresh := func() *protocol.Summary {
		return &protocol.Summary{
			RegistryVersion: 9, Current: protocol.Transcripts{Low: at(9), High: at(9)}, Next: protocol.Transcripts{Low: at(9), High: at(9)},
			IDKG: &protocol.IDKGPayload{Keys: []protocol.MasterKey{{}, {Current: idkg(9)}}},
		}
	}
	require.Equal(t, protocol.RegistryVersion(9), fresh().OldestVersion())
	for name, older := range map[string]func(s *protocol.Summary){
		"in force":   func(s *protocol.Summary) { s.RegistryVersion = 4 },
		"beacon":     func(s *protocol.Summary) { s.Current.Low = at(4) },
		"subnet":     func(s *protocol.Summary) { s.Next.High = at(4) },
		"vetkd":      func(s *protocol.Summary) { s.Current.VetKD = []*protocol.Transcript{at(4)} },
		"vetkd 2":    func(s *protocol.Summary) { s.Next.VetKD = []*protocol.Transcript{at(9), at(4)} },
		"signing":    func(s *protocol.Summary) { s.IDKG.Keys[1].Current = idkg(4) },
		"next":       func(s *protocol.Summary) { s.IDKG.Keys[0].Next = idkg(4) },
		"on its way": func(s *protocol.Summary) { s.IDKG.Keys[0].Making = &protocol.IDKGConfig{Registry: 4} },
	} {
		s := fresh()
		older(s)
		require.Equal(t, protocol.RegistryVersion(4), s.OldestVersion(), name)
	}
}
