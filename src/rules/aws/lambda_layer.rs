//! A Lambda function uses a layer that is built for an older Python.
//!
//! ## What it finds
//! In SAM and CloudFormation templates, in configuration of the Serverless
//! Framework and of Terraform (`layers` of functions and modules, with locals and
//! variables of the same file): layers named by an ARN, literal, with `Fn::Sub`, by a parameter's
//! default or an entry of `Mappings`, whose name says the Python that they are
//! for, and that is older than the target: Powertools V3, the AWS SDK for pandas,
//! Datadog, New Relic, Klayers. Layers without a Python in their name are left
//! alone, and so are functions in other languages.
//!
//! ## Why
//! Such a layer exists once for each Python. It holds compiled modules, which
//! [only that Python loads](https://docs.aws.amazon.com/lambda/latest/dg/python-layers.html),
//! or keeps everything in `python/lib/python3.11/site-packages`, where another
//! Python does not look. With a newer runtime the function ends at its first
//! import. AWS does not compare the two, so that nothing fails before. Of
//! Powertools only some features are compiled, and a layer of Klayers may hold
//! nothing but Python code: these are warnings.
//!
//! ## Example
//! ```yaml
//! Resources:
//!   Orders:
//!     Type: AWS::Serverless::Function
//!     Properties:
//!       Runtime: python3.13
//!       Layers:
//!         - arn:aws:lambda:eu-west-1:336392948345:layer:AWSSDKPandas-Python311:12
//! ```
//! Use instead:
//! ```yaml
//! Resources:
//!   Orders:
//!     Type: AWS::Serverless::Function
//!     Properties:
//!       Runtime: python3.13
//!       Layers:
//!         - arn:aws:lambda:eu-west-1:336392948345:layer:AWSSDKPandas-Python313:1
//! ```
//!
//! ## Fix safety
//! The name of the layer for the target is written, but the number behind it
//! belongs to the old layer: the new one has others. The fix is unsafe.

use ruff_text_size::TextRange;
use rustc_hash::FxHashSet;

use crate::aws::Input;
use crate::aws::layers::{self, Use};
use crate::catalogue::layers::{LAYERS, Named, named_in};
use crate::discover::Kind;
use crate::finding::{Applicability, Confidence, Group, Severity};
use crate::python::Code;
use crate::rule::{File, Meta, Rule, Sink, Trigger};

/// The rule.
pub static RULE: LambdaLayer = LambdaLayer;

/// Reports layers for an older Python.
pub struct LambdaLayer;

impl Rule for LambdaLayer {
    fn meta(&self) -> &'static Meta {
        &Meta {
            group: Group::Aws,
            fix: Some(Applicability::Unsafe),
            kinds: &[Kind::Yaml, Kind::Json, Kind::Hcl],
        }
    }

    fn triggers(&self) -> Vec<Trigger> {
        vec![Trigger::Word("layer")]
    }

    fn wakes(&self, _: Kind, text: &[u8]) -> bool {
        let has = |name: &str| memchr::memmem::find(text, name.as_bytes()).is_some();
        LAYERS.iter().any(|layer| has(layer.name))
    }

    fn check_file(&self, file: &File<'_>, _: Option<&Code<'_>>, sink: &mut Sink<'_>) {
        let target = file.settings.target;
        let input = Input { document: file.document, project: file.project, target };
        let mut seen = FxHashSet::default();
        let mut uses = layers::uses(&input);
        // Of several functions with one layer, one that is on the target says most.
        uses.sort_by_key(|one| !is_on_target(file, one));
        for one in &uses {
            let text = &one.text;
            for named in named_in(text.text()).iter().filter(|named| named.python < target) {
                let range = text.locate(named.name.start, named.name.end);
                if seen.insert(range) {
                    report(file, one, named, range, sink);
                }
            }
        }
    }
}

fn is_on_target(file: &File<'_>, one: &Use) -> bool {
    !one.runtimes.is_empty() && one.runtimes.iter().all(|runtime| runtime.python >= file.settings.target)
}

fn report(file: &File<'_>, one: &Use, named: &Named, range: TextRange, sink: &mut Sink<'_>) {
    let Use { text, owner, .. } = one;
    let (target, python) = (file.settings.target, named.python);
    let name = &text.text()[named.name.clone()];
    let now = is_on_target(file, one);
    let what = if named.layer.compiled { "it" } else { "what is compiled in it" };
    let message = if now {
        format!(
            "layer `{name}` is built for Python {python}: {owner} runs on `python{target}` and cannot import {what}"
        )
    } else {
        format!(
            "layer `{name}` is built for Python {python}: once {owner} runs on `python{target}`, {what} cannot be imported"
        )
    };
    let confidence = if now { Confidence::Certain } else { Confidence::Likely };
    let severity = if named.layer.compiled { Severity::Error } else { Severity::Warning };
    let version = format!("{}{}", target.major, target.minor);
    let draft = sink
        .finding(name, range, message)
        .severity(severity)
        .confidence(confidence)
        .help(format!(
            "Look up the layer for Python {target} and its number, and move to it with the runtime."
        ))
        .url(named.layer.source);
    match text.exact(named.version.start, named.version.end) {
        Some(place) => draft
            .unsafe_fix(
                format!("Name the layer for Python {target}"),
                "the number behind the name belongs to the old layer",
                vec![file.edit(place, version)],
            )
            .emit(),
        None => draft.emit(),
    }
}
