package e2e

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"hash/crc32"
	"testing"

	"github.com/stretchr/testify/require"

	"icsim/crypto/principal"
	"icsim/protocol"
)

// account gives the ICP ledger's account of a principal: the hash of it and of subaccount 0, after its checksum.
func account(id principal.ID) []byte {
	hash := sha256.Sum224(append(append([]byte("\x0Aaccount-id"), id.Bytes()...), make([]byte, 32)...))
	return append(binary.BigEndian.AppendUint32(nil, crc32.ChecksumIEEE(hash[:])), hash[:]...)
}

// blob writes bytes as Candid has them.
func blob(raw []byte) string {
	text := `blob "`
	for _, b := range raw {
		text += fmt.Sprintf(`\%02x`, b)
	}
	return text + `"`
}

func TestICPLedger(t *testing.T) {
	const ledger protocol.CanisterID = 1
	minting, other := account(principal.SelfAuthenticating([]byte("minting"))), account(principal.SelfAuthenticating([]byte("other")))
	mine := account(user)
	s := newSubnet(t, install{"ledger.wasm", "ledger.private.did", `(record {
		minting_account = "` + hex.EncodeToString(minting) + `";
		initial_values = vec { record { "` + hex.EncodeToString(mine) + `"; record { e8s = 1_000_000_000 } } };
		send_whitelist = vec {};
		transaction_window = opt record { secs = 600; nanos = 0 };
	})`})
	s.describe(ledger, "ledger.public.did")
	balance := func(e8s string, of []byte) {
		t.Helper()
		require.Equal(t, "(record { e8s = "+e8s+" : nat64 })", s.call(ledger, "account_balance", "(record { account = "+blob(of)+" })"))
	}
	transfer := func(amount, fee, extra string) string {
		t.Helper()
		return s.call(ledger, "transfer", "(record { memo = 7; amount = record { e8s = "+amount+" }; fee = record { e8s = "+fee+" }; to = "+
			blob(other)+"; "+extra+" })")
	}
	balance("1_000_000_000", mine)
	require.Equal(t, "(variant { Ok = 1 : nat64 })", transfer("250_000_000", "10_000", ""))
	balance("749_990_000", mine)
	balance("250_000_000", other)
	require.Contains(t, transfer("1", "1", ""), "BadFee = record { expected_fee = record { e8s = 10_000 : nat64 } }")
	require.Contains(t, transfer("750_000_000", "10_000", ""), "InsufficientFunds = record { balance = record { e8s = 749_990_000 : nat64 } }")
	created := fmt.Sprintf("created_at_time = opt record { timestamp_nanos = %d }", genesisUnix+uint64(s.ctx.Time))
	require.Equal(t, "(variant { Ok = 2 : nat64 })", transfer("5", "10_000", created))
	require.Contains(t, transfer("5", "10_000", created), "TxDuplicate = record { duplicate_of = 2 : nat64 }")
	balance("749_979_995", mine)

	require.Equal(t, "()", s.upgrade(ledger, "ledger.wasm", "()"))
	balance("749_979_995", mine)
	balance("250_000_005", other)
	require.Contains(t, transfer("5", "10_000", created), "TxDuplicate = record { duplicate_of = 2 : nat64 }")
	require.Equal(t, "(variant { Ok = 3 : nat64 })", transfer("5", "10_000", ""))
	s.idle(600)
	require.Contains(t, transfer("5", "10_000", created), "TxTooOld = record { allowed_window_nanos = 600_000_000_000 : nat64 }")
}
