//! Fixes on trial.

use super::*;

/// Files in which each line `n` is fixed to `N`, and trials of the whole.
struct Suite {
    trial: Trial,
    names: Vec<String>,
}

impl Suite {
    fn new(files: usize, lines: usize) -> Self {
        let names: Vec<String> = (0..files).map(|number| format!("f{number}.py")).collect();
        let text =
            |file: usize| (0..lines).map(|line| format!("n{}\n", file * lines + line)).collect::<String>();
        let texts: Vec<(&str, String)> =
            names.iter().enumerate().map(|(file, name)| (name.as_str(), text(file))).collect();
        let files: Vec<(&str, &[u8])> = texts.iter().map(|(name, text)| (*name, text.as_bytes())).collect();
        Self { trial: Trial::new(&files), names }
    }

    fn plan(&self, left_out: &HashSet<u64>) -> FixedRun {
        let names: Vec<&str> = self.names.iter().map(String::as_str).collect();
        let check = |path: &Path, text: &str| -> Vec<Finding> {
            let places = text.match_indices('n');
            places
                .map(|(at, _)| {
                    let line = text[at..].lines().next().unwrap_or_default();
                    Finding { symbol: line.to_owned(), ..finding(path, &[(None, range(at, at + 1), "N")]) }
                })
                .collect()
        };
        let options = Options { left_out: left_out.clone(), ..Options::all(Applicability::Safe) };
        self.trial.fix_with(options, false, &names, check, || ())
    }

    /// The lines that are fixed on the disk.
    fn fixed(&self) -> Vec<String> {
        let text: String =
            self.names.iter().map(|name| String::from_utf8(self.trial.bytes(name)).expect("text")).collect();
        text.lines().filter(|line| line.starts_with('N')).map(str::to_owned).collect()
    }

    /// Proves with a test over the fixed lines; the verdict, the lines that stay
    /// fixed, and the number of trials.
    fn prove(&self, works: impl Fn(&[String]) -> bool) -> (Verdict, Vec<String>, usize) {
        let all = self.plan(&HashSet::new());
        let mut judge = || Some(works(&self.fixed()));
        let proof = prove(all, &|left_out| self.plan(left_out), &mut judge, "it fails");
        let made: usize = proof.fixed.files.iter().map(|file| file.made.len()).sum();
        let fixed = self.fixed();
        assert_eq!(made, fixed.len(), "what is said is what is on the disk");
        (proof.verdict, fixed, proof.trials)
    }
}

#[test]
fn fixes_that_work_are_tried_once() {
    let (verdict, fixed, trials) = Suite::new(3, 4).prove(|_| true);
    assert_eq!((verdict, fixed.len(), trials), (Verdict::Works, 12, 1));
}

#[test]
fn fixes_that_break_something_are_taken_back_alone() {
    let breaks = |bad: &'static [&'static str]| {
        move |fixed: &[String]| !fixed.iter().any(|line| bad.contains(&line.as_str()))
    };
    let (verdict, fixed, trials) = Suite::new(4, 8).prove(breaks(&["N13"]));
    assert_eq!((verdict, fixed.len()), (Verdict::TakenBack(1), 31));
    assert!(!fixed.contains(&"N13".to_owned()) && trials <= 12, "{trials}");
    let (verdict, fixed, _) = Suite::new(4, 8).prove(breaks(&["N0", "N13", "N31"]));
    assert_eq!((verdict, fixed.len()), (Verdict::TakenBack(3), 29));
}

#[test]
fn fixes_that_are_needed_stay_when_another_breaks() {
    let works = |fixed: &[String]| {
        let has = |line: &str| fixed.iter().any(|other| other == line);
        has("N2") && has("N30") && !has("N17")
    };
    let (verdict, fixed, _) = Suite::new(4, 8).prove(works);
    assert_eq!((verdict, fixed.len()), (Verdict::TakenBack(1), 31));
    assert!(!fixed.contains(&"N17".to_owned()));
}

#[test]
fn what_fails_for_other_reasons_takes_nothing_back() {
    let (verdict, fixed, trials) = Suite::new(2, 4).prove(|_| false);
    assert_eq!((verdict, fixed.len()), (Verdict::Unexplained, 8));
    assert!(trials <= 16, "{trials}");
}

#[test]
fn a_command_that_rewrites_the_files_itself_ends_the_search() {
    let suite = Suite::new(1, 2);
    let all = suite.plan(&HashSet::new());
    let path = suite.trial.path("f0.py");
    let mut judge = || {
        fs::write(&path, "formatted\n").expect("our own file");
        Some(false)
    };
    let proof = prove(all, &|left_out| suite.plan(left_out), &mut judge, "it fails");
    assert_eq!(proof.verdict, Verdict::Stuck);
    assert_eq!(messages(&proof.fixed), [write::CHANGED]);
    assert_eq!(suite.trial.bytes("f0.py"), b"formatted\n", "what somebody else has written stays");
}

#[test]
fn a_search_that_is_stopped_leaves_the_files_as_they_were() {
    let suite = Suite::new(3, 4);
    let all = suite.plan(&HashSet::new());
    let mut left = 4;
    let mut judge = || {
        left -= 1;
        (left > 0).then_some(false)
    };
    let proof = prove(all, &|left_out| suite.plan(left_out), &mut judge, "it fails");
    assert_eq!((proof.verdict, proof.trials), (Verdict::Stopped, 4));
    assert_eq!((suite.fixed().len(), proof.fixed.files.len(), proof.fixed.run.findings.len()), (0, 0, 12));
}
