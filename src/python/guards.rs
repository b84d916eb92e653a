//! Whether a place is reached on the target version.
