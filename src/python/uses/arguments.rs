//! Arguments that a callable no longer accepts.

use std::borrow::Cow;

use ruff_python_ast::{Expr, ExprCall};
use ruff_text_size::Ranged;

use super::{Use, UseForm, members};
use crate::catalogue::reexports::standard;
use crate::catalogue::{Fact, Form, Kind, lookup};
use crate::finding::Confidence;
use crate::python::Code;

/// Looks at one call, and at what `functools.partial` prepares.
pub(super) fn find<'a>(code: &Code<'a>, call: &'a ExprCall, uses: &mut Vec<Use<'a>>) {
    look(code, call, &call.func, 0, uses);
    if let Some(first) = call.arguments.args.first()
        && matches!(last(&call.func), Some("partial" | "partialmethod"))
        && matches!(
            code.names().resolve(&call.func).only(),
            Some("functools.partial" | "functools.partialmethod")
        )
    {
        look(code, call, first, 1, uses);
    }
}

/// Finds the refused arguments of `callee`, whose own begin at index `from` of the call.
fn look<'a>(code: &Code<'a>, call: &'a ExprCall, callee: &'a Expr, from: usize, uses: &mut Vec<Use<'a>>) {
    let candidates = candidates(code, call, callee, from);
    if candidates.is_empty() {
        return;
    }
    let meanings = code.meanings(callee);
    let certain = meanings.only().is_some();
    let mut known = false;
    for dotted in &meanings.dotted {
        let dotted = standard(dotted);
        for (fact, _) in &candidates {
            if !lookup::is_home(*fact, &dotted) || code.project.has_module(&code.document.path, &dotted) {
                continue;
            }
            known = true;
            // Called on the class, a method takes its object first.
            let own = usize::from(fact.name.class().is_some());
            if let Some(passed) = passed(call, *fact, from + own) {
                uses.push(passed.used(*fact, call, Confidence::resolved(certain)));
            }
        }
    }
    if known {
        return;
    }
    if let Expr::Attribute(attribute) = callee {
        let methods = candidates.iter().filter(|(fact, _)| fact.name.class().is_some());
        for (fact, passed) in methods {
            // `Base.method(self, argument)`
            if matches!(passed, Passed::Positional(_)) && call.arguments.args.first().is_some_and(is_self) {
                continue;
            }
            if let Some(confidence) = members::confidence(code, attribute, *fact, &meanings) {
                uses.push(passed.used(*fact, call, confidence));
            }
        }
    }
}

fn is_self(expr: &Expr) -> bool {
    matches!(expr, Expr::Name(name) if name.id.as_str() == "self")
}

/// The facts about parameters of something so called, if the call passes them.
fn candidates<'a>(
    code: &Code<'a>,
    call: &'a ExprCall,
    callee: &'a Expr,
    from: usize,
) -> Vec<(Fact, Passed<'a>)> {
    // The callee may be a name that was imported under another one.
    let name: Cow<'a, str> = match callee {
        Expr::Attribute(attribute) => Cow::Borrowed(attribute.attr.as_str()),
        Expr::Name(_) => match code.names().resolve(callee).dotted.first() {
            Some(dotted) => Cow::Owned(dotted.rsplit('.').next().unwrap_or_default().to_owned()),
            None => return Vec::new(),
        },
        _ => return Vec::new(),
    };
    let facts = lookup::with_last(&name).iter();
    let facts = facts.filter(|fact| fact.name.kind == Some(Kind::Parameter) && code.looks_for(**fact));
    facts.filter_map(|fact| Some((*fact, passed(call, *fact, from)?))).collect()
}

/// How an argument is passed.
#[derive(Clone, Copy)]
enum Passed<'a> {
    Keyword(usize),
    Positional(usize),
    /// `**{"name": value}`: the key.
    Unpacked(&'a Expr),
}

impl Passed<'_> {
    fn used<'a>(self, fact: Fact, call: &'a ExprCall, confidence: Confidence) -> Use<'a> {
        let (range, form) = match self {
            Self::Keyword(at) => (call.arguments.keywords[at].range(), UseForm::Keyword(call, at)),
            Self::Positional(at) => (call.arguments.args[at].range(), UseForm::Positional(call, at)),
            Self::Unpacked(key) => (key.range(), UseForm::Text),
        };
        Use { fact, range, form, confidence, deferred: false }
    }
}

/// Whether a call passes the parameter in a form that is refused.
fn passed<'a>(call: &'a ExprCall, fact: Fact, from: usize) -> Option<Passed<'a>> {
    let parameter = fact.name.parameter()?;
    let (by_keyword, by_position) = match fact.name.form {
        None => (true, true),
        Some(Form::Keyword) => (true, false),
        Some(Form::Positional) => (false, true),
    };
    if by_keyword {
        for (at, keyword) in call.arguments.keywords.iter().enumerate() {
            match &keyword.arg {
                Some(name) if name.as_str() == parameter => return Some(Passed::Keyword(at)),
                Some(_) => {}
                None => {
                    if let Some(key) = key_of(&keyword.value, parameter) {
                        return Some(Passed::Unpacked(key));
                    }
                }
            }
        }
    }
    let at = fact.name.position.filter(|_| by_position)?;
    let at = usize::from(at) + from;
    let starred = call.arguments.args.iter().take(at + 1).any(Expr::is_starred_expr);
    (!starred && at < call.arguments.args.len()).then_some(Passed::Positional(at))
}

/// The key of a literal `{"name": …}`.
fn key_of<'a>(value: &'a Expr, parameter: &str) -> Option<&'a Expr> {
    let Expr::Dict(dict) = value else { return None };
    let keys = dict.items.iter().filter_map(|item| item.key.as_ref());
    keys.into_iter()
        .find(|key| matches!(key, Expr::StringLiteral(literal) if literal.value.to_str() == parameter))
}

fn last(callee: &Expr) -> Option<&str> {
    match callee {
        Expr::Attribute(attribute) => Some(attribute.attr.as_str()),
        Expr::Name(name) => Some(name.id.as_str()),
        _ => None,
    }
}
