//! Names that are often believed gone, and are not.

use newskin::catalogue::MODULES;
use newskin::version::PythonVersion;

use crate::NEWEST;
use crate::inquiry::Inquiry;
use crate::successors::finding;

/// One dotted name a line; `#` begins a comment.
fn controls() -> Vec<String> {
    let lines = include_str!("controls.txt").lines();
    let names = lines.map(|line| line.split('#').next().unwrap_or_default().trim());
    names.filter(|name| !name.is_empty()).map(str::to_owned).collect()
}

#[test]
fn they_exist_on_the_newest_version() {
    let expected = controls();
    assert!(expected.len() > 50, "{}", expected.len());
    let mut inquiry = Inquiry::default();
    inquiry.expect(NEWEST, finding(&expected), "the controls exist", move |outcome| {
        outcome.ran() && outcome.printed.lines().eq(&expected)
    });
    inquiry.settle();
}

#[test]
fn the_catalogue_does_not_call_them_gone() {
    let controls = controls();
    let newest = PythonVersion { major: 3, minor: NEWEST };
    for module in MODULES {
        let homes = || std::iter::once(module.name).chain(module.aliases.iter().copied());
        let is_control = |dotted: &str| controls.iter().any(|control| control == dotted);
        if module.removed.is_some_and(|removed| removed <= newest) {
            let inside = |control: &&String| {
                control.strip_prefix(module.name).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
            };
            assert_eq!(controls.iter().find(inside), None, "in the removed module `{}`", module.name);
        }
        for name in module.names {
            let gone = name.removed.or(module.removed).is_some_and(|removed| removed <= newest);
            let wrong = homes().map(|home| format!("{home}.{}", name.name)).find(|dotted| is_control(dotted));
            assert!(!gone || wrong.is_none(), "called gone: {wrong:?}");
        }
    }
}
