//! Expressions that go on and on: harmless to parse, a trap for whoever works
//! out what they mean.

use ruff_python_ast::token::TokenKind;
use ruff_python_parser::{Mode, lexer};

/// More operands of `and` and `or` than this in one expression, or more
/// attributes and subscripts behind each other.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// `a and b or c` has two.
    pub conditions: usize,
    /// `a.b[c].d` has three.
    pub members: usize,
}

/// Whether any expression of a text is longer than the limits.
#[must_use]
pub fn exceed(text: &str, limits: Limits) -> bool {
    may_exceed(text, limits) && do_exceed(text, limits)
}

/// A look at the lines: what is too long has a long one, or goes on over many.
fn may_exceed(text: &str, limits: Limits) -> bool {
    let long = 4 * limits.conditions.min(limits.members);
    let many = limits.conditions.min(limits.members) / 2;
    let goes_on = |line: &str| {
        let line = line.trim();
        ["and ", "or ", ".", "["].iter().any(|start| line.starts_with(start))
            || [" and", " or", ".", " and \\", " or \\"].iter().any(|end| line.ends_with(end))
    };
    let mut going = 0;
    text.lines().any(|line| {
        going += usize::from(goes_on(line));
        line.len() >= long || going > many
    })
}

fn do_exceed(text: &str, limits: Limits) -> bool {
    let mut lexer = lexer::lex(text, Mode::Module);
    let mut chain = (0, 0);
    let mut outer = Vec::new();
    loop {
        match lexer.next_token() {
            TokenKind::EndOfFile => return false,
            opening @ (TokenKind::Lpar | TokenKind::Lsqb | TokenKind::Lbrace) => {
                let member = usize::from(opening == TokenKind::Lsqb);
                outer.push((chain.0, chain.1 + member));
                chain = (0, 0);
            }
            TokenKind::Rpar | TokenKind::Rsqb | TokenKind::Rbrace => chain = outer.pop().unwrap_or_default(),
            TokenKind::And | TokenKind::Or => chain = (chain.0 + 1, 0),
            TokenKind::Dot => chain.1 += 1,
            TokenKind::Comma | TokenKind::Newline | TokenKind::Semi | TokenKind::Colon => chain = (0, 0),
            TokenKind::Name | TokenKind::NonLogicalNewline | TokenKind::Comment => {}
            _ => chain.1 = 0,
        }
        if chain.0 > limits.conditions || chain.1 > limits.members {
            return true;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_what_belongs_together() {
        let limits = Limits { conditions: 4, members: 4 };
        let exceeds = |text: &str| do_exceed(text, limits);
        assert!(exceeds("x = a and b or c and d or e and f"));
        assert!(exceeds("x = (a and\n  b or c\n and d or e and f)"));
        assert!(!exceeds("x = [a and b, c and d, e and f, g and h, i and j, k or l]"));
        assert!(!exceeds("x = a and b and c\ny = a and b and c\nz = a or b or c"));
        assert!(exceeds("x.a.b[0].c.d") && exceeds("x.a().b().c().d().e()"));
        assert!(!exceeds("x.a.b + x.c.d + x.e.f\nx.a.b.c\nx.a.b.c"));
        assert!(!exceeds("x = [1.5, 2.5, 3.5, 4.5, 5.5, 6.5]; y = '. . . . . . and and and and and'"));
    }
}
