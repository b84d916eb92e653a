//! What one source asks for: a configuration file, or the command line.

use std::path::{Path, PathBuf};

use jiff::civil::Date;

use super::Settings;
use super::globs::PathGlob;
use super::selection::{Selection, Selector};
use crate::finding::{Confidence, Group, Severity, display_as_kebab};
use crate::version::PythonVersion;

macro_rules! choices {
    ($($(#[$doc:meta])* $type:ident { $($(#[$about:meta])* $variant:ident => $name:literal),+ $(,)? })+) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
        pub enum $type { $($(#[$about])* $variant),+ }

        display_as_kebab! { $type { $($variant => $name),+ } }
    )+};
}

choices! {
    /// How findings are written.
    OutputFormat {
        /// Frames of code, for people.
        #[default]
        Full => "full",
        /// One line per finding.
        Concise => "concise",
        /// One JSON array.
        Json => "json",
        /// One JSON object per line.
        JsonLines => "json-lines",
        /// SARIF 2.1.0.
        Sarif => "sarif",
        /// Workflow commands of GitHub Actions.
        Github => "github",
        /// GitLab code quality.
        Gitlab => "gitlab",
        /// JUnit XML.
        Junit => "junit",
        /// Logging commands of Azure Pipelines.
        Azure => "azure",
        /// Tables for a pull request.
        Markdown => "markdown",
    }
    /// Whether output is coloured.
    Color {
        /// On a terminal, unless the environment says otherwise.
        #[default]
        Auto => "auto",
        /// In every case.
        Always => "always",
        /// In no case.
        Never => "never",
    }
}

/// From which severity on findings make the exit code 1; `None` is `never`.
pub type FailOn = Option<Severity>;

/// Reads `error`, `warning`, `info` or `never`.
///
/// # Errors
/// A sentence with the words that are possible.
pub fn parse_fail_on(text: &str) -> Result<FailOn, String> {
    match text {
        "never" => Ok(None),
        _ => {
            text.parse().map(Some).map_err(|_| format!("`{text}` is not one of error, warning, info, never"))
        }
    }
}

/// Everything that can be asked for; `None` where a source says nothing.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// The Python the code shall run on.
    pub target_version: Option<PythonVersion>,
    /// The oldest Python still supported.
    pub minimum_version: Option<PythonVersion>,
    /// The day for which dates of platforms are judged.
    pub as_of: Option<Date>,
    /// Chosen instead of the default set.
    pub select: Option<Vec<Selector>>,
    /// Chosen on top.
    pub extend_select: Option<Vec<Selector>>,
    /// Taken away.
    pub ignore: Option<Vec<Selector>>,
    /// Taken away in the files of a glob.
    pub per_file_ignores: Option<Vec<(PathGlob, Vec<Selector>)>>,
    /// Findings below are not shown.
    pub min_severity: Option<Severity>,
    /// Findings below are not shown.
    pub min_confidence: Option<Confidence>,
    /// What makes the exit code 1.
    pub fail_on: Option<FailOn>,
    /// The form of the report.
    pub output_format: Option<OutputFormat>,
    /// Where the report goes instead of standard output.
    pub output_file: Option<PathBuf>,
    /// Left out while walking: names, or globs of absolute paths.
    pub exclude: Option<Vec<String>>,
    /// `exclude` holds for files named on the command line too.
    pub force_exclude: Option<bool>,
    /// Known findings.
    pub baseline: Option<PathBuf>,
    /// Apply fixes.
    pub fix: Option<bool>,
    /// Apply unsafe fixes too.
    pub unsafe_fixes: Option<bool>,
    /// Whether fixes add requirements that bring removed modules back.
    pub backports: Option<bool>,
    /// Groups of platforms that the code is never deployed on.
    pub unused_platforms: Option<Vec<Group>>,
    /// Neither read nor write the cache.
    pub no_cache: Option<bool>,
    /// Counts instead of findings.
    pub statistics: Option<bool>,
    /// Threads.
    pub jobs: Option<usize>,
    /// No progress bar.
    pub no_progress: Option<bool>,
    /// Coloured output.
    pub color: Option<Color>,
    /// Findings only.
    pub quiet: Option<bool>,
}

impl Options {
    /// Lays a stronger source over this one: what `over` says replaces what
    /// stands here.
    ///
    /// Choices of rules are the exception, because they are made for each other:
    /// a new `select` starts afresh and drops the older `extend-select` and
    /// `ignore`; without one, the new `extend-select` and `ignore` add to the
    /// older, and a choice that is made again no longer counts as ignored.
    pub fn update(&mut self, over: Self) {
        if over.select.is_some() {
            self.extend_select = None;
            self.ignore = None;
        }
        let chosen = over.extend_select.unwrap_or_default();
        let mut ignored = self.ignore.take().unwrap_or_default();
        ignored.retain(|selector| !chosen.contains(selector));
        ignored.extend(over.ignore.unwrap_or_default());
        self.ignore = Some(ignored);
        self.extend_select.get_or_insert_default().extend(chosen);

        macro_rules! prefer {
            ($($field:ident)+) => {$(
                if over.$field.is_some() {
                    self.$field = over.$field;
                }
            )+};
        }
        prefer! {
            target_version minimum_version as_of select per_file_ignores min_severity min_confidence fail_on
            output_format output_file exclude force_exclude baseline fix unsafe_fixes backports
            unused_platforms no_cache statistics jobs no_progress color quiet
        }
    }

    /// The settings of the library, with every default filled in. `root` is the
    /// folder that the survey starts from.
    #[must_use]
    pub fn settings(&self, root: &Path) -> Settings {
        let default = Settings::default();
        let mut ignore = self.ignore.clone().unwrap_or_default();
        ignore.extend(self.unused_platforms.iter().flatten().copied().map(Selector::Group));
        Settings {
            target: self.target_version.unwrap_or(default.target),
            minimum: self.minimum_version,
            as_of: self.as_of.unwrap_or(default.as_of),
            selection: Selection {
                select: self.select.clone().unwrap_or_default(),
                extend_select: self.extend_select.clone().unwrap_or_default(),
                ignore,
            },
            per_file_ignores: self.per_file_ignores.clone().unwrap_or_default(),
            min_severity: self.min_severity.unwrap_or(default.min_severity),
            states_severity: self.min_severity.is_some(),
            min_confidence: self.min_confidence.unwrap_or(default.min_confidence),
            fail_on: self.fail_on.unwrap_or(default.fail_on),
            exclude: self.exclude.clone().unwrap_or_default(),
            force_exclude: self.force_exclude.unwrap_or(default.force_exclude),
            backports: self.backports,
            root: root.to_owned(),
            deeper: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn selectors(texts: &[&str]) -> Option<Vec<Selector>> {
        Some(texts.iter().map(|text| Selector::parse(text, &["removed-module"]).expect(text)).collect())
    }

    #[test]
    fn the_stronger_source_wins_where_it_speaks() {
        let mut file = Options { min_severity: Some(Severity::Info), jobs: Some(2), ..Options::default() };
        file.update(Options { jobs: Some(4), fail_on: Some(None), ..Options::default() });
        assert_eq!(file.jobs, Some(4));
        let settings = file.settings(Path::new("."));
        assert_eq!(settings.min_severity, Severity::Info);
        assert_eq!(settings.fail_on, None, "`never` is said, not left out");
    }

    #[test]
    fn choices_add_up_until_a_new_select() {
        let file = Options { ignore: selectors(&["docker", "removed-module"]), ..Options::default() };
        let mut more = file.clone();
        more.update(Options { ignore: selectors(&["aws"]), ..Options::default() });
        assert_eq!(more.ignore, selectors(&["docker", "removed-module", "aws"]));

        let mut again = file.clone();
        again.update(Options { extend_select: selectors(&["removed-module"]), ..Options::default() });
        assert_eq!(again.ignore, selectors(&["docker"]));
        assert_eq!(again.extend_select, selectors(&["removed-module"]));

        let mut afresh = file;
        afresh.update(Options { select: selectors(&["docker"]), ..Options::default() });
        assert_eq!(afresh.ignore, selectors(&[]));
    }

    #[test]
    fn a_platform_that_is_not_used_silences_its_group() {
        let options = Options { unused_platforms: Some(vec![Group::Azure]), ..Options::default() };
        let settings = options.settings(Path::new("."));
        assert!(!settings.selection.may_report("any", Group::Azure));
        assert!(settings.selection.may_report("any", Group::Aws));
    }
}
