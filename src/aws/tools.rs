//! Where a release of a tool that deploys to AWS Lambda is asked for.

use std::path::Path;

use ruff_text_size::{TextRange, TextSize};

use crate::catalogue::tools::{Registry, TOOLS, Tool, tool};
use crate::parse::fragment::Fragment;
use crate::parse::hcl::{Body, Expression};
use crate::parse::shell::Command;
use crate::parse::toml::{self, Item, TableLike, Value};
use crate::parse::tree::{Member, Tree};
use crate::parse::{Document, Syntax, hcl_json, scripts};
use crate::project::terraform::holds_configuration;
use ceiling::{Ceiling, Release, ceiling};

pub mod ceiling;

/// A constraint that leaves out the releases which know `python3.13`.
#[derive(Debug)]
pub struct Pin {
    /// What is constrained.
    pub tool: &'static Tool,
    /// The constraint as written.
    pub text: String,
    /// The constraint, without quotes.
    pub range: TextRange,
    /// A constraint of the same form that admits such a release.
    pub raised: Option<String>,
    /// Written by a tool, not by hand.
    pub locked: bool,
}

impl Pin {
    fn new(tool: &'static Tool, text: &str, range: TextRange) -> Option<Self> {
        let text = text.trim();
        let partial = tool.registry == Registry::Npm;
        let end = ceiling(text, partial);
        let raised = match (tool.first, end) {
            (None, _) => None,
            (Some(first), Some(end)) if end.below <= first => {
                // Another major release is more than another number, but for providers.
                let near = end.below > [first[0], 0, 0] || tool.registry != Registry::Npm;
                near.then(|| raised(tool, first, &end)).flatten()
            }
            _ => return None,
        };
        Some(Self { tool, text: text.to_owned(), range, raised, locked: false })
    }
}

/// The constraint that admits the first release.
fn raised(tool: &Tool, first: Release, end: &Ceiling) -> Option<String> {
    let [major, minor, patch] = first;
    let exact = format!("{major}.{minor}.{patch}");
    Some(match (tool.registry, end.operator.as_deref()?) {
        (Registry::Terraform, "=" | "") => exact,
        (Registry::Terraform, _) => format!("~> {major}.{minor}"),
        (Registry::Npm, "") => exact,
        (Registry::Npm, "~") => format!("~{exact}"),
        (Registry::Npm, _) => format!("^{exact}"),
        (Registry::PyPi, operator @ ("==" | "^" | "~" | "~=")) => format!("{operator}{exact}"),
        (Registry::PyPi, "") => exact,
        (Registry::PyPi, _) => format!(">={exact}"),
    })
}

/// Whether a text may constrain any tool, at a glance.
#[must_use]
pub fn may_pin(text: &[u8]) -> bool {
    let has = |word: &str| memchr::memmem::find(text, word.as_bytes()).is_some();
    has("hashicorp/a")
        || has("required_providers")
        || has("frameworkVersion")
        || has("provider \"a")
        || TOOLS.iter().any(|tool| tool.registry != Registry::Terraform && has(tool.name))
}

/// The constraints in a file that are too low.
#[must_use]
pub fn pins(document: &Document) -> Vec<Pin> {
    let name = document.path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    match &document.syntax {
        Syntax::Hcl(body) if name == ".terraform.lock.hcl" => locked(document, body),
        Syntax::Hcl(body) if holds_configuration(&document.path) => providers(document, body),
        Syntax::Json(root) if holds_configuration(&document.path) => {
            providers(document, &hcl_json::body(&document.text, root))
        }
        Syntax::Json(root) if name == "package.json" => {
            let mut found = packages(document, Tree::Json(root));
            commands(document, &mut found);
            found
        }
        Syntax::Toml(root) if matches!(name, "pyproject.toml" | "Pipfile") => {
            let mut found = Vec::new();
            for (_, item) in root.as_item().as_table_like().into_iter().flat_map(TableLike::iter) {
                of_item(document, item, &mut found);
            }
            found
        }
        Syntax::Text if name.ends_with(".txt") || name.ends_with(".in") => listed(&document.text),
        Syntax::Yaml(_) => {
            let mut found = framework(document);
            commands(document, &mut found);
            found
        }
        Syntax::Shell(_) | Syntax::Makefile(_) | Syntax::Dockerfile(_) => {
            let mut found = Vec::new();
            commands(document, &mut found);
            found
        }
        _ => Vec::new(),
    }
}

fn of_expression(document: &Document, tool: &'static Tool, value: &Expression) -> Option<Pin> {
    let text = value.as_str()?;
    Pin::new(tool, text, inside(document, value.range, text)?)
}

/// Providers by the name that configuration gives them.
fn provider_tools() -> impl Iterator<Item = (&'static Tool, &'static str)> {
    let tools = TOOLS.iter().filter(|tool| tool.registry == Registry::Terraform);
    tools.filter_map(|tool| Some((tool, tool.name.rsplit('/').next()?)))
}

/// `required_providers`, and `version` of `provider "aws"`.
fn providers(document: &Document, body: &Body) -> Vec<Pin> {
    provider_tools().flat_map(|(tool, name)| provider(document, body, tool, name)).collect()
}

fn provider(document: &Document, body: &Body, tool: &'static Tool, name: &str) -> Vec<Pin> {
    let terraform = body.blocks("terraform").flat_map(|block| block.body.blocks("required_providers"));
    let required = terraform.filter_map(|block| {
        let entry = |key: &str| block.body.attributes.iter().find(|one| &*one.key == key);
        let sourced = |value: &Expression| {
            value.get("source").and_then(Expression::as_str).is_some_and(|source| source.ends_with(tool.name))
        };
        let named = block.body.attributes.iter().find(|one| sourced(&one.value));
        let value = &named.or_else(|| entry(name))?.value;
        let foreign = value.get("source").is_some() && !sourced(value);
        if foreign { None } else { Some(value.get("version").unwrap_or(value)) }
    });
    let old = body.blocks("provider").filter(|block| block.label(0) == Some(name));
    let old = old.filter_map(|block| block.body.get("version"));
    required.chain(old).filter_map(|value| of_expression(document, tool, value)).collect()
}

/// `.terraform.lock.hcl`
fn locked(document: &Document, body: &Body) -> Vec<Pin> {
    let pins = body.blocks("provider").filter_map(|block| {
        let (_, label) = block.label(0)?.split_once('/')?;
        of_expression(document, tool(Registry::Terraform, label)?, block.body.get("version")?)
    });
    pins.map(|pin| Pin { raised: None, locked: true, ..pin }).collect()
}

/// The place of a text within its literal, if it stands there as it is.
fn inside(document: &Document, literal: TextRange, text: &str) -> Option<TextRange> {
    let at = document.text.get(literal.to_std_range())?.find(text).filter(|_| !text.is_empty())?;
    ranged(literal.start().to_usize() + at, text.len())
}

fn ranged(start: usize, length: usize) -> Option<TextRange> {
    Some(TextRange::at(TextSize::try_from(start).ok()?, TextSize::try_from(length).ok()?))
}

/// `package.json`
fn packages(document: &Document, root: Tree<'_>) -> Vec<Pin> {
    let groups = ["dependencies", "devDependencies"].into_iter().filter_map(|key| root.get(key));
    let pin = |member: Member<'_>| {
        let tool = tool(Registry::Npm, member.key?)?;
        let text = member.value.text()?;
        Pin::new(tool, text, inside(document, member.value.range(), text)?)
    };
    groups.flat_map(Tree::members).filter_map(pin).collect()
}

/// `frameworkVersion` of the Serverless Framework.
fn framework(document: &Document) -> Vec<Pin> {
    let pin = |root: Tree<'_>| {
        root.get("provider")?;
        let value = root.get("frameworkVersion")?;
        let text = value.text()?;
        // The first releases did not look at the runtime.
        let is_old = ceiling(text, true).is_some_and(|end| end.below <= [2, 0, 0]);
        let tool = tool(Registry::Npm, "serverless").filter(|_| !is_old)?;
        Pin::new(tool, text, inside(document, value.range(), text)?)
    };
    super::roots(document).into_iter().filter_map(pin).collect()
}

/// Every requirement and every table of them below a table of TOML.
fn of_item(document: &Document, item: &Item, found: &mut Vec<Pin>) {
    for value in item.as_array().into_iter().flatten() {
        found.extend(of_value(document, value));
    }
    for (key, item) in item.as_table_like().into_iter().flat_map(TableLike::iter) {
        let version = item.get("version").unwrap_or(item);
        let pin = || {
            let tool = named(key)?;
            let text = version.as_str()?;
            Pin::new(tool, text, inside(document, toml::range(version)?, text)?)
        };
        match pin() {
            Some(pin) => found.push(pin),
            None => of_item(document, item, found),
        }
    }
}

fn of_value(document: &Document, value: &Value) -> Option<Pin> {
    let text = value.as_str()?;
    let start = inside(document, toml::value_range(value)?, text)?.start().to_usize();
    requirement(text, start)
}

/// A file of requirements.
fn listed(text: &str) -> Vec<Pin> {
    let mut at = 0;
    let mut found = Vec::new();
    for line in text.split_inclusive('\n') {
        let hashed = line.contains("--hash") || line.trim_end().ends_with('\\');
        let pin = requirement(line.trim_end(), at);
        found.extend(pin.map(|pin| Pin { raised: pin.raised.clone().filter(|_| !hashed), ..pin }));
        at += line.len();
    }
    found
}

/// The tool that a distribution is.
fn named(name: &str) -> Option<&'static Tool> {
    tool(Registry::PyPi, &name.to_ascii_lowercase().replace('_', "-"))
}

/// `name[extra]==1.0`, without what follows.
fn requirement(text: &str, start: usize) -> Option<Pin> {
    let is_of_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    let name = &text[..text.find(|c| !is_of_name(c)).unwrap_or(text.len())];
    let tool = named(name)?;
    let mut at = name.len();
    if text[at..].starts_with('[') {
        at += text[at..].find(']')? + 1;
    }
    at += text[at..].len() - text[at..].trim_start().len();
    let rest = &text[at..];
    let end = [";", "#", "\\", " --"].iter().filter_map(|sign| rest.find(sign)).min().unwrap_or(rest.len());
    let constraint = rest[..end].trim_end();
    // A line for other Pythons alone.
    let marker = rest.split_once(';').map_or("", |(_, marker)| marker);
    if marker.contains("python_version") && (marker.contains('<') || marker.contains("==")) {
        return None;
    }
    if !constraint.starts_with(['=', '<', '>', '~', '!']) && !constraint.is_empty() {
        return None;
    }
    // Nothing but a name asks for the newest; only those that ended are too old then.
    let range = if constraint.is_empty() { (start, name.len()) } else { (start + at, constraint.len()) };
    Pin::new(tool, constraint, ranged(range.0, range.1)?)
}

const NODE: &[&str] = &["npm", "npx", "yarn", "pnpm", "bunx", "bun"];
const PIP: &[&str] = &["pip", "pip3", "pipx", "uv", "uvx", "python", "python3"];

/// What commands install or start.
fn commands(document: &Document, found: &mut Vec<Pin>) {
    let wanted = |text: &str| TOOLS.iter().any(|tool| text.contains(tool.name));
    scripts::each(document, &wanted, &mut |script| {
        script.body.each(&mut |command| of_command(command, found))
    });
}

fn of_command(command: &Command, found: &mut Vec<Pin>) {
    let Some(name) = command.name() else { return };
    for word in command.arguments().iter().filter(|word| word.literal().is_some()) {
        if NODE.contains(&name) {
            found.extend(of_package(&word.value));
        } else if PIP.contains(&name) {
            let pin = requirement(word.value.text(), 0);
            found.extend(pin.and_then(|pin| {
                let range = word.value.exact(pin.range.start().to_usize(), pin.range.end().to_usize())?;
                (pin.tool.first.is_some()).then_some(Pin { range, ..pin })
            }));
        }
    }
}

/// `serverless@3`
fn of_package(word: &Fragment) -> Option<Pin> {
    let text = word.text();
    let at = text.rfind('@').filter(|at| *at > 0)?;
    let tool = tool(Registry::Npm, &text[..at])?;
    Pin::new(tool, &text[at + 1..], word.exact(at + 1, text.len())?)
}

/// The folder whose files a document is about: that above hidden ones, such as
/// `.github`.
#[must_use]
pub fn folder_of(path: &Path) -> &Path {
    let is_hidden = |path: &&Path| {
        path.file_name()
            .and_then(|name| name.to_str())
            .is_some_and(|name| name.starts_with('.') && name.len() > 2)
    };
    let folder = path.parent().unwrap_or(Path::new(""));
    let hidden = folder.ancestors().filter(is_hidden).last();
    hidden.and_then(Path::parent).unwrap_or(folder)
}
