//! Code rules: one file each, found by the build, never listed by hand.

mod api;
mod app_settings;
mod defined;
mod formatted;
mod gone;
mod handlers;
mod loops;
mod moved;
mod required;
mod standard;
mod thrown;

include!(concat!(env!("OUT_DIR"), "/rules.rs"));
