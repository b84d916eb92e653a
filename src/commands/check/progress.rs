//! A progress bar for runs that are long enough to wonder.

use std::io::IsTerminal as _;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use newskin::Progress;

/// How long a run may take before a bar appears.
const PATIENCE: Duration = Duration::from_millis(500);

const REDRAW: Duration = Duration::from_millis(100);

/// Does the work; meanwhile shows on standard error how far it is, if that is
/// wanted and there is a terminal to show it on.
pub fn watch<T>(wanted: bool, work: impl FnOnce(&Progress) -> T) -> T {
    let progress = Progress::default();
    if !wanted || !std::io::stderr().is_terminal() {
        return work(&progress);
    }
    thread::scope(|scope| {
        let (ended, end) = channel::<()>();
        let shown = &progress;
        scope.spawn(move || show(shown, &end));
        let done = work(shown);
        drop(ended);
        done
    })
}

/// Draws until the other end of the channel is gone.
fn show(progress: &Progress, end: &Receiver<()>) {
    let waiting = |time| end.recv_timeout(time) == Err(RecvTimeoutError::Timeout);
    if !waiting(PATIENCE) {
        return;
    }
    let style = ProgressStyle::with_template("{bar:40} {pos}/{len} files");
    let bar = ProgressBar::new(0).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    while waiting(REDRAW) {
        let (done, files) = (progress.done.load(Ordering::Relaxed), progress.files.load(Ordering::Relaxed));
        bar.set_length(files as u64);
        bar.set_position(done as u64);
    }
    bar.finish_and_clear();
}
