//! Text and edits to text; verified, then written atomically.
