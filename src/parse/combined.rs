//! Texts put together from parts of which each can have several values.

/// A text that a part can have, and what decides it.
pub trait Decided: Clone {
    /// The text.
    fn text(&self) -> &str;

    /// The same literal deciding a longer text.
    #[must_use]
    fn within(&self, before: &str, after: &str) -> Self;
}

/// Puts parts together. Where one part varies or refers to something
/// (`is_constant` denies it), the result points there; `whole` makes what
/// stands for a text of several such parts. Empty where that is not known.
pub fn combine<D: Decided>(
    parts: &[Vec<D>],
    is_constant: impl Fn(&D) -> bool,
    whole: impl FnOnce(String) -> D,
) -> Vec<D> {
    let is_constant = |part: &Vec<D>| matches!(part.as_slice(), [one] if is_constant(one));
    let moving: Vec<usize> = (0..parts.len()).filter(|&at| !is_constant(&parts[at])).collect();
    let text = |parts: &[Vec<D>]| -> Option<String> {
        parts.iter().map(|part| part.first().map(Decided::text)).collect()
    };
    match moving.as_slice() {
        [at] => {
            let before = text(&parts[..*at]).unwrap_or_default();
            let after = text(&parts[*at + 1..]).unwrap_or_default();
            parts[*at].iter().map(|one| one.within(&before, &after)).collect()
        }
        _ if parts.iter().all(|part| part.len() == 1) => text(parts).map(whole).into_iter().collect(),
        _ => Vec::new(),
    }
}
