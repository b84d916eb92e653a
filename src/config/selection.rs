//! Which rules, and which symbols of them, are reported.
//!
//! The more specific choice wins: all < group < rule < `rule:glob` <
//! `rule:name`. Between choices of the same rank `ignore` wins over `select`
//! and `extend-select`. So `--ignore stdlib --select removed-module:cgi` reports
//! `cgi`, and `--select removed-module --ignore removed-module:cgi` all but it.

use crate::error::nearest;
use crate::finding::Group;

/// The default set leaves out what the target does not need.
const OFF_BY_DEFAULT: &[Group] = &[Group::Modernize];

/// One choice of findings.
#[derive(Debug, Clone)]
pub enum Selector {
    /// Every rule, the ones that are off by default included.
    All,
    /// Every rule of a group.
    Group(Group),
    /// One rule, and the symbols it is limited to.
    Rule(&'static str, Option<Symbols>),
}

/// The symbols that a selector such as `removed-module:c*` means: those the
/// glob matches, and what lies in them (`pipes` means `pipes.quote` too).
#[derive(Debug, Clone)]
pub struct Symbols {
    matcher: globset::GlobMatcher,
}

/// How narrow a choice is; the narrower one wins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    All,
    Group,
    Rule,
    Glob,
    Symbol,
}

impl Selector {
    /// Reads `all`, a group, a rule, or `rule:symbol-glob`.
    ///
    /// `known` are the ids of all rules.
    ///
    /// # Errors
    /// A sentence naming the unknown word and the nearest known one.
    pub fn parse(text: &str, known: &[&'static str]) -> Result<Self, String> {
        let text = text.trim();
        let (name, glob) = match text.split_once(':') {
            Some((name, glob)) => (name.trim_end(), Some(glob.trim_start())),
            None => (text, None),
        };
        if let Some(id) = known.iter().find(|id| **id == name) {
            let symbols = glob.map(Symbols::parse).transpose()?;
            return Ok(Self::Rule(id, symbols));
        }
        let whole = if name == "all" { Some(Self::All) } else { name.parse().ok().map(Self::Group) };
        match (whole, glob) {
            (Some(selector), None) => Ok(selector),
            (Some(_), Some(_)) => {
                Err(format!("`{text}` limits symbols of `{name}`, which is no single rule"))
            }
            (None, _) => Err(unknown(name, known)),
        }
    }

    /// Whether the selector chooses this finding.
    #[must_use]
    pub fn matches(&self, rule: &str, group: Group, symbol: &str) -> bool {
        match self {
            Self::Rule(_, Some(symbols)) => self.concerns(rule, group) && symbols.contain(symbol),
            _ => self.concerns(rule, group),
        }
    }

    /// Whether the selector chooses some finding of this rule.
    #[must_use]
    pub fn concerns(&self, rule: &str, group: Group) -> bool {
        match self {
            Self::All => true,
            Self::Group(chosen) => *chosen == group,
            Self::Rule(id, _) => *id == rule,
        }
    }

    fn rank(&self) -> Rank {
        match self {
            Self::All => Rank::All,
            Self::Group(_) => Rank::Group,
            Self::Rule(_, None) => Rank::Rule,
            Self::Rule(_, Some(symbols)) if symbols.is_literal() => Rank::Symbol,
            Self::Rule(_, Some(_)) => Rank::Glob,
        }
    }
}

impl std::fmt::Display for Selector {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::All => f.write_str("all"),
            Self::Group(group) => f.write_str(group.as_str()),
            Self::Rule(id, None) => f.write_str(id),
            Self::Rule(id, Some(symbols)) => write!(f, "{id}:{}", symbols.matcher.glob()),
        }
    }
}

impl PartialEq for Selector {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::All, Self::All) => true,
            (Self::Group(one), Self::Group(other)) => one == other,
            (Self::Rule(one, None), Self::Rule(other, None)) => one == other,
            (Self::Rule(one, Some(a)), Self::Rule(other, Some(b))) => {
                one == other && a.matcher.glob() == b.matcher.glob()
            }
            _ => false,
        }
    }
}

impl Symbols {
    fn parse(glob: &str) -> Result<Self, String> {
        if glob.is_empty() {
            return Err("a symbol or a glob is missing after `:`".to_owned());
        }
        let glob = globset::Glob::new(glob).map_err(|error| format!("bad symbol glob: {error}"))?;
        Ok(Self { matcher: glob.compile_matcher() })
    }

    fn contain(&self, symbol: &str) -> bool {
        let ends = symbol.char_indices().filter(|(_, c)| matches!(c, '.' | '(')).map(|(at, _)| at);
        self.matcher.is_match(symbol) || ends.into_iter().any(|end| self.matcher.is_match(&symbol[..end]))
    }

    fn is_literal(&self) -> bool {
        !self.matcher.glob().glob().contains(['*', '?', '[', '{'])
    }
}

fn unknown(name: &str, known: &[&'static str]) -> String {
    let groups = Group::ALL.iter().map(|group| group.as_str());
    let all = known.iter().copied().chain(groups).chain(["all"]);
    let hint = nearest(name, all).map_or_else(
        || "`newskin rules` lists them".to_owned(),
        |candidate| format!("did you mean `{candidate}`?"),
    );
    format!("unknown rule or group `{name}`; {hint}")
}

/// Which rules and symbols are reported.
#[derive(Debug, Clone, Default)]
pub struct Selection {
    /// Chosen instead of the default set; empty means the default set.
    pub select: Vec<Selector>,
    /// Chosen on top.
    pub extend_select: Vec<Selector>,
    /// Taken away.
    pub ignore: Vec<Selector>,
}

impl Selection {
    /// Whether any finding of a rule can be reported, so that running it is worth it.
    #[must_use]
    pub fn may_report(&self, rule: &str, group: Group) -> bool {
        let chosen = self.chosen(group, |selector| selector.concerns(rule, group));
        let limited = |selector: &&Selector| matches!(selector, Selector::Rule(_, Some(_)));
        let ignored = self.ignore.iter().filter(|selector| !limited(selector));
        let ignored = ignored.filter(|selector| selector.concerns(rule, group));
        chosen.is_some_and(|chosen| ignored.map(Selector::rank).max() < Some(chosen))
    }

    /// Whether someone chose a rule that is off by default, other than with all.
    #[must_use]
    pub fn asks_for(&self, rule: &str, group: Group) -> bool {
        let narrow = |selector: &Selector| selector.rank() > Rank::All && selector.concerns(rule, group);
        OFF_BY_DEFAULT.contains(&group) && self.select.iter().chain(&self.extend_select).any(narrow)
    }

    /// Whether a finding of this rule about this symbol is reported.
    #[must_use]
    pub fn reports(&self, rule: &str, group: Group, symbol: &str) -> bool {
        let matches = |selector: &Selector| selector.matches(rule, group, symbol);
        let ignored = self.ignore.iter().filter(|selector| matches(selector)).map(Selector::rank).max();
        self.chosen(group, matches).is_some_and(|chosen| ignored < Some(chosen))
    }

    /// The rank of the narrowest choice that includes something.
    fn chosen(&self, group: Group, includes: impl Fn(&Selector) -> bool) -> Option<Rank> {
        let default = self.select.is_empty() && !OFF_BY_DEFAULT.contains(&group);
        let explicit = self.select.iter().chain(&self.extend_select);
        let explicit = explicit.filter(|selector| includes(selector)).map(Selector::rank).max();
        explicit.max(default.then_some(Rank::All))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KNOWN: &[&str] = &["removed-module", "yum-missing", "new-style"];

    fn selectors(texts: &[&str]) -> Vec<Selector> {
        texts.iter().map(|text| Selector::parse(text, KNOWN).expect(text)).collect()
    }

    fn selection(select: &[&str], extend: &[&str], ignore: &[&str]) -> Selection {
        Selection { select: selectors(select), extend_select: selectors(extend), ignore: selectors(ignore) }
    }

    #[track_caller]
    fn check(selection: &Selection, reported: &[&str], hidden: &[&str]) {
        let of = |symbol: &str| selection.reports("removed-module", Group::Stdlib, symbol);
        for symbol in reported {
            assert!(of(symbol), "{symbol} should be reported");
            assert!(selection.may_report("removed-module", Group::Stdlib));
        }
        for symbol in hidden {
            assert!(!of(symbol), "{symbol} should be hidden");
        }
    }

    #[test]
    fn narrower_choices_win() {
        check(&selection(&[], &[], &[]), &["cgi"], &[]);
        check(&selection(&["removed-module:cgi"], &[], &["stdlib"]), &["cgi"], &["imp"]);
        check(&selection(&["removed-module"], &[], &["removed-module:cgi"]), &["imp"], &["cgi"]);
        check(&selection(&["removed-module:c*"], &[], &["removed-module:cgi"]), &["crypt"], &["cgi", "imp"]);
        check(&selection(&[], &["removed-module:cgi"], &["removed-module:c*"]), &["cgi", "imp"], &["crypt"]);
        check(&selection(&["docker"], &[], &[]), &[], &["cgi"]);
        check(&selection(&["docker"], &["removed-module"], &[]), &["cgi"], &[]);
    }

    #[test]
    fn at_equal_rank_ignore_wins() {
        check(&selection(&["stdlib"], &["removed-module"], &["removed-module"]), &[], &["cgi"]);
        check(&selection(&["all"], &[], &["all"]), &[], &["cgi"]);
    }

    #[test]
    fn a_symbol_means_what_lies_in_it() {
        let only = selection(&["removed-module:asyncio.sleep"], &[], &[]);
        check(&only, &["asyncio.sleep", "asyncio.sleep(loop)"], &["asyncio", "asyncio.sleepy"]);
        let pipes = selection(&["removed-module:pipes"], &[], &[]);
        check(&pipes, &["pipes", "pipes.quote"], &["pipesize"]);
    }

    #[test]
    fn modernize_is_off_unless_chosen() {
        let reports = |selection: &Selection| selection.may_report("new-style", Group::Modernize);
        assert!(!reports(&Selection::default()));
        assert!(reports(&selection(&[], &["modernize"], &[])));
        assert!(reports(&selection(&["all"], &[], &[])));
        assert!(!reports(&selection(&["all"], &[], &["new-style"])));
    }

    #[test]
    fn a_rule_all_of_whose_findings_are_hidden_is_not_run() {
        let runs = |selection: &Selection| selection.may_report("removed-module", Group::Stdlib);
        assert!(!runs(&selection(&[], &[], &["removed-module"])));
        assert!(!runs(&selection(&["yum-missing"], &[], &[])));
        assert!(runs(&selection(&["removed-module:cgi"], &[], &["removed-module"])));
        assert!(runs(&selection(&[], &[], &["removed-module:*"])), "a glob is not looked into");
    }

    #[test]
    fn unknown_words_name_the_nearest() {
        let error = |text| Selector::parse(text, KNOWN).expect_err(text);
        assert_eq!(
            error("removed-modul"),
            "unknown rule or group `removed-modul`; did you mean `removed-module`?"
        );
        assert_eq!(error("stdlb:cgi"), "unknown rule or group `stdlb`; did you mean `stdlib`?");
        assert_eq!(error("xyz"), "unknown rule or group `xyz`; `newskin rules` lists them");
        assert_eq!(error("stdlib:cgi"), "`stdlib:cgi` limits symbols of `stdlib`, which is no single rule");
        assert!(error("removed-module:[").starts_with("bad symbol glob"));
        assert!(error("removed-module:").starts_with("a symbol or a glob is missing"));
    }
}
