//! Whether judging a file took a look at others: then it must be judged again
//! when they change.

use std::cell::Cell;

thread_local! {
    static LOOKED: Cell<bool> = const { Cell::new(false) };
}

/// Notes that the work of this thread depends on what another file says.
/// Whoever keeps such content for later must say so each time it is used.
pub fn note() {
    LOOKED.set(true);
}

/// Does some work, and tells whether it depends on other files.
pub fn watch<T>(work: impl FnOnce() -> T) -> (T, bool) {
    let outer = LOOKED.replace(false);
    let done = work();
    (done, LOOKED.replace(outer))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_look_counts_for_the_work_that_took_it() {
        assert_eq!(watch(|| watch(note).1), (true, false));
        let outer = watch(|| {
            note();
            watch(|| ()).1
        });
        assert_eq!(outer, (false, true));
    }
}
