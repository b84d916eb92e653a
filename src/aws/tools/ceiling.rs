//! The newest release that a constraint admits, in the languages of npm, pip,
//! Poetry and Terraform, which share most operators.

use std::ops::Range;

/// A release as three numbers.
pub type Release = [u64; 3];

/// A constraint with an upper end.
#[derive(Debug, PartialEq, Eq)]
pub struct Ceiling {
    /// The first release that it leaves out.
    pub below: Release,
    /// The operator of its only clause; `None` if it has several.
    pub operator: Option<String>,
}

/// Longer constraints are not read.
const LONGEST: usize = 200;

/// The upper end of a constraint; `None` if it has none or is not understood.
/// With `partial`, as npm reads it, `5` alone is every release of 5.
#[must_use]
pub fn ceiling(text: &str, partial: bool) -> Option<Ceiling> {
    if text.len() > LONGEST {
        return None;
    }
    let alternatives: Vec<&str> = text.split("||").collect();
    let mut highest: Option<Ceiling> = None;
    for alternative in &alternatives {
        let mut lowest: Option<Ceiling> = None;
        let clauses = clauses(alternative);
        let alone = clauses.len() == 1 && alternatives.len() == 1;
        for clause in clauses {
            let clause = &alternative[clause];
            let (operator, version) = parted(clause);
            let Some(below) = end(operator, version, partial)? else { continue };
            if lowest.as_ref().is_none_or(|other| below < other.below) {
                lowest = Some(Ceiling { below, operator: alone.then(|| operator.to_owned()) });
            }
        }
        let lowest = lowest?;
        if highest.as_ref().is_none_or(|other| lowest.below > other.below) {
            highest = Some(lowest);
        }
    }
    highest
}

const OPERATORS: [char; 5] = ['<', '>', '=', '^', '~'];

fn is_operator(c: char) -> bool {
    OPERATORS.contains(&c) || c == '!'
}

fn parted(clause: &str) -> (&str, &str) {
    let version = clause.trim_start_matches(is_operator);
    (&clause[..clause.len() - version.len()], version.trim())
}

/// The single comparisons.
fn clauses(text: &str) -> Vec<Range<usize>> {
    let mut clauses: Vec<Range<usize>> = Vec::new();
    let mut at = 0;
    for part in text.split_inclusive([',', ' ']) {
        let range = at..at + part.trim_end_matches([',', ' ']).len();
        at += part.len();
        match clauses.last_mut() {
            _ if range.is_empty() => {}
            // `>= 3.8`: the operator stands alone.
            Some(last) if text[last.clone()].ends_with(is_operator) => last.end = range.end,
            _ => clauses.push(range),
        }
    }
    clauses
}

/// The first release that a comparison leaves out above; `None` within if it has
/// no upper end, `None` around if it is not understood.
fn end(operator: &str, version: &str, partial: bool) -> Option<Option<Release>> {
    if matches!(operator, ">" | ">=" | "!=") {
        return Some(None);
    }
    let (numbers, is_prefix) = numbers(version)?;
    let above = |at: usize| {
        let mut release = [0; 3];
        release[..=at].copy_from_slice(numbers.get(..=at)?);
        release[at] = release[at].checked_add(1)?;
        Some(release)
    };
    let whole = || [0, 1, 2].map(|at| numbers.get(at).copied().unwrap_or_default());
    let behind = |release: Release| Some([release[0], release[1], release[2].checked_add(1)?]);
    let given = numbers.len();
    // The releases of a package that is never finished are only taken by their like.
    let is_early = version.contains('-') && operator == "^";
    if given == 0 {
        return Some(None);
    }
    Some(match operator {
        "<" => Some(whole()),
        "<=" if partial && given < 3 => above(given - 1),
        "<=" => behind(whole()),
        "^" if is_early => behind(whole()),
        "^" if numbers[0] > 0 => above(0),
        "^" => above((given - 1).min(1)),
        "~" => above((given - 1).min(1)),
        "~>" | "~=" if given < 2 => None,
        "~>" | "~=" => above(given - 2),
        "" | "=" | "==" | "===" if is_prefix || partial && given < 3 => above(given - 1),
        "" | "=" | "==" | "===" => behind(whole()),
        _ => return None,
    })
}

/// At most three numbers, and whether `x` or `*` follows.
fn numbers(version: &str) -> Option<(Vec<u64>, bool)> {
    let release = version.trim_start_matches('v').split(['-', '+']).next()?;
    let mut numbers = Vec::new();
    for part in release.split('.').take(3) {
        if matches!(part, "x" | "X" | "*") {
            return Some((numbers, true));
        }
        numbers.push(part.parse().ok()?);
    }
    Some((numbers, false))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ends_of_constraints() {
        for (text, partial, below) in [
            ("~> 5.10.0", false, Some([5, 11, 0])),
            ("~> 5.0", false, Some([6, 0, 0])),
            ("~> 5", false, None),
            ("~>4.0", false, Some([5, 0, 0])),
            ("= 5.31.0", false, Some([5, 31, 1])),
            ("5.31.0", false, Some([5, 31, 1])),
            (">= 4.0, < 5.0", false, Some([5, 0, 0])),
            (">= 4.0", false, None),
            ("!= 5.0", false, None),
            ("2.150.0", true, Some([2, 150, 1])),
            ("~2.150.0", true, Some([2, 151, 0])),
            ("^2.100.0", true, Some([3, 0, 0])),
            ("^2.100.0-alpha.0", true, Some([2, 100, 1])),
            ("3", true, Some([4, 0, 0])),
            ("3.x", true, Some([4, 0, 0])),
            ("^2 || ^3", true, Some([4, 0, 0])),
            (">=2.0.0 <4.0.0", true, Some([4, 0, 0])),
            ("*", true, None),
            ("latest", true, None),
            ("1.0 - 2.0", true, None),
            ("workspace:*", true, None),
            ("==1.31.*", false, Some([1, 32, 0])),
            ("~=1.31.0", false, Some([1, 32, 0])),
            ("<1.32", false, Some([1, 32, 0])),
            ("<99999999999999999999", false, None),
            ("== 18446744073709551615", false, Some([u64::MAX, 0, 1])),
            ("", false, None),
        ] {
            assert_eq!(ceiling(text, partial).map(|ceiling| ceiling.below), below, "{text}");
        }
    }
}
