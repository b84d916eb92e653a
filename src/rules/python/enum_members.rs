//! What is a member of an enumeration, and what its members are, has changed.
//!
//! ## What it finds
//! * A class within an enumeration: a member up to Python 3.12, a plain class since 3.13.
//! * `__name = value` in an enumeration: a member up to Python 3.10, a plain attribute since.
//! * `list(Flags)`, `len(Flags)`, `for flag in Flags` where `Flags` has combinations such as
//!   `RW = READ | WRITE` or `NONE = 0`: they are left out since Python 3.11.
//! * `number & ~Flags.READ` where `Flags` is an `IntFlag` and `number` an `int`: the bits
//!   that `Flags` does not know are lost since Python 3.11.
//!
//! ## Why
//! See What's New in Python [3.11](https://docs.python.org/3/whatsnew/3.11.html#enum) and
//! [3.13](https://docs.python.org/3/library/enum.html#enum.member).
//!
//! ## Example
//! ```python
//! import enum
//!
//! class Mode(enum.Flag):
//!     READ = 1
//!     WRITE = 2
//!     BOTH = READ | WRITE
//!
//! print([mode.name for mode in Mode])
//! ```
//! Use instead:
//! ```python
//! import enum
//!
//! class Mode(enum.Flag):
//!     READ = 1
//!     WRITE = 2
//!     BOTH = READ | WRITE
//!
//! print([mode.name for mode in Mode.__members__.values()])
//! ```
//!
//! ## Fix safety
//! There is no fix: which members are meant is for a person to say.

use ruff_python_ast::visitor::{self, Visitor};
use ruff_python_ast::{Expr, ExprCall, Int, Number, Operator, Stmt, StmtClassDef, UnaryOp};
use ruff_text_size::{Ranged, TextRange};

use crate::discover::Kind;
use crate::finding::{Confidence, Group, Severity};
use crate::python::Code;
use crate::python::guards::{Fault, Reach, reach};
use crate::rule::{File, Meta, Rule, Sink, Trigger};
use crate::rules::defined::{self, base_of, class_of, decorator};
use crate::rules::standard::{classes, derives, named};
use crate::version::PythonVersion;

/// The rule.
pub static RULE: EnumMembers = EnumMembers;

/// Reports what is or is not a member any more.
pub struct EnumMembers;

const ENUMS: &[&str] =
    &["enum.Flag", "enum.IntFlag", "enum.Enum", "enum.IntEnum", "enum.StrEnum", "enum.ReprEnum"];

impl Rule for EnumMembers {
    fn meta(&self) -> &'static Meta {
        &Meta { group: Group::Semantics, fix: None, kinds: &[Kind::Python, Kind::Notebook] }
    }

    fn gravest(&self) -> Severity {
        Severity::Warning
    }

    fn symbols(&self) -> &'static [&'static str] {
        &["enum.Enum"]
    }

    fn triggers(&self) -> Vec<Trigger> {
        vec![Trigger::Module("enum")]
    }

    fn check_python(&self, file: &File<'_>, code: &Code<'_>, sink: &mut Sink<'_>) {
        let mut walk = Walk { code, found: Vec::new(), flags: Vec::new() };
        for class in defined::all(code) {
            let Some((base, _)) = base_of(code, class, ENUMS) else { continue };
            walk.class(class);
            if matches!(base, "enum.Flag" | "enum.IntFlag") && has_combinations(class) {
                walk.flags.push(class);
            }
        }
        walk.visit_body(code.module.body());
        for Found { place, since, message, confidence } in walk.found {
            let since = PythonVersion { major: 3, minor: since };
            if file.minimum() >= since
                || code.target < since
                || reach(code, place, Fault::Name) == Reach::Dead
            {
                continue;
            }
            sink.finding("enum.Enum", place, format!("{message} since Python {since}"))
                .severity(Severity::Warning)
                .confidence(confidence)
                .help("Say which members are meant")
                .url("https://docs.python.org/3/howto/enum.html")
                .emit();
        }
    }
}

struct Found {
    place: TextRange,
    since: u8,
    message: String,
    confidence: Confidence,
}

struct Walk<'c, 'a> {
    code: &'c Code<'a>,
    found: Vec<Found>,
    /// Flags with combinations among their members.
    flags: Vec<&'a StmtClassDef>,
}

impl<'a> Walk<'_, 'a> {
    fn push(&mut self, place: TextRange, since: u8, message: String) {
        self.found.push(Found { place, since, message, confidence: Confidence::Certain });
    }

    /// What stands in an enumeration.
    fn class(&mut self, class: &'a StmtClassDef) {
        for stmt in &class.body {
            match stmt {
                Stmt::ClassDef(inner) => {
                    let said =
                        decorator(self.code, &inner.decorator_list, &["enum.member", "enum.nonmember"]);
                    if said.is_none() && !inner.name.starts_with('_') {
                        let message = format!("The class `{}` is no member of `{}`", inner.name, class.name);
                        self.push(inner.name.range(), 13, message);
                    }
                }
                Stmt::Assign(assign) => {
                    let [Expr::Name(target)] = &assign.targets[..] else { continue };
                    let name = target.id.as_str();
                    if name.starts_with("__") && !name.ends_with('_') && !assign.value.is_lambda_expr() {
                        let message =
                            format!("`{name}` is no member of `{}` but a plain attribute", class.name);
                        self.push(target.range(), 11, message);
                    }
                }
                _ => {}
            }
        }
    }

    /// All members, one after the other.
    fn all_of(&mut self, members: &'a Expr) {
        let Some(class) = class_of(self.code, members) else { return };
        if self.flags.iter().any(|flags| std::ptr::eq(*flags, class)) {
            let message = format!("The combinations among the members of `{}` are left out", class.name);
            self.push(members.range(), 11, message);
        }
    }

    fn call(&mut self, call: &'a ExprCall) {
        const WHOLE: &[&str] =
            &["list", "tuple", "set", "frozenset", "len", "sorted", "enumerate", "map", "reversed"];
        if call.arguments.args.iter().any(Expr::is_name_expr) && named(self.code, &call.func, WHOLE).is_some()
        {
            call.arguments.args.iter().for_each(|value| self.all_of(value));
        }
    }

    /// `number & ~Flags.READ`.
    fn mask(&mut self, number: &'a Expr, mask: &'a Expr) {
        let Expr::UnaryOp(inverted) = mask else { return };
        if inverted.op != UnaryOp::Invert || !matches!(&*inverted.operand, Expr::Attribute(_) | Expr::Name(_))
        {
            return;
        }
        let flags = classes(self.code, &inverted.operand, "__invert__");
        let is_flag = !flags.is_empty()
            && flags.iter().all(|flag| {
                flag.instance && flag.standard.first() == Some(&false) && derives(flag, &["enum.IntFlag"])
            });
        if !is_flag {
            return;
        }
        let numbers = classes(self.code, number, "__and__");
        let is_plain = !numbers.is_empty()
            && numbers.iter().all(|class| class.mro.first().is_some_and(|name| name == "builtins.int"));
        if is_plain {
            let message = "Bits that these flags do not know are taken away, too,".to_owned();
            self.push(mask.range(), 11, message);
        }
    }
}

/// Whether some members are combinations of others, or of none.
fn has_combinations(class: &StmtClassDef) -> bool {
    class.body.iter().any(|stmt| {
        let Stmt::Assign(assign) = stmt else { return false };
        let [Expr::Name(target)] = &assign.targets[..] else { return false };
        if target.id.starts_with('_') {
            return false;
        }
        match &*assign.value {
            Expr::NumberLiteral(number) => {
                matches!(&number.value, Number::Int(value) if Int::as_u64(value).is_some_and(|value| !value.is_power_of_two()))
            }
            Expr::BinOp(operation) => operation.op == Operator::BitOr,
            _ => false,
        }
    })
}

impl<'a> Visitor<'a> for Walk<'_, 'a> {
    fn visit_stmt(&mut self, stmt: &'a Stmt) {
        match stmt {
            Stmt::For(stmt) => self.all_of(&stmt.iter),
            Stmt::AugAssign(stmt) if stmt.op == Operator::BitAnd => self.mask(&stmt.target, &stmt.value),
            _ => {}
        }
        visitor::walk_stmt(self, stmt);
    }

    fn visit_expr(&mut self, expr: &'a Expr) {
        match expr {
            Expr::Call(call) => self.call(call),
            Expr::Starred(starred) => self.all_of(&starred.value),
            Expr::BinOp(operation) if operation.op == Operator::BitAnd => {
                self.mask(&operation.left, &operation.right);
                self.mask(&operation.right, &operation.left);
            }
            Expr::ListComp(list) => list.generators.iter().for_each(|one| self.all_of(&one.iter)),
            Expr::SetComp(set) => set.generators.iter().for_each(|one| self.all_of(&one.iter)),
            Expr::DictComp(dict) => dict.generators.iter().for_each(|one| self.all_of(&one.iter)),
            Expr::Generator(generator) => generator.generators.iter().for_each(|one| self.all_of(&one.iter)),
            _ => {}
        }
        visitor::walk_expr(self, expr);
    }
}
