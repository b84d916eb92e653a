//! Questions to interpreters, collected and then asked together.

use crate::ask::{FOUND, Outcome, ask};
use crate::successors::{COMPARE, FIND};

/// What is said if an outcome is wrong, and whether it is right.
type Expectation = (String, Box<dyn Fn(&Outcome) -> bool>);

/// Questions with what is to be said about a wrong answer.
#[derive(Default)]
pub struct Inquiry {
    programs: Vec<(u8, String)>,
    expectations: Vec<Expectation>,
}

impl Inquiry {
    /// Adds a program for a version, what its outcome shows, and the test of that.
    pub fn expect(
        &mut self,
        minor: u8,
        program: impl Into<String>,
        says: impl Into<String>,
        holds: impl Fn(&Outcome) -> bool + 'static,
    ) {
        self.programs.push((minor, program.into()));
        self.expectations.push((says.into(), Box::new(holds)));
    }

    /// Adds a program that prints what is wrong, one a line, and nothing if all is right.
    pub fn expect_silence(&mut self, minor: u8, program: impl Into<String>, says: impl Into<String>) {
        self.expect(minor, program, says, |outcome| outcome.ran() && outcome.printed.is_empty());
    }

    /// Asks everything, and fails with all that is wrong.
    pub fn settle(self) {
        let mut wrong = Vec::new();
        let mut asked = 0;
        let outcomes = ask(&self.programs);
        for ((outcome, (minor, program)), (says, holds)) in
            outcomes.iter().zip(&self.programs).zip(&self.expectations)
        {
            let Some(outcome) = outcome else { continue };
            asked += 1;
            if !holds(outcome) {
                let program = program.replace(FIND, "(find)").replace(COMPARE, "(compare)");
                let shown = if program.len() > 2_000 { "(a long program)" } else { &program };
                wrong.push(format!("3.{minor}: {says}\n{shown}\n  gave {outcome:?}"));
            }
        }
        let unasked = outcomes.len() - asked;
        if unasked > 0 {
            eprintln!(
                "oracle: {unasked} of {} questions not asked for want of an interpreter",
                outcomes.len()
            );
        }
        assert!(asked > 0 || FOUND.is_empty(), "nothing was asked");
        assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
    }
}
