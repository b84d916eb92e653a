//! Examples in docstrings: `>>> import this`.

use ruff_python_ast::{Expr, ExprStringLiteral, Stmt};

use super::{Consequence, Embedded, Piece, strings};
use crate::finding::Confidence;
use crate::parse::fragment::Fragment;
use crate::python::Code;

/// Looks through every docstring.
pub fn find(code: &Code<'_>, found: &mut Embedded) {
    if code.document.text.contains(">>> ") {
        body(code, code.module.body(), found);
    }
}

fn body(code: &Code<'_>, stmts: &[Stmt], found: &mut Embedded) {
    if let Some(Stmt::Expr(first)) = stmts.first()
        && let Expr::StringLiteral(docstring) = &*first.value
    {
        found.pieces.extend(examples(code, docstring));
    }
    for stmt in stmts {
        match stmt {
            Stmt::ClassDef(class) => body(code, &class.body, found),
            Stmt::FunctionDef(function) => body(code, &function.body, found),
            _ => {}
        }
    }
}

/// The examples of one docstring as one program.
fn examples(code: &Code<'_>, docstring: &ExprStringLiteral) -> Option<Piece> {
    if !docstring.value.to_str().contains(">>> ") {
        return None;
    }
    let text = strings::literal(code, docstring)?;
    let mut program = Fragment::default();
    let mut at = 0;
    for line in text.text().split_inclusive('\n') {
        let indented = line.trim_start();
        if indented.starts_with(">>> ") || indented.starts_with("... ") {
            let from = at + line.len() - indented.len() + ">>> ".len();
            program.push_slice(&text, from, at + line.len());
        } else if indented.trim_end() == "..." {
            let end = at + line.len();
            program.push_slice(&text, end - usize::from(line.ends_with('\n')), end);
        }
        at += line.len();
    }
    let piece = Piece { code: program, confidence: Confidence::Possible, failure: Consequence::Fails };
    Some(piece).filter(|piece| !piece.code.is_empty())
}
