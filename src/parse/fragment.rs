//! Text taken out of a file that remembers where each byte stood.
//!
//! Continuations and comments vanish from a Dockerfile's instruction, escapes
//! from a string; what is left is read on, and every finding in it must still
//! point into the file.

use std::ops::Range;

use ruff_text_size::{TextRange, TextSize};

/// Text with the place of each of its bytes in the file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Fragment {
    text: String,
    pieces: Vec<Piece>,
}

/// A run of the text that stands together in the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Piece {
    /// First byte in the text; the piece ends where the next one begins.
    at: usize,
    /// First byte in the file.
    start: usize,
    /// Behind the last byte in the file.
    end: usize,
    /// The file says it in other bytes, so that only the whole has a place.
    escaped: bool,
}

impl Fragment {
    /// A whole text as a fragment of itself.
    #[must_use]
    pub fn whole(text: &str) -> Self {
        let mut fragment = Self::default();
        fragment.push(text, 0);
        fragment
    }

    /// Appends text that stands in the file at byte `start` exactly so.
    pub fn push(&mut self, text: &str, start: usize) {
        if text.is_empty() {
            return;
        }
        let (at, end) = (self.text.len(), start + text.len());
        self.text.push_str(text);
        match self.pieces.last_mut() {
            Some(last) if !last.escaped && last.end == start => last.end = end,
            _ => self.pieces.push(Piece { at, start, end, escaped: false }),
        }
    }

    /// Appends text that the file says in other bytes, such as an escape.
    pub fn push_escaped(&mut self, text: &str, start: usize, end: usize) {
        if text.is_empty() {
            return;
        }
        let at = self.text.len();
        self.text.push_str(text);
        self.pieces.push(Piece { at, start, end, escaped: true });
    }

    /// Appends bytes `from..to` of another fragment.
    pub fn push_slice(&mut self, other: &Self, from: usize, to: usize) {
        let mut index = other.piece(from).unwrap_or(other.pieces.len());
        while let Some(piece) = other.pieces.get(index).filter(|piece| piece.at < to) {
            let next = other.pieces.get(index + 1).map_or(other.text.len(), |piece| piece.at);
            let (first, last) = (piece.at.max(from), next.min(to));
            let text = &other.text[first..last];
            if piece.escaped {
                self.push_escaped(text, piece.start, piece.end);
            } else {
                self.push(text, piece.start + first - piece.at);
            }
            index += 1;
        }
    }

    /// Bytes `from..to` as a fragment of their own.
    #[must_use]
    pub fn slice(&self, from: usize, to: usize) -> Self {
        let mut fragment = Self::default();
        fragment.push_slice(self, from, to);
        fragment
    }

    /// The fragment with a name in place of each of the ranges.
    #[must_use]
    pub fn without(&self, holes: &[Range<usize>]) -> Self {
        let mut fragment = Self::default();
        let mut at = 0;
        for hole in holes.iter().filter(|hole| hole.end <= self.text.len()) {
            if hole.start < at {
                continue;
            }
            fragment.push_slice(self, at, hole.start);
            let place = self.locate(hole.start, hole.end);
            fragment.push_escaped("_", place.start().to_usize(), place.end().to_usize());
            at = hole.end;
        }
        fragment.push_slice(self, at, self.text.len());
        fragment
    }

    /// Where the bytes stand in the file if they stand there together and as
    /// they are, so that the file can be edited in their place.
    #[must_use]
    pub fn exact(&self, from: usize, to: usize) -> Option<TextRange> {
        let piece = self.piece(from).map(|index| (index, self.pieces[index]));
        let (index, piece) = piece.filter(|(_, piece)| !piece.escaped)?;
        let end = self.pieces.get(index + 1).map_or(self.text.len(), |next| next.at);
        (from <= to && to <= end).then(|| {
            let start = piece.start + from - piece.at;
            TextRange::new(size(start), size(start + to - from))
        })
    }

    /// The text.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether there is no text.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// Where the whole stands in the file, what was left out between included.
    #[must_use]
    pub fn range(&self) -> TextRange {
        self.locate(0, self.text.len())
    }

    /// Where bytes `from..to` of the text stand in the file.
    #[must_use]
    pub fn locate(&self, from: usize, to: usize) -> TextRange {
        let start = match self.piece(from).map(|index| self.pieces[index]) {
            Some(piece) if piece.escaped => piece.start,
            Some(piece) => piece.start + from - piece.at,
            None => self.pieces.last().map_or(0, |piece| piece.end),
        };
        let end = match to.checked_sub(1).filter(|_| to > from).and_then(|last| self.piece(last)) {
            Some(index) if self.pieces[index].escaped => self.pieces[index].end,
            Some(index) => self.pieces[index].start + to - self.pieces[index].at,
            None => start,
        };
        TextRange::new(size(start), size(end.max(start)))
    }

    /// The piece that holds a byte of the text.
    fn piece(&self, at: usize) -> Option<usize> {
        if at >= self.text.len() {
            return None;
        }
        self.pieces.partition_point(|piece| piece.at <= at).checked_sub(1)
    }
}

/// Files are read only up to 4 GiB, so that every offset fits.
fn size(offset: usize) -> TextSize {
    TextSize::try_from(offset).unwrap_or_else(|_| TextSize::new(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn range(from: u32, to: u32) -> TextRange {
        TextRange::new(from.into(), to.into())
    }

    #[test]
    fn keeps_places_over_gaps_and_escapes() {
        let mut fragment = Fragment::default();
        fragment.push("yum", 4);
        fragment.push(" a", 10);
        fragment.push_escaped("\"", 12, 14);
        fragment.push("b", 14);
        assert_eq!(fragment.text(), "yum a\"b");
        assert_eq!(fragment.range(), range(4, 15));
        assert_eq!(fragment.locate(0, 3), range(4, 7));
        assert_eq!(fragment.locate(2, 5), range(6, 12));
        assert_eq!(fragment.locate(5, 6), range(12, 14));
        assert_eq!(fragment.locate(6, 7), range(14, 15));
        assert_eq!(fragment.locate(7, 7), range(15, 15));
        let part = fragment.slice(1, 6);
        assert_eq!((part.text(), part.range()), ("um a\"", range(5, 14)));
        assert_eq!(Fragment::default().range(), range(0, 0));
    }
}
