//! Code rules: one file each, found by the build, never listed by hand.

mod api;

include!(concat!(env!("OUT_DIR"), "/rules.rs"));
