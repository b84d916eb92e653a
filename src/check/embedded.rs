//! Python code within files, judged by the rules for Python.

use std::sync::Arc;

use crate::embedded::{Consequence, Piece};
use crate::finding::{Confidence, Finding, Severity};
use crate::parse::{Document, Syntax, python};
use crate::read::{Encoding, Source};
use crate::version::PythonVersion;

/// A piece as a document of its own; `None` if it is no Python: code that a
/// shell or a template puts together cannot be judged.
#[must_use]
pub fn document(host: &Document, piece: &Piece, target: PythonVersion) -> Option<Document> {
    let text = piece.code.text().to_owned();
    let module = python::parse(&text, None, target);
    if module.is_broken() {
        return None;
    }
    let kind = crate::discover::Kind::Python;
    let source = Source { path: Arc::clone(&host.path), kind, text, encoding: Encoding::Utf8, bom: false };
    Some(Document::new(source, None, Syntax::Python(module)))
}

/// Moves a finding from the piece into the file around it. Its fix stays
/// behind: how quotes and indentation of the file would take it is not known.
#[must_use]
pub fn moved(host: &Document, piece: &Piece, mut finding: Finding) -> Finding {
    let range = finding.span.range;
    let range = piece.code.locate(range.start().to_usize(), range.end().to_usize());
    finding.span = host.span(range);
    finding.excerpt = host.excerpt(range);
    finding.confidence = finding.confidence.min(piece.confidence);
    if piece.failure == Consequence::Ignored || finding.confidence == Confidence::Possible {
        finding.severity = finding.severity.min(Severity::Warning);
    }
    finding.fix = None;
    finding
}
