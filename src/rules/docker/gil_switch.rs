//! `PYTHON_GIL` or `-X gil` asks a build of Python for what it cannot do.
//!
//! ## What it finds
//! `PYTHON_GIL` with any value other than `1` or nothing, and `-X gil=0`, where a stock build of Python runs: in stages of
//! build files on images whose Python is known, in the environment of Lambda functions (SAM, CloudFormation, Serverless
//! Framework, Terraform, programs for the CDK and Pulumi) and of Compose services with such an image. Also
//! `FROM python:3.13t`, an image that does not exist.
//!
//! `PYTHON_JIT` is an info: stock builds have no compiler to turn on, and ignore it.
//!
//! A file that itself builds or installs a free-threaded Python (`--disable-gil`, `3.13t`, `freethreaded`) is left alone.
//!
//! ## Why
//! Python 3.13 reads [`PYTHON_GIL`](https://docs.python.org/3/using/cmdline.html#envvar-PYTHON_GIL). A build that is not
//! free-threaded, and that is what all official images and AWS Lambda have, does not start with it: `Fatal Python error:
//! config_read_gil: Disabling the GIL is not supported by this build`. Earlier versions ignore the variable, so that it
//! can stand in a configuration for years and stop every start after the move.
//!
//! ## Example
//! ```dockerfile
//! FROM python:3.13-slim
//! ENV PYTHON_GIL=0
//! ```
//! Use instead:
//! ```dockerfile
//! FROM python:3.13-slim
//! ENV PYTHON_GIL=1
//! ```
//!
//! ## Fix safety
//! The fix writes `1`, with which Python starts everywhere as it does without the variable. It is safe: a stock build never
//! runs without the lock.

use ruff_text_size::TextRange;

use crate::aws::environment;
use crate::discover::Kind;
use crate::docker::{image, mentions, successor};
use crate::finding::{Applicability, Confidence, Group, Severity};
use crate::parse::dockerfile::{Base, Dockerfile, ImageReference, Name};
use crate::parse::fragment::Fragment;
use crate::parse::json::Value;
use crate::parse::tree::Tree;
use crate::parse::yaml::Document;
use crate::python::Code;
use crate::rule::{File, Meta, Rule, Sink, Trigger};
use crate::version::PythonVersion;

/// The rule.
pub static RULE: GilSwitch = GilSwitch;

/// Reports switches that stock builds do not have.
pub struct GilSwitch;

const GIL: &str = "PYTHON_GIL";
const JIT: &str = "PYTHON_JIT";
const URL: &str = "https://docs.python.org/3/using/cmdline.html#envvar-PYTHON_GIL";

/// The first Python that knows the switches.
const SINCE: PythonVersion = PythonVersion::PY313;

/// How deep settings are looked for.
const DEPTH: usize = 24;

impl Rule for GilSwitch {
    fn meta(&self) -> &'static Meta {
        &Meta {
            group: Group::Docker,
            fix: Some(Applicability::Safe),
            kinds: &[Kind::Dockerfile, Kind::Yaml, Kind::Json, Kind::Hcl, Kind::JavaScript, Kind::Python],
        }
    }

    fn triggers(&self) -> Vec<Trigger> {
        // `-X gil=0` and `python:3.13t`, in words.
        [GIL, JIT, "gil", "13t", "14t"].map(Trigger::Word).to_vec()
    }

    fn check_file(&self, file: &File<'_>, code: Option<&Code<'_>>, sink: &mut Sink<'_>) {
        if file.settings.target < SINCE || builds_its_own(&file.document.text) {
            return;
        }
        for one in environment::variables(file.document, code) {
            Ground::lambda().literal(file, &one.name, one.name_range, &one.value, one.value_range, sink);
        }
    }

    fn check_dockerfile(&self, file: &File<'_>, dockerfile: &Dockerfile, sink: &mut Sink<'_>) {
        if file.settings.target < SINCE {
            return;
        }
        for (number, stage) in dockerfile.stages.iter().enumerate() {
            if let Base::Image(image) = &stage.base {
                free_threaded_image(image, sink);
            }
            if !builds_its_own(&file.document.text)
                && let Some(ground) = Ground::of_stage(file, dockerfile, number)
            {
                ground.stage(file, dockerfile, number, sink);
            }
        }
    }

    fn check_json(&self, file: &File<'_>, value: &Value, sink: &mut Sink<'_>) {
        if file.settings.target >= SINCE && !builds_its_own(&file.document.text) {
            settings(file, Tree::Json(value), &Where::default(), sink);
        }
    }

    fn check_yaml(&self, file: &File<'_>, documents: &[Document], sink: &mut Sink<'_>) {
        if file.settings.target < SINCE || builds_its_own(&file.document.text) {
            return;
        }
        for document in documents {
            let tree = Tree::of(document);
            let serverless = tree.get("service").is_some() && tree.get("provider").is_some();
            settings(file, tree, &Where { serverless, ..Where::default() }, sink);
        }
    }
}

/// Whether a file has to do with a free-threaded Python of its own.
fn builds_its_own(text: &str) -> bool {
    let signs = [
        "disable-gil",
        "freethreaded",
        "free-threaded",
        "nogil",
        "gil_disabled",
        "is_gil_enabled",
        "python-ft",
        "3.13t",
        "3.14t",
        "cp313t",
        "cp314t",
    ];
    // The tag of an image that does not exist is no sign.
    let rest = text.to_ascii_lowercase().replace("python:3.13t", "").replace("python:3.14t", "");
    signs.iter().any(|sign| rest.contains(sign))
}

/// `FROM python:3.13t`
fn free_threaded_image(image: &ImageReference, sink: &mut Sink<'_>) {
    let official = ["python", "docker.io/python", "docker.io/library/python", "library/python"];
    let tag = image.tag.as_deref().unwrap_or_default();
    let version = tag.split('-').next().and_then(|word| word.strip_suffix('t'));
    let threaded = version.is_some_and(|version| version.starts_with("3.") && version.len() > 3);
    if official.contains(&image.name.as_str()) && threaded && !image.assumed {
        let message = format!("there is no `{image}`: the official images have no free-threaded Python");
        sink.finding(image.name.as_str(), image.written.range(), message)
            .help("Install one, with `uv python install 3.13t` for example.")
            .url("https://hub.docker.com/_/python")
            .emit();
    }
}

/// What runs there.
struct Ground {
    /// As people read it.
    what: String,
    /// It runs an older Python yet, or it is not quite known which.
    later: bool,
}

impl Ground {
    fn of_stage(file: &File<'_>, dockerfile: &Dockerfile, stage: usize) -> Option<Self> {
        let image = image(dockerfile, stage)?;
        let pythons = mentions::pythons(dockerfile, stage, file.settings.target)?;
        Self::of(image, pythons.now, pythons.then)
    }

    /// A function on a runtime that may be an older one yet.
    fn lambda() -> Self {
        Self { what: "the Python of AWS Lambda".to_owned(), later: true }
    }

    fn of(image: &ImageReference, now: Option<PythonVersion>, then: PythonVersion) -> Option<Self> {
        let later = image.assumed || now.is_none_or(|now| now < SINCE);
        (then >= SINCE).then(|| Self { what: format!("the Python of `{image}`"), later })
    }

    fn stage(&self, file: &File<'_>, dockerfile: &Dockerfile, stage: usize, sink: &mut Sink<'_>) {
        let one = &dockerfile.stages[stage];
        for instruction in dockerfile.in_stage(one) {
            if instruction.name == Name::Env {
                for pair in instruction.pairs() {
                    if let Some(value) = &pair.value {
                        self.variable(file, pair.name.text(), pair.name.range(), value, sink);
                    }
                }
            }
            let Some(script) = instruction.script() else { continue };
            for call in script.calls().all {
                let named = matches!(call.command.name(), Some("export"));
                let words = if named { call.command.arguments() } else { &[] };
                for word in
                    call.command.assignments.iter().chain(words).filter(|word| word.expansions.is_empty())
                {
                    let text = word.value.text();
                    if let Some(at) = text.find('=') {
                        let value = word.value.slice(at + 1, text.len());
                        self.variable(file, &text[..at], word.value.locate(0, at), &value, sink);
                    }
                }
                let is_python = call.command.name().is_some_and(|name| name.starts_with("python"));
                for word in call.command.arguments().iter().filter(|_| is_python) {
                    if matches!(word.literal(), Some("gil=0" | "-Xgil=0")) {
                        self.finding("-X gil", word.range, "`-X gil=0`", sink)
                            .help("Leave the option out, or run a free-threaded build.")
                            .emit();
                    }
                }
            }
        }
    }

    /// A variable that is set for it.
    fn variable(&self, file: &File<'_>, name: &str, place: TextRange, value: &Fragment, sink: &mut Sink<'_>) {
        let text = value.text();
        let bare = text.trim_matches(['"', '\'']);
        let at = text.find(bare).unwrap_or_default();
        self.literal(file, name, place, bare, value.exact(at, at + bare.len()), sink);
    }

    /// The same with a value of which the place is known, or not.
    fn literal(
        &self,
        file: &File<'_>,
        name: &str,
        place: TextRange,
        bare: &str,
        written: Option<TextRange>,
        sink: &mut Sink<'_>,
    ) {
        if bare.contains('$') || bare.contains("{{") {
            return;
        }
        if name == JIT && !bare.is_empty() {
            let message = format!("`{JIT}` does nothing: {} has no just-in-time compiler", self.what);
            return sink.finding(JIT, place, message).severity(Severity::Info).url(URL).emit();
        }
        if name != GIL || matches!(bare, "" | "1") {
            return;
        }
        let draft = self
            .finding(GIL, place, &format!("`{GIL}={bare}`"), sink)
            .help("Leave it out, or run a free-threaded build.");
        let Some(range) = written else { return draft.emit() };
        draft.safe_fix(format!("Set `{GIL}` to `1`"), vec![file.edit(range, "1")]).emit();
    }

    fn finding<'s>(
        &self,
        symbol: &str,
        place: TextRange,
        switch: &str,
        sink: &'s mut Sink<'_>,
    ) -> crate::rule::Draft<'s> {
        let end = if self.later { " once it is 3.13" } else { "" };
        let message =
            format!("with {switch}, {} does not start{end}: it is no free-threaded build", self.what);
        let confidence = if self.later { Confidence::Likely } else { Confidence::Certain };
        sink.finding(symbol, place, message).confidence(confidence).url(URL).versions(None, Some(SINCE))
    }
}

/// What surrounds a value.
#[derive(Debug, Clone, Default)]
struct Where {
    /// The keys that lead to it, the last two.
    keys: [String; 2],
    /// In a file of the Serverless Framework.
    serverless: bool,
    /// The image of the Compose service.
    image: Option<ImageReference>,
    depth: usize,
}

/// Looks for the variables in the environments of functions and services.
fn settings(file: &File<'_>, tree: Tree<'_>, place: &Where, sink: &mut Sink<'_>) {
    if place.depth > DEPTH {
        return;
    }
    let text = &file.document.text;
    let image = tree.get("image").and_then(|image| ImageReference::of(&image.fragment(text)?));
    let members = tree.members();
    for member in &members {
        let Some(key) = member.key else { continue };
        if matches!(key, GIL | JIT) {
            if let (Some(ground), Some(value)) = (ground(file, place), member.value.fragment(text)) {
                ground.variable(file, key, member.key_range, &value, sink);
            }
            continue;
        }
        let [_, last] = &place.keys;
        let inner = Where {
            keys: [last.clone(), key.to_owned()],
            serverless: place.serverless,
            image: image.clone().or_else(|| place.image.clone().filter(|_| key == "environment")),
            depth: place.depth + 1,
        };
        settings(file, member.value, &inner, sink);
    }
    if !members.is_empty() {
        return;
    }
    for element in tree.elements() {
        // `- PYTHON_GIL=0`
        if let (Some(whole), Some(ground)) = (element.fragment(text), ground(file, place))
            && let Some(at) = whole.text().find('=')
        {
            let value = whole.slice(at + 1, whole.text().len());
            ground.variable(file, &whole.text()[..at], whole.locate(0, at), &value, sink);
        }
        settings(file, element, &Where { depth: place.depth + 1, ..place.clone() }, sink);
    }
}

/// What gets the environment that stands there; `None` if that is not known.
fn ground(file: &File<'_>, place: &Where) -> Option<Ground> {
    let keys = [place.keys[0].as_str(), place.keys[1].as_str()];
    let lambda = keys == ["Environment", "Variables"] || place.serverless && keys[1] == "environment";
    if lambda {
        return Some(Ground::lambda());
    }
    let image = place.image.as_ref().filter(|_| keys[1] == "environment")?;
    let reading = successor::read(image)?;
    let target = file.settings.target;
    let then = reading.python.map_or(target, |now| now.max(target));
    Ground::of(image, reading.python, then)
}
