package canister

import (
	"testing"

	"github.com/stretchr/testify/require"

	"icsim/canister/management"
	"icsim/crypto"
	"icsim/protocol"
)

// Every file gives, chunk by chunk, the bytes that its size and hashes are of.
func requireServable(t *testing.T, files []protocol.StateFile) {
	t.Helper()
	seen := map[string]bool{}
	for i := range files {
		f := &files[i]
		require.False(t, seen[f.Path], "%s is there twice", f.Path)
		seen[f.Path] = true
		require.Len(t, f.Chunks, int((f.Size+protocol.ChunkSize-1)/protocol.ChunkSize), f.Path)
		for k := range f.Chunks {
			chunk := f.Content.Chunk(k)
			require.Len(t, chunk, f.ChunkLen(k), f.Path)
			require.Equal(t, f.Chunks[k], crypto.SumChunk(chunk), "%s, chunk %d", f.Path, k)
		}
	}
}

func TestFilesAreWhatTheirHashesSay(t *testing.T) {
	s := newSubnet(t, newExecutor(t), scriptedAt(false, 1, 2)...)
	s.replied("", s.run(1, script{}.do("keep", 5).do("reply")))
	s.done(s.manage("upload_chunk", management.UploadChunk{Canister: protocol.CanisterID(1).Principal(), Chunk: make([]byte, 1000)}), nil)
	s.done(s.manage("take_canister_snapshot", management.TakeSnapshot{Canister: protocol.CanisterID(1).Principal()}), nil)
	requireServable(t, s.state.Files())
	paths := map[string]bool{}
	for _, f := range s.state.Files() {
		paths[f.Path] = true
	}
	at := "canister_states/00000000000000010101/"
	for _, name := range []string{protocol.CanisterFile, "software.wasm", "vmemory_0.bin", "wasm_chunk_store.bin"} {
		require.True(t, paths[at+name], "%s is not among %v", at+name, paths)
	}
}

// A canister that nobody touched keeps its files from one checkpoint to the next: they are not even looked at.
func TestUntouchedCanistersAreNotWrittenAgain(t *testing.T) {
	s := newSubnet(t, newExecutor(t), scriptedAt(false, 1, 2)...)
	s.ctx.Checkpoint = true
	s.run(1, script{}.do("keep", 1).do("reply"))
	before := s.state.written
	s.run(1, script{}.do("keep", 2).do("reply"))
	after := s.state.written
	require.NotSame(t, &before[0].files[0], &after[0].files[0])
	require.Same(t, &before[1].files[0], &after[1].files[0])
	require.NotEqual(t, before[0].files, after[0].files)
}
