//! Whether one place in a function can be reached after another.

use ruff_python_ast::Stmt;
use ruff_text_size::{Ranged, TextRange, TextSize};

/// A place within the blocks of a function.
#[derive(Debug, Clone, Default)]
pub struct Place {
    /// Where it begins.
    pub at: TextSize,
    /// The blocks around it, outermost first.
    pub steps: Vec<Step>,
}

/// A block of a compound statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// The statement.
    pub statement: TextRange,
    /// Which of its blocks.
    pub arm: u32,
    /// What kind of block it is.
    pub kind: Block,
    /// Whether the function is left at the end of the block.
    pub leaves: bool,
}

/// Kinds of blocks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Block {
    /// Of which only one runs.
    Choice,
    /// Runs again and again.
    Loop,
    /// Is left by these exceptions; `None` for all.
    Try(Vec<Option<String>>),
    /// Runs whenever its statement does.
    Always,
    /// Runs if something was raised, or was not.
    Sometimes,
}

impl Place {
    /// Whether what stands here may run before what stands there.
    #[must_use]
    pub fn may_precede(&self, other: &Self) -> bool {
        let common = self.common(other);
        if self.steps[..common].iter().any(|step| step.kind == Block::Loop) {
            return true;
        }
        if self.at >= other.at {
            return false;
        }
        if let (Some(mine), Some(theirs)) = (self.steps.get(common), other.steps.get(common))
            && mine.statement == theirs.statement
            && mine.kind == Block::Choice
        {
            return false;
        }
        !self.steps[common..].iter().any(|step| step.leaves)
    }

    /// How many blocks around both are the same.
    #[must_use]
    pub fn common(&self, other: &Self) -> usize {
        let pairs = self.steps.iter().zip(&other.steps);
        pairs.take_while(|(one, two)| one.statement == two.statement && one.arm == two.arm).count()
    }

    /// Whether one of these exceptions, raised here, is caught within the function.
    #[must_use]
    pub fn catches(&self, exceptions: &[&str]) -> bool {
        let caught = |name: &Option<String>| match name {
            None => true,
            Some(name) => {
                matches!(name.as_str(), "Exception" | "BaseException") || exceptions.contains(&name.as_str())
            }
        };
        self.steps.iter().any(|step| match &step.kind {
            Block::Try(handlers) => handlers.iter().any(caught),
            _ => false,
        })
    }

    /// Whether it stands in a loop.
    #[must_use]
    pub fn repeats(&self) -> bool {
        self.steps.iter().any(|step| step.kind == Block::Loop)
    }
}

/// Whether a function is left at the end of a block.
pub(super) fn leaves(body: &[Stmt]) -> bool {
    match body.last() {
        Some(Stmt::Return(_) | Stmt::Raise(_)) => true,
        Some(Stmt::If(last)) => {
            let has_else = last.elif_else_clauses.last().is_some_and(|clause| clause.test.is_none());
            has_else && leaves(&last.body) && last.elif_else_clauses.iter().all(|clause| leaves(&clause.body))
        }
        Some(Stmt::With(last)) => leaves(&last.body),
        _ => false,
    }
}

impl Step {
    /// A block of a statement.
    pub(super) fn new(statement: &Stmt, arm: usize, kind: Block, body: &[Stmt]) -> Self {
        let arm = u32::try_from(arm).unwrap_or(u32::MAX);
        Self { statement: statement.range(), arm, kind, leaves: leaves(body) }
    }
}
