//! Text that the target version cannot parse.
//!
//! ## What it finds
//! Python that the grammar of the target version refuses, bytes that its
//! decoder refuses (a wrong or unknown encoding declaration, NUL bytes), and
//! configuration files that another rule needs but that are not well-formed.
//! A file written for Python 2 gets one finding that says so, which kinds of
//! leftovers it has and on how many lines, not one for every `print`. Of other
//! files the first fault is reported, as Python does.
//!
//! What parses is compiled, as far as that can fail: `return` outside a function,
//! `await` outside an asynchronous one, an unknown or late feature of
//! `__future__`, a parameter or keyword argument that stands twice, `global` for a
//! name that was used before, `nonlocal` without a function that has the name,
//! `:=` where a comprehension or annotation does not let it stand, a second star
//! among targets, a pattern that takes everything before others, an assignment
//! to `__debug__`, a bare `except:` before others, more than 20 blocks in each
//! other, and (since 3.13) half a surrogate pair in a docstring. In notebooks,
//! also those that are scripts with cells (`# %%`), `await` needs no function.
//!
//! ## Why
//! [The file cannot be imported](https://docs.python.org/3/reference/grammar.html),
//! and nothing else in it can be judged. Inside folders of test data
//! (`tests/data`, `fixtures`, `testdata`, …) broken text is usually meant, so
//! there the finding is only informative.
//!
//! ## Example
//! ```python
//! print "hello"
//! ```
//! Use instead:
//! ```python
//! print("hello")
//! ```
//!
//! ## Fix safety
//! `asyncio.async`, which ended when `async` became a keyword, is given the name that
//! it has since Python 3.4.4, `ensure_future`: safe. Otherwise there is no fix: only a
//! person knows what was meant. For whole Python 2 code bases, convert with `2to3` or
//! `futurize` on an older Python first.

use std::path::Path;
use std::sync::Arc;

use ruff_python_ast::token::TokenKind;
use ruff_text_size::{Ranged, TextRange, TextSize};

use crate::discover::Kind;
use crate::finding::{Applicability, Confidence, Edit, Excerpt, Finding, Group, Place, Severity, Span};
use crate::parse::Unparsed;
use crate::python::{Code, compile};
use crate::rule::{File, Meta, Rule, Sink};

/// The rule.
pub static RULE: SyntaxError = SyntaxError;

/// Reports the first syntax error of a file.
pub struct SyntaxError;

const ID: &str = "syntax-error";
const GRAMMAR: &str = "https://docs.python.org/3/reference/grammar.html";
const COMPILER: &str = "https://docs.python.org/3/reference/executionmodel.html";
const ENCODINGS: &str = "https://docs.python.org/3/reference/lexical_analysis.html#encoding-declarations";

impl Rule for SyntaxError {
    fn meta(&self) -> &'static Meta {
        &Meta {
            group: Group::Syntax,
            fix: Some(Applicability::Safe),
            kinds: &[Kind::Python, Kind::Stub, Kind::Notebook],
        }
    }

    fn reads_broken(&self) -> bool {
        true
    }

    fn check_python(&self, file: &File<'_>, code: &Code<'_>, sink: &mut Sink<'_>) {
        if !code.module.is_broken() {
            return refused(file, code, sink);
        }
        let faults = code.module.faults();
        let Some(first) = faults.first() else { return };
        let severity = severity(&file.document.path);
        if let Some(python2) = code.module.python2(&file.document.text) {
            let lines =
                if python2.lines == 1 { "one line".to_owned() } else { format!("{} lines", python2.lines) };
            let what = python2.constructs.join(", ");
            sink.finding("python-2", python2.first, format!("this file is written for Python 2 ({what}; on {lines})"))
                .severity(severity)
                .help("Convert it with `2to3` or `futurize`, which need Python 3.12 or older, before anything else.")
                .url("https://docs.python.org/3.12/library/2to3.html")
                .emit();
            return;
        }
        let message = format!("Python {} cannot parse this: {}", code.target, first.message);
        let draft = sink.finding("syntax", first.range, message).severity(severity).url(GRAMMAR);
        let renamed = renamed(file, code);
        // Only where nothing else is wrong.
        let at_fault = |one: &Edit| one.span.range.contains_range(first.range);
        if renamed.iter().any(at_fault) {
            draft.safe_fix("Replace `asyncio.async` with `asyncio.ensure_future`", renamed).emit();
        } else {
            draft.emit();
        }
    }
}

/// `asyncio.async`, which `async` as a keyword ended, under the name that it has since Python 3.4.4.
fn renamed(file: &File<'_>, code: &Code<'_>) -> Vec<Edit> {
    let tokens = code.module.tokens();
    let text = &file.document.text;
    let written = tokens.windows(3).filter(|three| {
        three[0].kind() == TokenKind::Name
            && &text[three[0].range()] == "asyncio"
            && three[1].kind() == TokenKind::Dot
            && three[2].kind() == TokenKind::Async
    });
    written.map(|three| file.edit(three[2].range(), "ensure_future")).collect()
}

/// What parses, but does not compile. Stubs are only ever parsed.
fn refused(file: &File<'_>, code: &Code<'_>, sink: &mut Sink<'_>) {
    let kind = file.document.kind;
    if kind == Kind::Stub {
        return;
    }
    let text = &file.document.text;
    let judge = |interactive| compile::refused(code.module.syntax(), text, interactive, code.target);
    // Notebooks that are kept as scripts say so in comments.
    let has_cells = || ["# %%", "# COMMAND ----------", "# +\n"].iter().any(|mark| text.contains(mark));
    let fault = judge(kind == Kind::Notebook);
    let fault = if fault.is_some() && has_cells() { judge(true) } else { fault };
    let Some(fault) = fault else { return };
    let message = format!("Python {} cannot compile this: {}", code.target, fault.message);
    sink.finding("syntax", fault.range, message).severity(severity(&file.document.path)).url(COMPILER).emit();
}

/// The finding for bytes that Python refuses to decode.
#[must_use]
pub fn undecoded(path: &Arc<Path>, message: &str, row: u32, column: u32, line: &str) -> Finding {
    let start = Place { row, column };
    let span = Span { range: TextRange::empty(TextSize::new(0)), cell: None, start, end: start };
    let mut offsets = line.char_indices().map(|(at, _)| at).skip(column.saturating_sub(1) as usize);
    let begin = offsets.next().unwrap_or(line.len());
    let end = offsets.next().unwrap_or(line.len());
    Finding {
        rule: ID,
        group: Group::Syntax,
        symbol: "encoding".to_owned(),
        path: path.clone(),
        span,
        severity: severity(path),
        confidence: Confidence::Certain,
        message: format!("Python cannot decode this file: {message}"),
        help: Some(
            "Save the file as UTF-8, or declare the encoding it really has in its first line.".to_owned(),
        ),
        url: Some(ENCODINGS.to_owned()),
        removed_in: None,
        deprecated_in: None,
        fix: None,
        excerpt: Excerpt { first_row: row, text: line.to_owned(), start: begin, end },
    }
}

/// The finding for a configuration file or notebook that is not well-formed.
/// Templates of JSON, YAML and TOML become well-formed only when they are filled in,
/// so in them it is no fault.
#[must_use]
pub fn unparsed(unparsed: &Unparsed) -> Option<Finding> {
    let Unparsed { document, fault } = unparsed;
    let is_template = || {
        document.path.extension().is_some_and(|extension| extension == "template")
            || ["{{", "{%", "<%"].iter().any(|mark| document.text.contains(mark))
    };
    if matches!(document.kind, Kind::Json | Kind::Yaml | Kind::Toml) && is_template() {
        return None;
    }
    Some(Finding {
        rule: ID,
        group: Group::Syntax,
        symbol: "syntax".to_owned(),
        path: document.path.clone(),
        span: document.span(fault.range),
        severity: severity(&document.path).min(Severity::Warning),
        confidence: Confidence::Certain,
        message: format!("this file is not well-formed, so it was not checked: {}", fault.message),
        help: None,
        url: None,
        removed_in: None,
        deprecated_in: None,
        fix: None,
        excerpt: document.excerpt(fault.range),
    })
}

/// Broken text in folders of test data is usually meant to be broken.
fn severity(path: &Path) -> Severity {
    if is_test_data(path) { Severity::Info } else { Severity::Error }
}

fn is_test_data(path: &Path) -> bool {
    const ALONE: &[&str] = &[
        "fixtures",
        "fixture",
        "testdata",
        "test_data",
        "test-data",
        "tests_data",
        "testfiles",
        "test_files",
        "test-files",
        "snapshots",
        "golden",
        "badsyntax",
        "bad_syntax",
        "samples",
        "cassettes",
    ];
    const BELOW_TESTS: &[&str] =
        &["data", "input", "inputs", "resources", "files", "cases", "examples", "output"];
    let mut in_tests = false;
    let Some(folder) = path.parent() else { return false };
    for part in folder.components() {
        let part = part.as_os_str().to_string_lossy().to_lowercase();
        if ALONE.contains(&part.as_str()) || in_tests && BELOW_TESTS.contains(&part.as_str()) {
            return true;
        }
        in_tests |= matches!(part.as_str(), "test" | "tests" | "testing")
            || part.ends_with("_test")
            || part.ends_with("_tests");
    }
    false
}
