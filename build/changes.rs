//! Compiles the `changes` of `rules/stdlib/` into a static table.

use crate::schema::{Argument, Change, Gravity, Kind, Module, Name, Remedy, When};

/// Every change, in the order of modules.
pub fn table(modules: &[Module]) -> String {
    let all = modules.iter().flat_map(|module| module.changes.iter().map(move |change| (module, change)));
    let changes: String = all.map(|(module, change)| entry(module, change)).collect();
    format!(
        "/// Every change of what the standard library does.\npub static CHANGES: &[Change] = &[\n{changes}];\n"
    )
}

fn entry(module: &Module, change: &Change) -> String {
    let Change { of, message, instead, when, fix, .. } = change;
    let place = format!("{}: {of:?}", module.module);
    assert!(!of.is_empty(), "{place}: of nothing");
    let is_info = change.severity == Gravity::Info;
    assert!(!is_info || change.raises.is_none(), "{place}: raises, and is an info");
    assert!(change.before.as_deref().is_none_or(|before| before != change.since), "{place}: before itself");
    for text in [message, instead] {
        assert!(!text.is_empty() && !text.ends_with('.'), "{place}: part of a sentence: {text}");
    }
    let names: String = of.iter().map(|name| crate::literal(name, &name_of(change, name))).collect();
    let handed_on: String = change.handed_on_by.iter().map(|one| handed(&place, one)).collect();
    assert!(handed_on.is_empty() || when.arguments.len() == 1, "{place}: one argument can be handed on");
    let fix = fix.as_ref().map_or_else(|| "None".to_owned(), |fix| format!("Some({})", remedy(&place, fix)));
    format!(
        "Change {{ module: {:?}, names: &[{names}], since: {}, deprecated: {}, severity: Gravity::{:?}, raises: {:?}, when: {}, message: {message:?}, instead: {instead:?}, source: {:?}, fix: {fix}, handed_on_by: &[{handed_on}], anywhere: {}, bad: &{:?}, good: &{:?} }},\n",
        module.module,
        crate::version(&change.since),
        crate::optional(change.deprecated.as_deref()),
        change.severity,
        change.raises,
        condition(&place, when),
        change.source.as_deref().unwrap_or(&module.source),
        change.anywhere || change.distinctive,
        change.bad,
        change.good,
    )
}

/// `package.function(keyword@0)`
fn handed(place: &str, text: &str) -> String {
    let parts = text.strip_suffix(')').and_then(|text| text.split_once('('));
    let (dotted, argument) = parts.unwrap_or_else(|| panic!("{place}: {text}"));
    let (module, function) = dotted.rsplit_once('.').unwrap_or_else(|| panic!("{place}: {text}"));
    let (name, at) = match argument.split_once('@') {
        Some((name, at)) => (name, Some(at.parse::<u8>().unwrap_or_else(|_| panic!("{place}: {text}")))),
        None => (argument, None),
    };
    format!("HandedOn {{ module: {module:?}, function: {function:?}, name: {name:?}, at: {at:?} }},")
}

fn name_of(change: &Change, name: &str) -> Name {
    let kind = if name.contains('.') { Kind::Method } else { Kind::Function };
    Name {
        kind: Some(kind),
        distinctive: change.distinctive,
        namesakes: change.namesakes.clone(),
        ..Name::default()
    }
}

fn condition(place: &str, when: &When) -> String {
    let arguments: String = when.arguments.iter().map(|one| argument(place, one)).collect();
    let result = when.result.as_ref().map_or_else(
        || "None".to_owned(),
        |fate| {
            format!(
                "Some(Fate {{ attributes: &{:?}, indexed: {}, compared: {} }})",
                fate.attributes, fate.indexed, fate.compared
            )
        },
    );
    format!(
        "When {{ uncalled: {}, arguments: &[{arguments}], at_most: {:?}, keywords_beside: &{:?}, result: {result}, module_level: {}, unless: &{:?}, unless_nearby: &{:?} }}",
        when.uncalled, when.at_most, when.keywords_beside, when.module_level, when.unless, when.unless_nearby
    )
}

fn argument(place: &str, argument: &Argument) -> String {
    let Argument { name, at, absent, is, items, equals, has, reads } = argument;
    assert!(!name.is_empty() || at.is_some(), "{place}: an argument that cannot be passed");
    let reads = reads.map_or_else(|| "None".to_owned(), |reading| format!("Some(Reading::{reading:?})"));
    format!(
        "Argument {{ name: {name:?}, at: {at:?}, absent: {absent}, is: &{is:?}, items: &{items:?}, equals: &{equals:?}, has: {has:?}, reads: {reads} }},"
    )
}

fn remedy(place: &str, fix: &Remedy) -> String {
    let Remedy { write, text, without, add, flags_first, assertion, since, unsafe_because } = fix;
    let ways = [write.is_some(), text.is_some(), without.is_some(), add.is_some(), *flags_first, *assertion];
    assert_eq!(ways.into_iter().filter(|way| *way).count(), 1, "{place}: not one way to repair");
    format!(
        "Remedy {{ write: {write:?}, text: {text:?}, without: {without:?}, add: {add:?}, flags_first: {flags_first}, assertion: {assertion}, since: {}, unsafe_because: {unsafe_because:?} }}",
        crate::version(since.as_deref().unwrap_or("3.0"))
    )
}
