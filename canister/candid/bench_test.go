package candid

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// transferDID is the transfer of the ledgers in use (ICRC-1).
const transferDID = `
type Account = record { owner : principal; subaccount : opt blob };
type TransferArg = record {
	from_subaccount : opt blob; to : Account; amount : nat; fee : opt nat; memo : opt blob; created_at_time : opt nat64;
};
type TransferError = variant {
	BadFee : record { expected_fee : nat }; BadBurn : record { min_burn_amount : nat }; InsufficientFunds : record { balance : nat };
	TooOld; CreatedInFuture : record { ledger_time : nat64 }; Duplicate : record { duplicate_of : nat }; TemporarilyUnavailable;
	GenericError : record { error_code : nat; message : text };
};
service : { icrc1_transfer : (TransferArg) -> (variant { Ok : nat; Err : TransferError }) }`

const transferText = `(record {
	to = record { owner = principal "rwlgt-iiaaa-aaaaa-aaaaa-cai"; subaccount = null };
	amount = 100_000_000; fee = opt 10_000; memo = opt blob "\00\01\02\03"; created_at_time = opt 1_620_328_630_000_000_000;
})`

func transfer(t testing.TB) (Signature, []Value) {
	i, err := ParseDID(transferDID)
	require.NoError(t, err)
	m, err := i.Method("icrc1_transfer")
	require.NoError(t, err)
	args, err := ParseArgsAs(transferText, m.Args)
	require.NoError(t, err)
	return m, args
}

func BenchmarkEncodeTransfer(b *testing.B) {
	m, args := transfer(b)
	b.ReportAllocs()
	for b.Loop() {
		_, _ = Encode(args, m.Args)
	}
}

func BenchmarkDecodeTransfer(b *testing.B) {
	m, args := transfer(b)
	raw, err := Encode(args, m.Args)
	require.NoError(b, err)
	b.ReportAllocs()
	for b.Loop() {
		_, _ = Decode(raw, m.Args)
	}
}

func BenchmarkDecodeBlob(b *testing.B) {
	types := []Type{BlobType()}
	raw, err := Encode([]Value{make(Blob, 1<<20)}, types)
	require.NoError(b, err)
	b.SetBytes(1 << 20)
	for b.Loop() {
		_, _ = Decode(raw, types)
	}
}

func BenchmarkDecodeRecords(b *testing.B) {
	types, err := ParseTypes("(vec record { id : nat64; name : text; tags : vec text; score : opt int })")
	require.NoError(b, err)
	item := `record { id = 7; name = "a name"; tags = vec { "a"; "b" }; score = opt -3 };`
	args, err := ParseArgsAs("(vec {"+strings.Repeat(item, 10_000)+"})", types)
	require.NoError(b, err)
	raw, err := Encode(args, types)
	require.NoError(b, err)
	b.SetBytes(int64(len(raw)))
	b.ReportAllocs()
	for b.Loop() {
		_, _ = Decode(raw, types)
	}
}

func BenchmarkParseTransfer(b *testing.B) {
	m, _ := transfer(b)
	b.ReportAllocs()
	for b.Loop() {
		_, _ = ParseArgsAs(transferText, m.Args)
	}
}

// BenchmarkBomb is the price of refusing the worst message of its length.
func BenchmarkBomb(b *testing.B) {
	for _, a := range readSuite(b, "spacebomb") {
		b.Run(strings.ReplaceAll(fmt.Sprint(a.line), " ", "_"), func(b *testing.B) {
			for b.Loop() {
				_, _ = a.left.decode(a.types)
			}
		})
	}
}
