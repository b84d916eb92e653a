//! `setup.cfg` and `setup.py`, as far as they are literal.

use ruff_python_ast::visitor::{Visitor, walk_expr};
use ruff_python_ast::{Expr, Stmt};
use rustc_hash::FxHashMap;

use super::declared::Found;
use super::supported::pep440;
use crate::parse::{ini, python};
use crate::version::PythonVersion;

/// Options of setuptools in `setup.cfg`.
pub(super) fn cfg(text: &str) -> Found {
    let ini = ini::parse(text);
    let option = |name| ini.get("options", name).map(|entry| entry.value(text));
    let list = |name| option(name).map(|value| lines(&value)).unwrap_or_default();
    let mut found = Found {
        supported: option("python_requires").as_deref().and_then(pep440),
        requirements: list("install_requires"),
        build_requirements: list("setup_requires"),
    };
    found.requirements.extend(list("tests_require"));
    for extra in ini.section("options.extras_require") {
        found.requirements.extend(lines(&extra.value(text)));
    }
    found
}

/// One requirement per line; `file:` names a file that is found by its name.
fn lines(value: &str) -> Vec<String> {
    let lines = value.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with("file:"));
    lines.map(str::to_owned).collect()
}

/// Literal keywords `python_requires=`, `install_requires=` and their like, of
/// any call or dictionary: `setup(**options)` is common.
pub(super) fn py(text: &str, target: PythonVersion) -> Found {
    if !text.contains("_require") {
        return Found::default();
    }
    let module = python::parse(text, None, target);
    let mut reader = Reader { constants: constants(module.body()), found: Found::default() };
    reader.visit_body(module.body());
    reader.found
}

/// Names that the module binds once to an expression.
fn constants(body: &[Stmt]) -> FxHashMap<&str, &Expr> {
    let mut constants = FxHashMap::default();
    for statement in body {
        if let Stmt::Assign(assign) = statement
            && let [Expr::Name(name)] = assign.targets.as_slice()
        {
            constants.insert(name.id.as_str(), assign.value.as_ref());
        }
    }
    constants
}

struct Reader<'a> {
    constants: FxHashMap<&'a str, &'a Expr>,
    found: Found,
}

impl<'a> Reader<'a> {
    fn keyword(&mut self, name: &str, value: &'a Expr) {
        match name {
            "python_requires" => {
                let supported = self.strings(value).first().and_then(|text| pep440(text));
                self.found.supported = self.found.supported.or(supported);
            }
            "install_requires" | "tests_require" | "extras_require" => {
                let requirements = self.strings(value);
                self.found.requirements.extend(requirements);
            }
            "setup_requires" => {
                let requirements = self.strings(value);
                self.found.build_requirements.extend(requirements);
            }
            _ => {}
        }
    }

    /// The literal strings in a value, in order, through one name.
    fn strings(&self, value: &'a Expr) -> Vec<String> {
        let value = match value {
            Expr::Name(name) => self.constants.get(name.id.as_str()).copied().unwrap_or(value),
            _ => value,
        };
        let all = |items: &'a [Expr]| items.iter().flat_map(literals).collect();
        match value {
            Expr::List(list) => all(&list.elts),
            Expr::Tuple(tuple) => all(&tuple.elts),
            Expr::Set(set) => all(&set.elts),
            Expr::Dict(dict) => dict.items.iter().flat_map(|item| self.strings(&item.value)).collect(),
            _ => literals(value),
        }
    }
}

fn literals(value: &Expr) -> Vec<String> {
    match value {
        Expr::StringLiteral(literal) => literal.value.to_str().lines().map(str::to_owned).collect(),
        _ => Vec::new(),
    }
}

impl<'a> Visitor<'a> for Reader<'a> {
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
