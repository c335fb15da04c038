package main

import (
	"icsim/canister/cdk"
	"icsim/canister/cdk/candid"
)

// slice is how many bytes of a snapshot are read at once: they have to fit into a message between subnets with what is around them.
const slice = 1_900_000

// copy makes one canister what another one is: it takes a snapshot, reads it, uploads it and loads it.
func (m *migration) copy(ctx *cdk.Context) {
	arg := candid.Read(ctx.Arg())
	arg.Record()
	c := &copying{ctx: ctx, source: cdk.Principal(arg.FieldPrincipal("source")), target: cdk.Principal(arg.FieldPrincipal("target"))}
	mustRead(ctx, arg)
	c.run()
	if c.reject != nil {
		ctx.Reject(c.reject.Message)
		return
	}
	ctx.Reply(nothing())
}

// copying is a copy that is made. After a reject it asks for nothing more.
type copying struct {
	ctx            *cdk.Context
	source, target cdk.Principal
	taken, made    []byte // ids of the snapshots
	reject         *cdk.RejectError
}

func (c *copying) ask(method string, fields ...candid.Field) *candid.Reader {
	if c.reject != nil {
		return candid.Read(candid.Encode(candid.NewRecord()))
	}
	r, reject := manage(c.ctx, cdk.Management, method, fields...)
	if reject != nil {
		c.reject = &cdk.RejectError{Code: reject.Code, Message: method + ": " + reject.Message}
		return c.ask(method)
	}
	mustRead(c.ctx, r)
	return r
}

func blobField(name string, b []byte) candid.Field { return candid.Of(name, candid.NewBlob(b)) }

func (c *copying) run() {
	c.taken = c.ask("take_canister_snapshot", idOf(c.source)).FieldBlob("id", nil)
	meta := c.ask("read_canister_snapshot_metadata", idOf(c.source), blobField("snapshot_id", c.taken))
	if c.reject != nil {
		return
	}
	shape := []candid.Field{idOf(c.target)}
	for _, name := range []string{
		"wasm_module_size", "globals", "wasm_memory_size", "stable_memory_size", "certified_data", "global_timer",
		"on_low_wasm_memory_hook_status",
	} {
		shape = append(shape, candid.Of(name, meta.FieldAny(name)))
	}
	chunks := meta.FieldAny("wasm_chunk_store")
	sizes := [...]uint64{
		meta.FieldNat64("wasm_module_size", 0), meta.FieldNat64("wasm_memory_size", 0), meta.FieldNat64("stable_memory_size", 0),
	}
	mustRead(c.ctx, meta)
	c.made = c.ask("upload_canister_snapshot_metadata", shape...).FieldBlob("snapshot_id", nil)
	for i, kind := range [...]string{"wasm_module", "wasm_memory", "stable_memory"} {
		for at := uint64(0); at < sizes[i]; at += slice {
			offset := candid.Of("offset", candid.NewNat64(at))
			span := candid.NewRecord(offset, candid.Of("size", candid.NewNat64(min(slice, sizes[i]-at))))
			c.part(candid.NewVariant(kind, span), candid.NewVariant(kind, candid.NewRecord(offset)))
		}
	}
	for _, hash := range chunks.Items() {
		c.part(candid.NewVariant("wasm_chunk", hash), candid.NewVariant("wasm_chunk", candid.NewNull()))
	}
	c.ask("load_canister_snapshot", idOf(c.target), blobField("snapshot_id", c.made))
	c.ask("delete_canister_snapshot", idOf(c.target), blobField("snapshot_id", c.made))
}

// part carries a part of the snapshot over.
func (c *copying) part(from, to candid.Value) {
	data := c.ask("read_canister_snapshot_data", idOf(c.source), blobField("snapshot_id", c.taken), candid.Of("kind", from))
	chunk := data.FieldBlob("chunk", nil)
	c.ask("upload_canister_snapshot_data", idOf(c.target), blobField("snapshot_id", c.made), candid.Of("kind", to), blobField("chunk", chunk))
}
