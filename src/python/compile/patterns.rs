//! `match` and its patterns.

use ruff_python_ast::comparable::ComparableExpr;
use ruff_python_ast::{Expr, Identifier, Pattern, StmtMatch};
use ruff_text_size::Ranged;

use super::Compiler;

impl<'a> Compiler<'a> {
    pub(super) fn matched(&mut self, stmt: &'a StmtMatch) {
        self.expr(&stmt.subject);
        for (at, case) in stmt.cases.iter().enumerate() {
            let may_take_all = case.guard.is_some() || at + 1 == stmt.cases.len();
            self.pattern(&case.pattern, may_take_all, &mut Vec::new());
            case.guard.iter().for_each(|guard| self.expr(guard));
            self.body(&case.body);
        }
    }

    /// Judges a pattern and adds the names that it binds.
    fn pattern(&mut self, pattern: &'a Pattern, may_take_all: bool, names: &mut Vec<&'a str>) {
        match pattern {
            Pattern::MatchValue(value) => self.expr(&value.value),
            Pattern::MatchSingleton(_) => {}
            Pattern::MatchSequence(sequence) => {
                let mut stars = sequence.patterns.iter().filter(|pattern| pattern.is_match_star());
                if let Some(second) = stars.nth(1) {
                    self.refuse(second.range(), "two starred names in one sequence pattern");
                }
                self.patterns(&sequence.patterns, names);
            }
            Pattern::MatchMapping(mapping) => {
                if let Some(key) = repeated_key(&mapping.keys) {
                    self.refuse(key.range(), "a key that stands twice in a mapping pattern");
                }
                self.patterns(&mapping.patterns, names);
                mapping.rest.iter().for_each(|rest| self.captured(rest, names));
            }
            Pattern::MatchClass(class) => {
                self.expr(&class.cls);
                self.patterns(&class.arguments.patterns, names);
                let mut seen: Vec<&str> = Vec::new();
                for keyword in &class.arguments.keywords {
                    self.bound(&keyword.attr);
                    if seen.contains(&keyword.attr.as_str()) {
                        self.refuse(keyword.range, "an attribute that stands twice in a class pattern");
                    }
                    seen.push(&keyword.attr);
                    self.pattern(&keyword.pattern, true, names);
                }
            }
            Pattern::MatchStar(star) => star.name.iter().for_each(|name| self.captured(name, names)),
            Pattern::MatchAs(alias) => {
                match &alias.pattern {
                    Some(inner) => self.pattern(inner, may_take_all, names),
                    None if !may_take_all => {
                        self.refuse(alias.range, "a pattern that takes everything before others");
                    }
                    None => {}
                }
                alias.name.iter().for_each(|name| self.captured(name, names));
            }
            Pattern::MatchOr(either) => self.alternatives(&either.patterns, may_take_all, names),
        }
    }

    fn patterns(&mut self, patterns: &'a [Pattern], names: &mut Vec<&'a str>) {
        patterns.iter().for_each(|pattern| self.pattern(pattern, true, names));
    }

    fn alternatives(&mut self, patterns: &'a [Pattern], may_take_all: bool, names: &mut Vec<&'a str>) {
        let mut first: Option<Vec<&'a str>> = None;
        for (at, pattern) in patterns.iter().enumerate() {
            let mut own = Vec::new();
            self.pattern(pattern, may_take_all && at + 1 == patterns.len(), &mut own);
            own.sort_unstable();
            match &first {
                Some(first) if *first != own => {
                    self.refuse(pattern.range(), "alternatives of a pattern that bind different names");
                }
                Some(_) => {}
                None => {
                    if own.iter().any(|name| names.contains(name)) {
                        self.refuse(pattern.range(), "a name that stands twice in a pattern");
                    }
                    first = Some(own);
                }
            }
        }
        names.extend(first.into_iter().flatten());
    }

    fn captured(&mut self, name: &'a Identifier, names: &mut Vec<&'a str>) {
        self.bound(name);
        if names.contains(&name.as_str()) {
            self.refuse(name.range(), format!("`{name}` stands twice in a pattern"));
        }
        names.push(name);
    }
}

/// The first literal key that stands there for the second time.
fn repeated_key(keys: &[Expr]) -> Option<&Expr> {
    let is_same = |one: &Expr, other: &Expr| ComparableExpr::from(one) == ComparableExpr::from(other);
    let mut all = keys.iter().enumerate().filter(|(_, key)| !key.is_attribute_expr());
    all.find(|(at, key)| keys[..*at].iter().any(|before| is_same(before, key))).map(|(_, key)| key)
}
