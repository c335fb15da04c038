//go:build wasip1

package main

import "icsim/canister/cdk"

var program = cdk.New(undecided())

//go:wasmexport canister_init
func canisterInit() { program.Init() }

//go:wasmexport canister_pre_upgrade
func canisterPreUpgrade() { program.PreUpgrade() }

//go:wasmexport canister_post_upgrade
func canisterPostUpgrade() { program.PostUpgrade() }

//go:wasmexport canister_global_timer
func canisterTimer() { program.Timer() }

// burner

//go:wasmexport canister_update_SP_burn
func updateBurn() { program.Update("burn") }

//go:wasmexport canister_query_SP_burned
func queryBurned() { program.Query("burned") }

// caller

//go:wasmexport canister_update_SP_call
func updateCall() { program.Update("call") }

//go:wasmexport canister_query_SP_replies
func queryReplies() { program.Query("replies") }

//go:wasmexport canister_query_SP_rejects
func queryRejects() { program.Query("rejects") }

//go:wasmexport canister_query_SP_stats
func queryStats() { program.Query("stats") }

// counter

//go:wasmexport canister_update_SP_inc
func updateInc() { program.Update("inc") }

//go:wasmexport canister_update_SP_set
func updateSet() { program.Update("set") }

//go:wasmexport canister_query_SP_get
func queryGet() { program.Query("get") }

// fetcher

//go:wasmexport canister_update_SP_fetch
func updateFetch() { program.Update("fetch") }

//go:wasmexport canister_query_SP_transform
func queryTransform() { program.Query("transform") }

// interpreter

//go:wasmexport canister_update_SP_run
func updateRun() { program.Update("run") }

//go:wasmexport canister_query_SP_state
func queryState() { program.Query("state") }

// migration

//go:wasmexport canister_update_SP_migrate_canister
func updateMigrateCanister() { program.Update("migrate_canister") }

//go:wasmexport canister_update_SP_copy_canister
func updateCopyCanister() { program.Update("copy_canister") }

//go:wasmexport canister_query_SP_migration_status
func queryMigrationStatus() { program.Query("migration_status") }

// signer

//go:wasmexport canister_update_SP_sign
func updateSign() { program.Update("sign") }

// site

//go:wasmexport canister_query_SP_http_request
func queryHTTPRequest() { program.Query("http_request") }

//go:wasmexport canister_update_SP_http_request_update
func updateHTTPRequestUpdate() { program.Update("http_request_update") }

//go:wasmexport canister_query_SP_http_request_streaming_callback
func queryHTTPRequestStreamingCallback() { program.Query("http_request_streaming_callback") }
