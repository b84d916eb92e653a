//! Commands and code in the strings of Python sources.

use ruff_python_ast::visitor::{self, Visitor};
use ruff_python_ast::{
    Expr, ExprCall, ExprFString, ExprName, ExprStringLiteral, FStringPart, InterpolatedStringElement,
};
use ruff_text_size::{Ranged, TextRange};

use super::calls::{self, Context};
use super::{Consequence, Embedded, Piece, Python, Start, What, interpreter};
use crate::finding::Confidence;
use crate::parse::fragment::Fragment;
use crate::parse::literal::{self, Form};
use crate::parse::shell::{self, Command, Expansion, Options, Word};
use crate::python::Code;
use crate::python::guards::{Fault, Reach, reach};
use crate::python::names::BindingKind;

/// Functions that give a string to a shell, or split one into words.
const SHELLS: [&str; 15] = [
    "Popen",
    "call",
    "check_call",
    "check_output",
    "create_subprocess_shell",
    "execute",
    "getoutput",
    "getstatusoutput",
    "local",
    "popen",
    "run",
    "spawn",
    "split",
    "sudo",
    "system",
];

/// Functions of the test suites that start Python with these arguments.
const STARTERS: [&str; 4] =
    ["assert_python_failure", "assert_python_ok", "run_python_until_end", "spawn_python"];

/// Functions that are given code, each with the position and keyword of it.
const RUNNERS: [(&str, usize, &str); 8] = [
    ("builtins.compile", 0, "source"),
    ("builtins.eval", 0, "source"),
    ("builtins.exec", 0, "source"),
    ("timeit.Timer", 0, "stmt"),
    ("timeit.Timer", 1, "setup"),
    ("timeit.repeat", 1, "setup"),
    ("timeit.timeit", 0, "stmt"),
    ("timeit.timeit", 1, "setup"),
];

/// Looks through a module.
pub fn find(code: &Code<'_>, found: &mut Embedded) {
    let mut all = Embedded::default();
    Walk { code, found: &mut all }.visit_body(code.module.body());
    let live = |place: TextRange| reach(code, place, Fault::Import) == Reach::Live;
    found.starts.extend(all.starts.into_iter().filter(|start| live(start.place)));
    found.pieces.extend(all.pieces.into_iter().filter(|piece| live(piece.code.range())));
}

struct Walk<'c, 'a, 'f> {
    code: &'c Code<'a>,
    found: &'f mut Embedded,
}

impl<'a> Visitor<'a> for Walk<'_, 'a, '_> {
    fn visit_expr(&mut self, expr: &'a Expr) {
        match expr {
            Expr::List(list) => self.words(&list.elts),
            Expr::Tuple(tuple) => self.words(&tuple.elts),
            Expr::Call(call) => self.call(call),
            _ => {}
        }
        visitor::walk_expr(self, expr);
    }
}

impl<'a> Walk<'_, 'a, '_> {
    fn call(&mut self, call: &'a ExprCall) {
        let arguments = &call.arguments.args;
        let name = match &*call.func {
            Expr::Name(name) => name.id.as_str(),
            Expr::Attribute(attribute) => attribute.attr.as_str(),
            _ => return,
        };
        self.words(arguments);
        if STARTERS.contains(&name) {
            self.command(call.func.range(), arguments);
        } else if SHELLS.contains(&name) {
            self.line(arguments.first());
        } else if name.contains("python_code") || name == "runpython_c" {
            let code = arguments.first().and_then(|code| self.string(code));
            self.found.pieces.extend(code.map(likely));
        }
        if !matches!(name, "run_module" | "exec" | "eval" | "compile" | "timeit" | "repeat" | "Timer") {
            return;
        }
        let meanings = self.code.names().resolve(&call.func);
        let Some(dotted) = meanings.only() else { return };
        for (_, at, keyword) in RUNNERS.iter().filter(|(runner, ..)| *runner == dotted) {
            let argument = call.arguments.find_argument_value(keyword, *at);
            let code = argument.and_then(|code| self.string(code));
            self.found.pieces.extend(code.map(likely));
        }
        if dotted == "runpy.run_module"
            && let Some(argument @ Expr::StringLiteral(module)) =
                call.arguments.find_argument_value("mod_name", 0)
        {
            self.found.starts.push(Start {
                what: What::Module(module.value.to_str().to_owned(), Vec::new()),
                place: argument.range(),
                python: Python::Own,
                failure: Consequence::Fails,
                depends: false,
            });
        }
    }

    /// A command written in one string.
    fn line(&mut self, argument: Option<&'a Expr>) {
        let Some(Expr::StringLiteral(_) | Expr::FString(_)) = argument else { return };
        let Some(text) = argument.and_then(|argument| self.string(argument)) else { return };
        if [" -m", " -c", "2to3"].iter().any(|sign| text.text().contains(sign)) {
            calls::script(&shell::parse(&text, Options::default()), Python::Any, false, self.found);
        }
    }

    /// A command written as a list of words, or as arguments.
    fn words(&mut self, elements: &'a [Expr]) {
        const FAR: usize = 12;
        let is_option = |element: &Expr| match element {
            Expr::StringLiteral(text) => text.value.to_str().starts_with('-'),
            Expr::Starred(_) => true,
            _ => false,
        };
        let mut pairs = elements.windows(2).take(FAR);
        let at = pairs.position(|pair| is_option(&pair[1]) && self.is_interpreter(&pair[0]));
        if let Some(at) = at {
            self.command(elements[at].range(), &elements[at + 1..]);
        }
    }

    /// The interpreter stands at `place`, its arguments in `elements`.
    fn command(&mut self, place: TextRange, elements: &'a [Expr]) {
        let mut words = vec![self.interpreter_word(place)];
        words.extend(elements.iter().map(|element| self.word(element)));
        let command = Command { words, ..Command::default() };
        let base =
            if &self.code.document.text[place] == "sys.executable" { Python::Own } else { Python::Any };
        let context = Context { base, failure: Consequence::Fails, depends: false };
        calls::one(&command, &[], context, &[], self.found);
    }

    /// The literal name of the interpreter, or `python` in its place.
    fn interpreter_word(&self, place: TextRange) -> Word {
        let text = self.code.document.text[place].trim_matches(['"', '\'']);
        let name = if interpreter::named(text).is_some() { text } else { "python" };
        let mut value = Fragment::default();
        value.push_escaped(name, place.start().to_usize(), place.end().to_usize());
        Word { range: place, value, ..Word::default() }
    }

    fn word(&self, element: &'a Expr) -> Word {
        let range = element.range();
        match self.string(element) {
            Some(value) => Word { range, value, quoted: true, ..Word::default() },
            None => {
                let mut value = Fragment::default();
                value.push_escaped("$_", range.start().to_usize(), range.end().to_usize());
                let expansions = vec![Expansion::Variable { name: "_".to_owned(), plain: true }];
                // `*options` may be any number of words.
                let quoted = !element.is_starred_expr();
                let holes = std::iter::once(0..value.text().len()).collect();
                Word { range, value, expansions, holes, quoted, ..Word::default() }
            }
        }
    }

    fn is_interpreter(&self, element: &'a Expr) -> bool {
        match element {
            Expr::StringLiteral(text) => interpreter::named(text.value.to_str()).is_some(),
            Expr::Name(name) => interpreter::variable(&name.id) == Some(Python::Any),
            Expr::Attribute(attribute) => {
                attribute.attr.as_str() == "executable" && self.is_sys(&attribute.value)
                    || interpreter::variable(&attribute.attr) == Some(Python::Any)
            }
            _ => false,
        }
    }

    fn is_sys(&self, value: &'a Expr) -> bool {
        self.code.names().resolve(value).only() == Some("sys")
    }

    /// The text of a literal, of literals joined by `+`, of `dedent(…)`, or of
    /// a name that stands for one of them.
    fn string(&self, expr: &'a Expr) -> Option<Fragment> {
        const STEPS: u32 = 8;
        self.string_within(expr, STEPS)
    }

    fn string_within(&self, expr: &'a Expr, steps: u32) -> Option<Fragment> {
        let steps = steps.checked_sub(1)?;
        match expr {
            Expr::StringLiteral(text) => literal(self.code, text),
            Expr::FString(text) => formatted(self.code, text),
            Expr::BinOp(sum) if sum.op == ruff_python_ast::Operator::Add => {
                let mut left = self.string_within(&sum.left, steps)?;
                let right = self.string_within(&sum.right, steps)?;
                left.push_slice(&right, 0, right.text().len());
                Some(left)
            }
            Expr::Call(call) => {
                let name = match &*call.func {
                    Expr::Name(name) => name.id.as_str(),
                    Expr::Attribute(attribute) => attribute.attr.as_str(),
                    _ => return None,
                };
                match (name, &call.func, call.arguments.args.first()) {
                    ("dedent", _, Some(text)) => self.string_within(text, steps).map(|text| dedented(&text)),
                    // "…".strip()
                    ("strip" | "lstrip" | "rstrip", func, None) => {
                        let Expr::Attribute(attribute) = &**func else { return None };
                        self.string_within(&attribute.value, steps)
                    }
                    _ => None,
                }
            }
            Expr::Name(name) => self.bound(name, steps),
            _ => None,
        }
    }

    /// What the only assignment to a name gives it.
    fn bound(&self, name: &'a ExprName, steps: u32) -> Option<Fragment> {
        let names = self.code.names();
        let [only] = names.bindings_of(name)[..] else { return None };
        match names.binding(only).kind {
            BindingKind::Assignment(value) => self.string_within(value, steps),
            _ => None,
        }
    }
}

fn likely(code: Fragment) -> Piece {
    Piece { code, confidence: Confidence::Likely, failure: Consequence::Fails }
}

/// The value of a string with its places in the file.
pub fn literal(code: &Code<'_>, text: &ExprStringLiteral) -> Option<Fragment> {
    literal::python_string(&code.document.text, text)
}

/// An f-string, with a name in place of each replacement field.
fn formatted(code: &Code<'_>, text: &ExprFString) -> Option<Fragment> {
    let mut whole = Fragment::default();
    for part in &text.value {
        let string = match part {
            FStringPart::Literal(part) => {
                let value = literal::python_part(&code.document.text, part)?;
                whole.push_slice(&value, 0, value.text().len());
                continue;
            }
            FStringPart::FString(string) => string,
        };
        let raw = string.flags.prefix().is_raw();
        for element in &string.elements {
            let range = element.range();
            match element {
                InterpolatedStringElement::Literal(part) => {
                    let form = if raw { Form::Raw } else { Form::Python };
                    let value = literal::align(&code.document.text, range, &part.value, form)?;
                    whole.push_slice(&value, 0, value.text().len());
                }
                InterpolatedStringElement::Interpolation(field) => {
                    let name = match &*field.expression {
                        Expr::Attribute(attribute) if attribute.attr.as_str() == "executable" => "python",
                        Expr::Name(name) if interpreter::variable(&name.id) == Some(Python::Any) => "python",
                        _ => "_",
                    };
                    whole.push_escaped(name, range.start().to_usize(), range.end().to_usize());
                }
            }
        }
    }
    Some(whole)
}

/// What `textwrap.dedent` makes of a text.
fn dedented(text: &Fragment) -> Fragment {
    let blank = |line: &str| line.trim().is_empty();
    let depth = |line: &str| line.len() - line.trim_start_matches([' ', '\t']).len();
    let lines = text.text().split_inclusive('\n');
    let margin = lines.clone().filter(|line| !blank(line)).map(depth).min().unwrap_or(0);
    let mut out = Fragment::default();
    let mut at = 0;
    for line in lines {
        let from = if blank(line) { 0 } else { margin };
        out.push_slice(text, at + from, at + line.len());
        at += line.len();
    }
    out
}
