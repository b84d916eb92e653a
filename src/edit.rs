//! The shared hands of fixes: small edits that keep a file's layout.
