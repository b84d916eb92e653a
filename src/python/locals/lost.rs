//! Which names are put into the mapping and looked for in it later, and are no
//! longer there.

use std::collections::BTreeSet;

use ruff_python_ast::Expr;
use ruff_python_ast::visitor::{self, Visitor};
use ruff_text_size::{Ranged, TextRange};

use super::super::Code;
use super::effect::Pattern;
use super::{Act, Event, Function, How, Mapping};
use crate::catalogue;
use crate::finding::{Confidence, Severity};

/// A name that no longer gets from one place to another.
pub struct Lost<'f, 'a> {
    /// What puts it there.
    pub source: &'f Event<'a>,
    /// What looks for it.
    pub observer: &'f Event<'a>,
    /// The names, as far as they are known.
    pub names: Vec<String>,
    /// Whether another thing of that name is found instead.
    pub instead: bool,
    /// How bad that is, and how sure.
    pub grade: Grade,
}

/// How bad a loss is, and how sure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Grade {
    /// Whether something fails.
    pub severity: Severity,
    /// Whether the names are known.
    pub confidence: Confidence,
}

/// Names, known and unknown.
#[derive(Default)]
struct Set {
    names: BTreeSet<String>,
    patterns: Vec<Pattern>,
    /// Any name.
    open: bool,
}

impl Set {
    fn all() -> Self {
        Self { open: true, ..Self::default() }
    }

    fn may_hold(&self, name: &str) -> bool {
        self.open || self.patterns.iter().any(|pattern| pattern.fits(name))
    }

    fn is_closed(&self) -> bool {
        !self.open && self.patterns.is_empty()
    }
}

const fn grade(severity: Severity, confidence: Confidence) -> Grade {
    Grade { severity, confidence }
}

/// Every loss in a function, the gravest first for each observer.
#[must_use]
pub fn lost<'f, 'a>(code: &Code<'a>, function: &'f Function<'a>) -> Vec<Lost<'f, 'a>> {
    let sources: Vec<(&Event<'a>, Set)> =
        function.events.iter().filter_map(|event| Some((event, put(code, function, event)?))).collect();
    let mut all = Vec::new();
    for observer in &function.events {
        let Some(wanted) = wanted(code, function, observer) else { continue };
        let reaching: Vec<&(&Event<'a>, Set)> = sources
            .iter()
            .filter(|(source, _)| {
                let keeps = source.held().is_some() && source.held() == observer.held();
                source.range != observer.range && !keeps && source.place.may_precede(&observer.place)
            })
            .collect();
        // Names that are looked for and that somebody says to have put there.
        let told: BTreeSet<&String> =
            reaching.iter().flat_map(|(_, set)| set.names.intersection(&wanted.names)).collect();
        for (source, set) in reaching {
            if let Some(lost) = between(code, function, (source, set), (observer, &wanted), &told) {
                all.push(lost);
            }
        }
    }
    all.sort_by_key(|lost| (lost.observer.range.start(), std::cmp::Reverse(lost.grade)));
    all
}

/// What is lost between a source and an observer; `told` are names that some
/// source says to have put there.
fn between<'f, 'a>(
    code: &Code<'a>,
    function: &Function<'a>,
    (source, set): (&'f Event<'a>, &Set),
    (observer, wanted): (&'f Event<'a>, &Set),
    told: &BTreeSet<&String>,
) -> Option<Lost<'f, 'a>> {
    let runs = observer.as_run().is_some();
    let is_missing = |name: &&String| !(runs && is_elsewhere(code, name));
    let both: Vec<String> = set.names.intersection(&wanted.names).cloned().collect();
    let untold = wanted.names.iter().filter(|name| !told.contains(name) && set.may_hold(name));
    let untold: Vec<String> = untold.filter(is_missing).cloned().collect();
    let (names, grade) = if !both.is_empty() {
        let missing: Vec<String> = both.iter().filter(is_missing).cloned().collect();
        match missing.is_empty() {
            true => (both, grade(Severity::Warning, Confidence::Certain)),
            false => (missing, known(observer)),
        }
    } else if !untold.is_empty() {
        (untold, of_unknown(source, observer))
    } else if wanted.open {
        if fits_variables(code, function, source, observer) {
            return None;
        }
        let grade = if is_same_key(code, source, observer) {
            grade(Severity::Error, Confidence::Likely)
        } else if spells_variables(code, function) {
            grade(Severity::Warning, Confidence::Possible)
        } else {
            of_all(source, !set.is_closed(), observer)
        };
        (set.names.iter().cloned().collect(), grade)
    } else {
        return None;
    };
    let instead = !names.is_empty() && runs && names.iter().all(|name| is_elsewhere(code, name));
    let grade = inlined(source, observer, caught(observer, grade));
    Some(Lost { source, observer, names, instead, grade })
}

/// What an event puts into the mapping.
fn put(code: &Code<'_>, function: &Function<'_>, event: &Event<'_>) -> Option<Set> {
    let set = match &event.act {
        Act::Run(run) => Set {
            names: function.strangers(code, &run.effect.binds),
            patterns: run.effect.bind_patterns.iter().cloned().collect(),
            open: run.effect.binds_more,
        },
        Act::Use(one) => match (&one.how, one.mapping) {
            // Through the frame, names do arrive.
            (_, Mapping::Fresh("f_locals")) => return None,
            (How::Write(Some(names)), _) => {
                let names = names.iter().map(|name| name.to_string()).collect();
                Set { names: function.strangers(code, &names), ..Set::default() }
            }
            (How::Write(None), _) => Set::all(),
            _ => return None,
        },
    };
    (!set.is_closed() || !set.names.is_empty()).then_some(set)
}

/// What an event looks for in the mapping.
fn wanted(code: &Code<'_>, function: &Function<'_>, event: &Event<'_>) -> Option<Set> {
    match &event.act {
        Act::Run(run) => {
            let names = function.strangers(code, &run.effect.reads);
            Some(Set { names, open: run.effect.reads_more, ..Set::default() })
        }
        Act::Use(one) => match &one.how {
            How::Item(Some(names))
            | How::Ask(Some(names))
            | How::Format(Some(names))
            | How::Take(Some(names)) => {
                let names = names.iter().map(|name| name.to_string()).collect();
                Some(Set { names: function.strangers(code, &names), ..Set::default() })
            }
            How::Item(None) | How::Ask(None) | How::Format(None) | How::Take(None) => Some(Set::all()),
            How::Return | How::Whole | How::Show | How::Compare => Some(Set::all()),
            How::Write(_) | How::Keep(_) | How::Identity | How::Discard => None,
        },
    }
}

/// Whether code that runs finds the name in the module or among the builtins.
fn is_elsewhere(code: &Code<'_>, name: &str) -> bool {
    !code.names().module_bindings(name).is_empty()
        || name.starts_with("__") && name.ends_with("__")
        || catalogue::may_bring("builtins", name) == Some(true)
        || code.names().may_come_by_star(name)
}

/// The names are known on both sides.
fn known(observer: &Event<'_>) -> Grade {
    let severity = if fails(observer) { Severity::Error } else { Severity::Warning };
    grade(severity, Confidence::Certain)
}

/// The source may bring anything, and nothing else brings what is looked for.
fn of_unknown(source: &Event<'_>, observer: &Event<'_>) -> Grade {
    match (source.as_run(), observer.as_run()) {
        _ if !fails(observer) => grade(Severity::Warning, Confidence::Likely),
        (Some(_), None) => grade(Severity::Error, Confidence::Certain),
        _ => grade(Severity::Error, Confidence::Likely),
    }
}

/// Whether names that are made up when the program runs are built like those
/// of variables, which no Python ever changed this way.
fn fits_variables(
    code: &Code<'_>,
    function: &Function<'_>,
    source: &Event<'_>,
    observer: &Event<'_>,
) -> bool {
    let runs = [source, observer].into_iter().filter_map(|event| event.as_run());
    let mut patterns = runs.flat_map(|run| run.effect.bind_patterns.iter().chain(&run.effect.read_patterns));
    patterns.any(|pattern| {
        let mut variables = code.names().variables(function.range);
        !pattern.is_open() && variables.any(|binding| pattern.fits(binding.name))
    })
}

/// Whether the function spells out names of its variables, as in a list of
/// parameters to be looked at: the names made up may be those.
fn spells_variables(code: &Code<'_>, function: &Function<'_>) -> bool {
    let mut spelt = Spelt { strings: BTreeSet::new() };
    spelt.visit_body(function.body);
    code.names().variables(function.range).any(|binding| spelt.strings.contains(binding.name))
}

/// The strings in a function.
struct Spelt<'a> {
    strings: BTreeSet<&'a str>,
}

impl<'a> Visitor<'a> for Spelt<'a> {
    fn visit_expr(&mut self, expr: &'a Expr) {
        match expr {
            Expr::StringLiteral(literal) => _ = self.strings.insert(literal.value.to_str()),
            _ => visitor::walk_expr(self, expr),
        }
    }
}

/// Whether what is written under a key is read under the same.
fn is_same_key(code: &Code<'_>, source: &Event<'_>, observer: &Event<'_>) -> bool {
    let key = |event: &Event<'_>| {
        let one = event.as_use().filter(|one| matches!(one.how, How::Write(None) | How::Item(None)))?;
        Some(code.document.slice(TextRange::new(one.expr.end(), event.range.end())).to_owned())
    };
    key(source).is_some_and(|written| key(observer) == Some(written))
}

/// The observer takes whatever is there.
fn of_all(source: &Event<'_>, open: bool, observer: &Event<'_>) -> Grade {
    let shown = observer.as_use().is_some_and(|one| matches!(one.how, How::Show));
    match (source.as_run(), observer.as_run()) {
        _ if shown => grade(Severity::Info, Confidence::Likely),
        // Two unknown texts may have nothing to do with each other.
        (Some(_), Some(run)) if open && run.effect.executes => grade(Severity::Warning, Confidence::Possible),
        _ => grade(Severity::Warning, Confidence::Likely),
    }
}

/// Whether the observer raises an exception without the name.
fn fails(observer: &Event<'_>) -> bool {
    match &observer.act {
        Act::Run(_) => true,
        Act::Use(one) => matches!(one.how, How::Item(_) | How::Format(_) | How::Take(_)),
    }
}

/// An exception that is caught is no crash.
fn caught(observer: &Event<'_>, grade: Grade) -> Grade {
    let raised: &[&str] =
        if observer.as_run().is_some() { &["NameError"] } else { &["KeyError", "LookupError"] };
    if grade.severity == Severity::Error && observer.place.catches(raised) {
        return Grade { severity: Severity::Warning, ..grade };
    }
    grade
}

/// Before Python 3.12, a comprehension had variables of its own.
fn inlined(source: &Event<'_>, observer: &Event<'_>, grade: Grade) -> Grade {
    if source.inlined || observer.inlined {
        return Grade { confidence: grade.confidence.min(Confidence::Likely), ..grade };
    }
    grade
}
