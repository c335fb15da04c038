// A counter on ic0 alone, without any library, not even Rust's own beyond core. Numbers are four bytes, little endian.
#![no_std]

use core::cell::Cell;

#[link(wasm_import_module = "ic0")]
extern "C" {
    fn msg_arg_data_size() -> usize;
    fn msg_arg_data_copy(dst: *mut u8, offset: usize, size: usize);
    fn msg_reply_data_append(src: *const u8, size: usize);
    fn msg_reply();
    fn msg_reject(src: *const u8, size: usize);
    fn call_new(
        callee: *const u8, callee_size: usize, name: *const u8, name_size: usize,
        reply: extern "C" fn(usize), reply_env: usize, reject: extern "C" fn(usize), reject_env: usize,
    );
    fn call_on_cleanup(cleanup: extern "C" fn(usize), env: usize);
    fn call_perform() -> u32;
    fn stable64_size() -> u64;
    fn stable64_grow(pages: u64) -> u64;
    fn stable64_write(offset: u64, src: u64, size: u64);
    fn stable64_read(dst: u64, offset: u64, size: u64);
    fn trap(src: *const u8, size: usize);
}

struct Counter(Cell<u32>);

// A canister runs one message at a time.
unsafe impl Sync for Counter {}

static COUNTER: Counter = Counter(Cell::new(0));

fn reply(number: u32) {
    let raw = number.to_le_bytes();
    unsafe {
        msg_reply_data_append(raw.as_ptr(), raw.len());
        msg_reply();
    }
}

// The reply that came to a callback, as a number.
fn answer() -> u32 {
    let mut raw = [0; 4];
    unsafe { msg_arg_data_copy(raw.as_mut_ptr(), 0, raw.len()) };
    u32::from_le_bytes(raw)
}

fn fail(why: &str) -> ! {
    unsafe { trap(why.as_ptr(), why.len()) };
    core::arch::wasm32::unreachable()
}

#[export_name = "canister_update inc"]
extern "C" fn inc() {
    COUNTER.0.set(COUNTER.0.get() + 1);
    reply(COUNTER.0.get());
}

#[export_name = "canister_query get"]
extern "C" fn get() {
    reply(COUNTER.0.get());
}

// Has the canister whose id is the argument count on, and replies with 1000 times its number and the own one.
#[export_name = "canister_update ask"]
extern "C" fn ask() {
    call(asked);
}

// Does the same and traps when the answer comes.
#[export_name = "canister_update break"]
extern "C" fn break_off() {
    call(broken);
}

fn call(then: extern "C" fn(usize)) {
    COUNTER.0.set(COUNTER.0.get() + 1);
    let mut callee = [0; 29];
    let method = "inc";
    unsafe {
        let size = msg_arg_data_size();
        if size > callee.len() {
            fail("no canister id");
        }
        msg_arg_data_copy(callee.as_mut_ptr(), 0, size);
        call_new(callee.as_ptr(), size, method.as_ptr(), method.len(), then, 7, refused, 7);
        call_on_cleanup(cleaned, 9);
        if call_perform() != 0 {
            fail("the call was not made");
        }
    }
}

extern "C" fn asked(env: usize) {
    if env != 7 {
        fail("another environment");
    }
    reply(answer() * 1000 + COUNTER.0.get());
}

extern "C" fn broken(_: usize) {
    COUNTER.0.set(5000);
    fail("broken off");
}

extern "C" fn cleaned(env: usize) {
    COUNTER.0.set(COUNTER.0.get() + env as u32);
}

extern "C" fn refused(_: usize) {
    let why = "refused";
    unsafe { msg_reject(why.as_ptr(), why.len()) };
}

#[export_name = "canister_pre_upgrade"]
extern "C" fn pre_upgrade() {
    let raw = COUNTER.0.get().to_le_bytes();
    unsafe {
        if stable64_size() == 0 && stable64_grow(1) != 0 {
            fail("no stable memory");
        }
        stable64_write(0, raw.as_ptr() as u64, 4);
    }
}

#[export_name = "canister_post_upgrade"]
extern "C" fn post_upgrade() {
    let mut raw = [0; 4];
    unsafe { stable64_read(raw.as_mut_ptr() as u64, 0, 4) };
    COUNTER.0.set(u32::from_le_bytes(raw));
}

#[panic_handler]
fn panic(_: &core::panic::PanicInfo) -> ! {
    fail("panic")
}
