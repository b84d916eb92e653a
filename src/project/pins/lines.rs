//! Files whose lines name versions.

use ruff_text_size::{TextRange, TextSize};

use super::{Named, Pin, part};
use crate::parse::Document;

/// `.python-version`, `.tool-versions`, `runtime.txt`.
pub fn find(document: &Document) -> Vec<Pin> {
    let text = &document.text;
    let name = document.path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let what = format!("`{name}`");
    let pin = match name {
        ".python-version" => Pin::list(what, name, versions(text, |_| Some(0))),
        ".tool-versions" => Pin::list(what, name, versions(text, behind_python)),
        "runtime.txt" => {
            let named = versions(text, |_| Some(0)).into_iter().next();
            named.map(|named| {
                // A host that wants a whole version does not say which it has.
                let whole = text[named.version].matches('.').count() > 1;
                Pin { open: !whole, ..Pin::one(what, name, named) }
            })
        }
        _ => None,
    };
    pin.into_iter().collect()
}

/// The versions on the lines, each behind what `skip` passes over.
fn versions(text: &str, skip: impl Fn(&str) -> Option<usize>) -> Vec<Named> {
    let mut named = Vec::new();
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let start = TextSize::try_from(at).unwrap_or_default();
        at += line.len();
        let line = line.split('#').next().unwrap_or_default();
        let Some(mut from) = skip(line) else { continue };
        for word in line[from..].split_inclusive(char::is_whitespace) {
            let range: TextRange = part(start, from, from + word.trim_end().len());
            from += word.len();
            named.extend(Named::of(range, range, text));
        }
    }
    named
}

/// Behind the name of the tool on a line of `asdf`.
fn behind_python(line: &str) -> Option<usize> {
    let rest = line.trim_start().strip_prefix("python")?;
    rest.starts_with(char::is_whitespace).then(|| line.len() - rest.len())
}
