package adversary

import (
	"bytes"

	"icsim/protocol"
)

// badChunks alters every part of a state that it serves, as the replica's own malicious flag does it
// (alter_state_sync_chunk_sending_side). It probes that receivers hold each part against the manifest that the subnet signed, fetch it
// elsewhere, and still come by the whole state.
func badChunks() strategy {
	return strategy{
		about: "alters the parts of states that it serves",
		wrap: func(inner protocol.Machine, _ *hand) protocol.Machine {
			return &filter{inner, func(out *protocol.Outputs) {
				for i := range out.Sends {
					reply, ok := out.Sends[i].Msg.(*protocol.ChunkReply)
					if !ok || len(reply.Bytes) == 0 {
						continue
					}
					lie := *reply
					lie.Bytes = bytes.Clone(reply.Bytes)
					lie.Bytes[len(lie.Bytes)/2] ^= 1
					out.Sends[i].Msg = &lie
				}
			}}
		},
	}
}
