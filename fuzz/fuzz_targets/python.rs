#![no_main]

mod one;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| one::check("app.py", newskin::discover::Kind::Python, bytes));
