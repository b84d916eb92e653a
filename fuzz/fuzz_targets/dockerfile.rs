#![no_main]

mod one;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| one::check("Dockerfile", newskin::discover::Kind::Dockerfile, bytes));
