//! Ctrl-C while fixes are on trial: the files are put back before the end.

use std::sync::atomic::{AtomicBool, Ordering};

static INTERRUPTED: AtomicBool = AtomicBool::new(false);

/// The exit code that shells give to what was interrupted.
const CODE: i32 = 130;

/// From now on an interruption is noted; a second one ends the program at once.
///
/// # Errors
/// Those of the system.
pub fn watch() -> Result<(), ctrlc::Error> {
    let note = || {
        if INTERRUPTED.swap(true, Ordering::SeqCst) {
            std::process::exit(CODE);
        }
    };
    match ctrlc::set_handler(note) {
        Err(ctrlc::Error::MultipleHandlers) => Ok(()),
        set => set,
    }
}

/// Whether somebody has interrupted the program.
pub fn is() -> bool {
    INTERRUPTED.load(Ordering::SeqCst)
}
