//! Jupyter notebooks: JSON whose code cells are read as one Python module.

use ruff_text_size::{TextRange, TextSize};

/// Where each code cell stands in the joined text.
#[derive(Debug, Clone, Default)]
pub struct Cells {
    /// In order of the text.
    pub code: Vec<Cell>,
}

/// One code cell that is Python.
#[derive(Debug, Clone, Copy)]
pub struct Cell {
    /// From 1, counting every cell of the notebook.
    pub number: u32,
    /// First byte in the joined text.
    pub start: TextSize,
    /// Behind the last byte; a line feed follows.
    pub end: TextSize,
}

impl Cells {
    /// The cell that holds an offset.
    #[must_use]
    pub fn at(&self, offset: TextSize) -> Option<Cell> {
        let at = self.code.partition_point(|cell| cell.end < offset);
        self.code.get(at).copied()
    }

    /// The ranges of the cells, as the parser wants them.
    pub fn ranges(&self) -> impl Iterator<Item = TextRange> + '_ {
        self.code.iter().map(|cell| TextRange::new(cell.start, cell.end))
    }
}
