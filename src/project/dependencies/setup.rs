//! `setup.cfg` and `setup.py`, as far as they are literal.

use ruff_python_ast::visitor::{Visitor, walk_expr};
use ruff_python_ast::{Expr, ExprStringLiteral, Operator, Stmt};
use ruff_text_size::{Ranged, TextRange};
use rustc_hash::FxHashMap;

use super::{Include, Reader, Role, Room, Style};
use crate::parse::fragment::Fragment;
use crate::parse::ini::{Entry, Ini};
use crate::parse::literal;

/// Options of setuptools in `setup.cfg`.
pub(super) fn cfg(reader: &mut Reader<'_>, ini: &Ini) {
    for (name, role) in [
        ("install_requires", Role::Runtime),
        ("setup_requires", Role::Build),
        ("tests_require", Role::Development("tests".to_owned())),
    ] {
        if let Some(entry) = ini.get("options", name) {
            option(reader, entry, role);
        }
    }
    for extra in ini.section("options.extras_require") {
        option(reader, extra, Role::Optional(extra.name.to_string()));
    }
    reader.sheet.room = room(reader.text, ini);
}

/// Where `install_requires` could be stated in a project that has none.
fn room(text: &str, ini: &Ini) -> Option<Room> {
    let whole = |entry: &Entry| entry.lines.iter().copied().fold(entry.name_range, TextRange::cover);
    let last = |section: &str| ini.section(section).last().map(whole);
    if text.contains("install_requires") || text.contains("install-requires") {
        return None;
    }
    if let Some(entry) = last("options") {
        return Some(Room::Option(entry));
    }
    ini.get("metadata", "name")?;
    last("metadata").filter(|_| !text.contains("[options]")).map(Room::Section)
}

fn option(reader: &mut Reader<'_>, entry: &Entry, role: Role) {
    let whole = entry.lines.iter().copied().fold(entry.name_range, TextRange::cover);
    reader.list(role.clone(), Style::OptionLine, whole);
    for line in &entry.lines {
        let said = &reader.text[*line];
        if let Some(files) = said.strip_prefix("file:") {
            let files = files.split(',').map(str::trim).filter(|file| !file.is_empty());
            let files = files.map(|file| Include { path: file.to_owned(), range: *line, role: role.clone() });
            reader.sheet.includes.extend(files);
            continue;
        }
        // `a; b` of one line are two for setuptools only in lists by lines.
        let mut fragment = Fragment::default();
        fragment.push(said, line.start().to_usize());
        reader.add(&fragment, *line);
    }
}

/// Literal keywords `install_requires=` and their like, of any call or
/// dictionary: `setup(**options)` is common.
pub(super) fn py(reader: &mut Reader<'_>, body: &[Stmt]) {
    if !reader.text.contains("install_requires") {
        let mut calls = Calls { found: Vec::new() };
        calls.visit_body(body);
        if let [only] = calls.found[..] {
            reader.sheet.room = Some(Room::Keyword(only));
        }
    }
    if !reader.text.contains("_require") {
        return;
    }
    let mut keywords = Keywords { constants: constants(body), found: Vec::new() };
    keywords.visit_body(body);
    let mut seen: Vec<TextRange> = Vec::new();
    for (role, value) in std::mem::take(&mut keywords.found) {
        // A list may be given to several keywords.
        if !seen.contains(&value.range()) {
            seen.push(value.range());
            keywords.read(reader, &role, value);
        }
    }
}

/// Names that the module binds to an expression.
fn constants(body: &[Stmt]) -> FxHashMap<&str, &Expr> {
    let mut constants = FxHashMap::default();
    for statement in body {
        match statement {
            Stmt::Assign(assign) => {
                if let [Expr::Name(name)] = assign.targets.as_slice() {
                    constants.insert(name.id.as_str(), assign.value.as_ref());
                }
            }
            Stmt::AnnAssign(assign) => {
                if let (Expr::Name(name), Some(value)) = (&*assign.target, &assign.value) {
                    constants.insert(name.id.as_str(), value);
                }
            }
            _ => {}
        }
    }
    constants
}

struct Keywords<'a> {
    constants: FxHashMap<&'a str, &'a Expr>,
    found: Vec<(Role, &'a Expr)>,
}

impl<'a> Keywords<'a> {
    fn keyword(&mut self, name: &str, value: &'a Expr) {
        let role = match name {
            "install_requires" => Role::Runtime,
            "tests_require" => Role::Development("tests".to_owned()),
            "extras_require" => Role::Optional(String::new()),
            "setup_requires" => Role::Build,
            _ => return,
        };
        self.found.push((role, self.resolved(value)));
    }

    /// Through one name.
    fn resolved(&self, value: &'a Expr) -> &'a Expr {
        match value {
            Expr::Name(name) => self.constants.get(name.id.as_str()).copied().unwrap_or(value),
            _ => value,
        }
    }

    /// The literal strings in a value, in order.
    fn read(&self, reader: &mut Reader<'_>, role: &Role, value: &'a Expr) {
        let elements = match value {
            Expr::List(list) => &list.elts,
            Expr::Tuple(tuple) => &tuple.elts,
            Expr::Set(set) => &set.elts,
            Expr::Dict(dict) => {
                for item in &dict.items {
                    let extra = match &item.key {
                        Some(Expr::StringLiteral(key)) => key.value.to_str().to_owned(),
                        _ => String::new(),
                    };
                    // `"name:python_version < '3'"`: an extra under a condition.
                    let (extra, marker) = extra.split_once(':').unwrap_or((&extra, ""));
                    let from = reader.sheet.requirements.len();
                    self.read(reader, &Role::Optional(extra.to_owned()), self.resolved(&item.value));
                    reader.restrict(from, marker);
                }
                return;
            }
            Expr::BinOp(sum) if sum.op == Operator::Add => {
                self.read(reader, role, self.resolved(&sum.left));
                return self.read(reader, role, self.resolved(&sum.right));
            }
            Expr::StringLiteral(literal) => {
                reader.list(role.clone(), Style::Literal, value.range());
                return add(reader, literal);
            }
            _ => return,
        };
        reader.list(role.clone(), Style::Literal, value.range());
        for element in elements {
            if let Expr::StringLiteral(literal) = element {
                add(reader, literal);
            }
        }
    }
}

/// A requirement on each line of a string.
fn add(reader: &mut Reader<'_>, literal: &ExprStringLiteral) {
    let Some(fragment) = literal::python_string(reader.text, literal) else { return };
    let mut at = 0;
    for line in fragment.text().split_inclusive('\n') {
        reader.add(&fragment.slice(at, at + line.trim_end().len()), literal.range());
        at += line.len();
    }
}

impl<'a> Visitor<'a> for Keywords<'a> {
    fn visit_expr(&mut self, expr: &'a Expr) {
        match expr {
            Expr::Call(call) => {
                for keyword in &call.arguments.keywords {
                    if let Some(name) = &keyword.arg {
                        self.keyword(name.as_str(), &keyword.value);
                    }
                }
            }
            Expr::Dict(dict) => {
                for item in &dict.items {
                    if let Some(Expr::StringLiteral(key)) = &item.key {
                        self.keyword(key.value.to_str(), &item.value);
                    }
                }
            }
            _ => {}
        }
        walk_expr(self, expr);
    }
}

/// Calls of `setup` that show all their keywords: the last of each.
struct Calls {
    found: Vec<TextRange>,
}

impl<'a> Visitor<'a> for Calls {
    fn visit_expr(&mut self, expr: &'a Expr) {
        if let Expr::Call(call) = expr {
            let named = match &*call.func {
                Expr::Name(name) => name.id.as_str() == "setup",
                Expr::Attribute(attribute) => attribute.attr.as_str() == "setup",
                _ => false,
            };
            let keywords = &call.arguments.keywords;
            let has = |name: &str| keywords.iter().any(|one| one.arg.as_ref().is_some_and(|arg| arg == name));
            let plain = keywords.iter().all(|keyword| keyword.arg.is_some());
            if named && plain && (has("name") || has("packages") || has("py_modules")) {
                self.found.extend(keywords.last().map(Ranged::range));
            }
        }
        walk_expr(self, expr);
    }
}
