//! What definitions define does the same as what they stand for, on the old and
//! on the new Pythons.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use crate::ask::{MINORS, ask};
use crate::schema::{Module, Name};
use crate::{NEWEST, catalogue, last, minor};

/// Python that prints what every probe gives.
fn asking(probes: &[String]) -> String {
    let probes = serde_json::to_string(probes).expect("texts are JSON");
    format!(
        r#"
import re
for probe in {probes}:
    try:
        result = repr(eval(probe))
    except Exception as error:
        result = "{{}}: {{}}".format(type(error).__name__, error)
    print(probe, re.sub("0x[0-9a-f]+", "…", result))
"#
    )
}

/// The last version that has the name, if it is gone from one that can be asked.
fn last_with(module: &Module, fact: &Name) -> Option<u8> {
    let removed = fact.removed.as_deref().or(module.removed.as_deref()).map(minor)?;
    Some(last(module).min(removed - 1))
}

/// The statement that imports a name, and the name.
fn imported(module: &Module, name: &str) -> String {
    let (home, member) = match name.rsplit_once('.') {
        Some((inner, member)) => (format!("{}.{inner}", module.module), member),
        None => (module.module.clone(), name),
    };
    format!("from {home} import {member}\n")
}

/// Imports and definitions that a name of the module, or a part, needs, each once; its own last.
fn written(module: &Module, name: &str, done: &mut BTreeSet<String>, text: &mut String) {
    if !done.insert(name.to_owned()) {
        return;
    }
    let part = module.parts.get(name).map(|part| (&part.define, &part.imports, &part.needs));
    let (define, imports, needs) = part.unwrap_or_else(|| {
        let fact = module.names.get(name).unwrap_or_else(|| panic!("{}: no `{name}`", module.module));
        let define = fact.define.as_ref().unwrap_or_else(|| panic!("`{name}` is needed and not defined"));
        (define, &fact.imports, &fact.needs)
    });
    for import in imports {
        let _ = writeln!(text, "import {import}");
    }
    for need in needs {
        written(module, need, done, text);
    }
    text.push_str(define);
    text.push('\n');
}

#[test]
fn definitions_do_the_same() {
    let mut cases = Vec::new();
    for module in catalogue() {
        for (name, fact) in module.names.iter().filter(|(_, fact)| fact.define.is_some()) {
            let Some(last) = last_with(&module, fact) else { continue };
            let mut text = String::new();
            written(&module, name, &mut BTreeSet::new(), &mut text);
            let asking = asking(&fact.probe);
            let since = fact.since.as_deref().map_or(0, minor).max(*MINORS.start());
            let old = (last, imported(&module, name) + &asking);
            for version in BTreeSet::from([since, 8.max(since), last.max(since), NEWEST]) {
                let says = format!("`{}.{name}` on 3.{version}", module.module);
                cases.push((
                    says,
                    fact.platform.is_some(),
                    old.clone(),
                    (version, format!("{text}{asking}")),
                ));
            }
        }
    }
    assert!(cases.len() > 100, "definitions are missing");
    let before = ask(&cases.iter().map(|case| case.2.clone()).collect::<Vec<_>>());
    // A name may have gone before its module.
    let first = cases.iter().map(|case| (*MINORS.start(), case.2.1.clone()));
    let first = ask(&first.collect::<Vec<_>>());
    let before = before.into_iter().zip(first);
    let before =
        before.map(|(last, first)| if last.as_ref().is_some_and(|last| last.ran()) { last } else { first });
    let after = ask(&cases.iter().map(|case| case.3.clone()).collect::<Vec<_>>());
    let mut wrong = Vec::new();
    for ((says, foreign, ..), (before, after)) in cases.iter().zip(before.zip(after)) {
        let (Some(before), Some(after)) = (before, after) else { continue };
        let same = after.ran() && (*foreign || before.ran() && before.printed == after.printed);
        if !same {
            let text = |outcome: &crate::ask::Outcome| {
                format!("{}{:?} {}", outcome.printed, outcome.error, outcome.message)
            };
            wrong.push(format!("{says}\n--- before\n{}\n--- after\n{}", text(&before), text(&after)));
        }
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n\n"));
}
