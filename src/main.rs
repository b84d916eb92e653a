//! The `newskin` command.

fn main() {}
