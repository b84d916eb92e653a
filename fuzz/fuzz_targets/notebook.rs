#![no_main]

mod one;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| one::check("sales.ipynb", newskin::discover::Kind::Notebook, bytes));
