use std::sync::Arc;

use super::*;
use crate::config::{Selector, Settings};
use crate::discover::Kind;
use crate::finding::{Finding, Severity};
use crate::project::Project;
use crate::read::{Encoding, Source};
use crate::rule::Sink;
use crate::version::PythonVersion;

fn document(kind: Kind, text: &str) -> Document {
    let path: Arc<std::path::Path> = Arc::from(std::path::Path::new("a"));
    let source = Source { path, kind, text: text.to_owned(), encoding: Encoding::Utf8, bom: false };
    Document::parse(source, PythonVersion::PY313).unwrap_or_else(|unparsed| unparsed.document)
}

/// The findings that are left of one `removed-module` about each place of `«symbol»`.
struct Case {
    document: Document,
    settings: Settings,
    marked: Vec<TextRange>,
}

impl Case {
    fn new(kind: Kind, marked: &str) -> Self {
        let mut text = String::new();
        let mut places = Vec::new();
        for (at, part) in marked.split(['«', '»']).enumerate() {
            let start = text.len();
            text.push_str(part);
            if at % 2 == 1 {
                let offset = |at: usize| ruff_text_size::TextSize::try_from(at).expect("small");
                places.push(TextRange::new(offset(start), offset(text.len())));
            }
        }
        Self { document: document(kind, &text), settings: Settings::default(), marked: places }
    }

    fn python(marked: &str) -> Self {
        Self::new(Kind::Python, marked)
    }

    fn left(&self) -> Vec<Finding> {
        let project = Project::default();
        let file = File { document: &self.document, project: &project, settings: &self.settings };
        let rule = RULES.iter().find(|entry| entry.id == "removed-module").expect("registered");
        let mut findings = Vec::new();
        for place in &self.marked {
            Sink::new(file, rule, &mut findings).finding(self.document.slice(*place), *place, "gone").emit();
        }
        apply(file, findings)
    }

    /// Each finding that is left as `rule symbol`.
    #[track_caller]
    fn leaves(&self, expected: &[&str]) {
        let left: Vec<String> =
            self.left().iter().map(|finding| format!("{} {}", finding.rule, finding.symbol)).collect();
        assert_eq!(left, expected);
    }

    #[track_caller]
    fn fixes_to(&self, expected: &str) {
        let left = self.left();
        let [finding] = left.as_slice() else { panic!("one finding expected: {left:#?}") };
        assert_eq!(finding.severity, Severity::Info);
        let fix = finding.fix.as_ref().expect("a fix");
        let mut text = self.document.text.clone();
        text.replace_range(fix.edits[0].span.range.to_std_range(), &fix.edits[0].content);
        assert_eq!(text, expected);
    }
}

#[test]
fn a_comment_is_about_its_line() {
    Case::python("import «cgi»  # newskin: ignore[removed-module] why\nimport «imp»\n")
        .leaves(&["removed-module imp"]);
    Case::python("import «cgi», «imp»  # newskin:ignore[ removed-module:cgi ]\n")
        .leaves(&["removed-module imp"]);
    Case::python("import «cgi»  # noqa # newskin: ignore[stdlib] # type: ignore\n").leaves(&[]);
}

#[test]
fn at_either_end_of_a_statement_it_is_about_all_of_it() {
    Case::python("from «cgi» import (  # newskin: ignore[removed-module]\n    «escape»,\n)\n").leaves(&[]);
    Case::python("from «cgi» import (\n    «escape»,\n)  # newskin: ignore[removed-module]\n").leaves(&[]);
    let inside = "from «cgi» import (\n    «escape»,  # newskin: ignore[removed-module]\n)\n";
    Case::python(inside).leaves(&["removed-module cgi"]);
    let head = "try:  # newskin: ignore[removed-module]\n    import «cgi»\nexcept ImportError:\n    pass\n";
    Case::python(head).leaves(&["removed-module cgi", "unused-suppression removed-module"]);
}

#[test]
fn a_finding_of_several_lines_may_be_hidden_at_either_end() {
    Case::python("«f(\n  1,\n)»  # newskin: ignore[removed-module]\n").leaves(&[]);
    Case::new(Kind::Yaml, "a: «>\n  b\n  c»  # newskin: ignore[removed-module]\n").leaves(&[]);
    Case::new(Kind::Yaml, "a: b  # newskin: ignore[removed-module]\nc: «d»\n")
        .leaves(&["removed-module d", "unused-suppression removed-module"]);
}

#[test]
fn in_a_dockerfile_it_may_stand_before_the_instruction() {
    let docker = |text: &str| Case::new(Kind::Dockerfile, text);
    docker("# newskin: ignore[removed-module] why\n# more\nFROM «python»:3.8\n").leaves(&[]);
    docker("FROM a\n# newskin: ignore[removed-module]\nRUN x && \\\n    «yum» y\nRUN «z»\n")
        .leaves(&["removed-module z"]);
    docker("FROM a\nRUN «yum» x && \\\n    y  # newskin: ignore[removed-module]\n").leaves(&[]);
    docker("# newskin: ignore[removed-module]\n\nFROM «python»:3.8\n")
        .leaves(&["removed-module python", "unused-suppression removed-module"]);
}

#[test]
fn a_file_is_hidden_from_anywhere() {
    Case::python("import «cgi»\nimport «imp»\n\n# newskin: ignore-file[removed-module:cgi] why\n")
        .leaves(&["removed-module imp"]);
}

#[test]
fn a_string_is_no_comment() {
    Case::python("«x» = '# newskin: ignore[removed-module]'\n").leaves(&["removed-module x"]);
    Case::new(Kind::Json, "{\"a\": \"«x» // newskin: ignore[removed-module]\"}\n")
        .leaves(&["removed-module x"]);
    Case::new(Kind::Json, "{\"a\": \"«x»\"} // newskin: ignore[removed-module]\n").leaves(&[]);
    Case::new(Kind::Json, "{\"a\": \"«x»\"} # newskin: ignore[removed-module]\n")
        .leaves(&["removed-module x"]);
}

#[test]
fn mistakes_are_named() {
    let message = |text: &str| {
        let left = Case::python(text).left();
        let [finding] = left.as_slice() else { panic!("one finding expected: {left:#?}") };
        assert_eq!(finding.severity, Severity::Warning);
        assert!(finding.fix.is_none());
        finding.message.clone()
    };
    assert_eq!(message("x = 1  # newskin: ignore\n"), "`ignore` names no rule; write `ignore[rule]`");
    assert_eq!(message("x = 1  # newskin: ignore why\n"), "`ignore` names no rule; write `ignore[rule]`");
    assert_eq!(message("x = 1  # newskin: ignore[]\n"), "`ignore[]` names no rule");
    assert_eq!(
        message("# newskin: ignore-file[removed-module\n"),
        "the bracket of `ignore-file[` is not closed"
    );
    assert_eq!(
        message("x = 1  # newskin: disable[removed-module]\n"),
        "`newskin: disable` means nothing; write `ignore[rule]` or `ignore-file[rule]`"
    );
    assert_eq!(
        message("x = 1  # newskin: ignore[removed-modul]\n"),
        "unknown rule or group `removed-modul`; did you mean `removed-module`?"
    );
    assert_eq!(
        message("# newskin: ignore[removed-module]\nimport json\n"),
        "this `ignore` stands on a line of its own, where there is nothing to suppress"
    );
}

#[test]
fn what_is_unused_is_removed() {
    Case::python("import json  # newskin: ignore[removed-module] why\nx\n").fixes_to("import json\nx\n");
    Case::python("import json  # noqa # newskin: ignore[removed-module]\n").fixes_to("import json  # noqa\n");
    Case::python("import json  # newskin: ignore[removed-module] # noqa\n").fixes_to("import json  # noqa\n");
    Case::python("x\r\n# newskin: ignore-file[removed-module]\r\ny\r\n").fixes_to("x\r\ny\r\n");
    Case::python("x\n# newskin: ignore-file[removed-module]").fixes_to("x\n");
    Case::python("import «cgi»  # newskin: ignore[syntax-error, removed-module]\n")
        .fixes_to("import cgi  # newskin: ignore[removed-module]\n");
    Case::python("import «cgi»  # newskin: ignore[removed-module, syntax-error]\n")
        .fixes_to("import cgi  # newskin: ignore[removed-module]\n");
}

#[test]
fn no_line_moves_up_to_become_an_encoding() {
    let case = Case::python("# newskin: ignore-file[removed-module]\n# é\n# coding: latin-1\n");
    assert!(case.left()[0].fix.is_none());
}

#[test]
fn only_what_was_looked_for_is_unused() {
    let mut case = Case::python("import json  # newskin: ignore[removed-module]\n");
    case.leaves(&["unused-suppression removed-module"]);
    case.settings
        .selection
        .ignore
        .push(Selector::parse("removed-module", &["removed-module"]).expect("known"));
    case.leaves(&[]);
    Case::python("import json  # newskin: ignore[modernize]\nprint 1\n").leaves(&[]);
}

#[test]
fn it_can_be_told_to_be_silent() {
    Case::python("import json  # newskin: ignore[removed-module, unused-suppression]\n").leaves(&[]);
    Case::python("# newskin: ignore-file[unused-suppression]\nx  # newskin: ignore[removed-module]\n")
        .leaves(&[]);
}
