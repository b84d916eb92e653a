//! `newskin check --site-packages`: what is installed instead of what is written.

use std::path::PathBuf;

use newskin::check::baseline::{Baseline, Scope};
use newskin::error::Error;
use newskin::installed::folders;
use newskin::report;

use super::super::{Exit, Stop};
use super::{Job, Sink, progress};

impl Job {
    /// Checks installed distributions and reports them.
    pub(super) fn installed(&self, paths: &[PathBuf], baseline: Option<Baseline>) -> Result<Exit, Stop> {
        let mut all = Vec::new();
        for path in paths {
            all.extend(folders(path).map_err(|message| Error::file(path, &message))?);
        }
        let wanted = !self.quiet() && !self.is(|options| options.no_progress);
        let mut found =
            progress::watch(wanted, |progress| newskin::run_installed(&all, &self.settings, progress));
        let known = baseline.is_some();
        let findings = std::mem::take(&mut found.run.findings);
        let scope = Scope { paths: &all, problems: &found.run.problems, settings: &self.settings };
        found.run.findings = self.without_known(findings, baseline, scope)?;
        if known {
            let left = &found.run.findings;
            for verdict in &mut found.verdicts {
                verdict.findings.retain(|finding| left.contains(finding));
            }
        }
        let sink = self.options.output_file.clone().map_or(Sink::Stdout, Sink::File);
        let format = self.options.output_format.unwrap_or_default();
        let context = self.context(&sink);
        let shown = sink.write(|out| {
            if self.is(|options| options.statistics) {
                report::write_statistics(out, format, &found.run, &context)
            } else {
                report::write_installed(out, format, &found.run, &found.verdicts, &context)
            }
        });
        self.show_problems(&found.run);
        match shown {
            Ok(()) => Ok(self.exit(&found.run)),
            Err(Stop::ClosedPipe) => Ok(Exit::Clean),
            Err(stop) => Err(stop),
        }
    }
}
