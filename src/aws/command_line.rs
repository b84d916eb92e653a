//! The Pythons that commands choose: the AWS CLI, SAM, Terraform, and pip where it
//! builds for another machine.

use super::{Choice, ChoiceKind, Input, Reader};
use crate::catalogue::runtimes::{self, Runtime};
use crate::discover::Kind;
use crate::edit::Change;
use crate::finding::Confidence;
use crate::parse::scripts;
use crate::parse::shell::{Command, Word};
use crate::python::Code;

mod pip;

use crate::parse::variables::{Value, Variables};

/// The reader.
pub static READER: Reader = Reader {
    kinds: &[Kind::Yaml, Kind::Json, Kind::Shell, Kind::Makefile, Kind::Dockerfile],
    words: &[
        "--runtime",
        "--compatible-runtimes",
        "--parameter-overrides",
        "--parameters",
        "--build-image",
        "--python-version",
        "--abi",
        "-var",
        "sam/build",
        "lambci/lambda",
        "build-image",
    ],
    also: "",
    read,
};

/// Images that are made to build for a runtime.
const IMAGES: [&str; 3] = ["/sam/build-python3.", "lambda:build-python3.", "build-image-python3."];

fn read(input: &Input<'_>, _: Option<&Code<'_>>) -> Vec<Choice> {
    let text = &input.document.text;
    let wanted =
        |text: &str| READER.words.iter().any(|word| text.contains(word)) || text.contains("python3.");
    if !READER.words.iter().any(|word| text.contains(word)) {
        return Vec::new();
    }
    let mut variables = Variables::of(input.document);
    scripts::each(input.document, &wanted, &mut |script| variables.assigned(script));
    let mut place = Place { input, variables: &variables, choices: Vec::new() };
    scripts::each(input.document, &wanted, &mut |script| {
        for call in &script.calls().all {
            place.command(call.command);
        }
    });
    place.choices
}

struct Place<'a> {
    input: &'a Input<'a>,
    variables: &'a Variables,
    choices: Vec<Choice>,
}

impl Place<'_> {
    fn command(&mut self, command: &Command) {
        let arguments = command.arguments();
        match command.name() {
            Some("aws") => self.aws(arguments),
            Some("sam" | "samlocal") => self.sam(arguments),
            Some("terraform" | "tofu") => self.terraform(arguments),
            Some("docker" | "podman" | "finch" | "nerdctl") => self.container(arguments),
            _ => self.choices.extend(pip::choice(self.input, self.variables, command)),
        }
    }

    fn aws(&mut self, arguments: &[Word]) {
        let Some((service, operation)) = operation(arguments) else { return };
        match (service, operation) {
            ("lambda", "create-function" | "update-function-configuration") => {
                let along = Some("the archive must be built anew for the runtime");
                let value = option(arguments, &["--runtime"]);
                self.function(value, along);
            }
            ("lambda", "publish-layer-version") => self.layer(arguments),
            ("cloudformation", _) => self.parameters(arguments),
            _ => {}
        }
    }

    fn sam(&mut self, arguments: &[Word]) {
        if arguments.first().and_then(Word::literal) == Some("init") {
            let value = option(arguments, &["--runtime", "-r"]);
            return self.function(value, Some("older versions of SAM do not know newer runtimes"));
        }
        self.parameters(arguments);
        for (at, word) in arguments.iter().enumerate() {
            let Some((word, from)) = given(arguments, at, word, &["--build-image", "-bi"]) else { continue };
            let said = &word.value.text()[from..];
            let Some(start) = said.find("build-python3.").map(|at| from + at + "build-".len()) else {
                continue;
            };
            let name = word.value.text()[start..].split([':', '-']).next().unwrap_or_default();
            let Some(value) = Value::of_part(word, start, start + name.len()) else { continue };
            // A tag belongs to one Python.
            let tagged = word.value.text()[start + name.len()..].starts_with(':');
            let choice =
                self.choice(&value, ChoiceKind::Build, Some("what `sam build` builds".to_owned()), None);
            self.choices
                .extend(choice.map(|choice| Choice { edits: choice.edits.filter(|_| !tagged), ..choice }));
        }
    }

    /// `docker run public.ecr.aws/sam/build-python3.9 …`, which is there to build.
    fn container(&mut self, arguments: &[Word]) {
        if arguments.first().and_then(Word::literal) != Some("run") {
            return;
        }
        let images = arguments.iter().find_map(|word| {
            let said = word.literal()?;
            let start = IMAGES
                .iter()
                .find_map(|image| said.find(image).map(|at| at + image.len() - "python3.".len()))?;
            Some((word, start))
        });
        let Some((word, start)) = images else { return };
        let said = word.value.text();
        let name = said[start..].split([':', '-', '/']).next().unwrap_or_default();
        let Some(value) = Value::of_part(word, start, start + name.len()) else { return };
        // Of the older images there are none for newer Pythons; a tag belongs to one.
        let goes_on = said.contains("/sam/build-") && !said[start + name.len()..].starts_with(':');
        let owner = Some("what this container builds".to_owned());
        let choice = self.choice(&value, ChoiceKind::Build, owner, None);
        self.choices
            .extend(choice.map(|choice| Choice { edits: choice.edits.filter(|_| goes_on), ..choice }));
    }

    /// `-var runtime=python3.9`
    fn terraform(&mut self, arguments: &[Word]) {
        for (at, word) in arguments.iter().enumerate() {
            let Some((word, from)) = given(arguments, at, word, &["-var", "--var"]) else { continue };
            let Some((name, _)) = word.value.text()[from..].split_once('=') else { continue };
            let start = from + name.len() + 1;
            let Some(value) = name.contains("runtime").then(|| self.variables.resolve(word, start)).flatten()
            else {
                continue;
            };
            let origin = value.origin.clone().unwrap_or_else(|| format!("the value of variable `{name}`"));
            let along = Some("the code of the function must be built anew for the runtime");
            self.add_function(Value { origin: Some(origin), ..value }, along);
        }
    }

    /// `--parameter-overrides Runtime=python3.9`, also as
    /// `ParameterKey=Runtime,ParameterValue=python3.9` and several in one word.
    fn parameters(&mut self, arguments: &[Word]) {
        const OPTIONS: [&str; 2] = ["--parameter-overrides", "--parameters"];
        let Some(at) =
            arguments.iter().position(|word| OPTIONS.iter().any(|name| word.value.text().starts_with(name)))
        else {
            return;
        };
        let behind = arguments[at + 1..].iter().take_while(|word| !word.value.text().starts_with('-'));
        for word in arguments[at..=at].iter().chain(behind) {
            let said = word.value.text();
            for (equals, _) in said.match_indices("=python3.") {
                let start = equals + 1;
                let length = said[start..].find([' ', ',', '"', '\'', '\n']).unwrap_or(said.len() - start);
                let Some(value) = Value::of_part(word, start, start + length) else { continue };
                let key = said[..equals].rsplit([' ', ',', '=', '"', '\'']).find(|part| !part.is_empty());
                let name = match key {
                    Some("ParameterValue") => said[..equals].rsplit("ParameterKey=").next(),
                    key => key,
                };
                let name = name.unwrap_or_default().split(',').next().unwrap_or_default();
                let origin = Some(format!("the value of parameter `{name}`"));
                let shared = Some(format!("parameter `{name}` of the template must allow it"));
                self.add_function(Value { origin, shared, ..value }, None);
            }
        }
    }

    fn layer(&mut self, arguments: &[Word]) {
        const OPTION: &str = "--compatible-runtimes";
        let Some(at) = arguments.iter().position(|word| word.value.text().starts_with(OPTION)) else {
            return;
        };
        let from = if arguments[at].value.text() == OPTION { at + 1 } else { at };
        let behind = arguments[from..].iter().enumerate();
        let list = behind
            .take_while(|(number, word)| *number == 0 && from == at || !word.value.text().starts_with('-'));
        let values = list.filter_map(|(_, word)| {
            let strip = if word.value.text().starts_with(OPTION) { OPTION.len() + 1 } else { 0 };
            self.variables.resolve(word, strip)
        });
        let named = values.filter_map(|value| Some((runtimes::runtime(&value.text)?, value)));
        let Some((_, newest)) = named.max_by_key(|(runtime, _)| runtime.python) else { return };
        let name = option(arguments, &["--layer-name"]).and_then(|(word, from)| word.literal()?.get(from..));
        let owner = name.map_or_else(|| "the layer".to_owned(), |name| format!("layer `{name}`"));
        let choice = self.choice(&newest, ChoiceKind::Compatible, Some(owner), None);
        self.choices.extend(choice.map(|choice| Choice { edits: None, ..choice }));
    }

    fn function(&mut self, value: Option<(&Word, usize)>, along: Option<&'static str>) {
        let value = value.and_then(|(word, from)| self.variables.resolve(word, from));
        if let Some(value) = value {
            self.add_function(value, along);
        }
    }

    fn add_function(&mut self, value: Value, along: Option<&'static str>) {
        let choice = self.choice(&value, ChoiceKind::Function, None, along);
        self.choices.extend(choice);
    }

    fn choice(
        &self,
        value: &Value,
        kind: ChoiceKind,
        owner: Option<String>,
        along: Option<&'static str>,
    ) -> Option<Choice> {
        let runtime: &'static Runtime = runtimes::runtime(&value.text)?;
        let target = self.input.target_name();
        Some(Choice {
            runtime,
            range: value.range,
            kind,
            confidence: Confidence::Certain,
            owner,
            origin: value.origin.clone(),
            shared: value.shared.clone(),
            clash: None,
            along,
            edits: target.filter(|_| value.exact).map(|target| vec![Change::new(value.range, target)]),
        })
    }
}

/// Service and operation: the first two words that are no options or values of them.
fn operation(arguments: &[Word]) -> Option<(&str, &str)> {
    /// Options before the service that take a value.
    const VALUED: [&str; 6] =
        ["--region", "--profile", "--output", "--endpoint-url", "--query", "--ca-bundle"];
    let mut words = arguments.iter();
    let mut next = || {
        loop {
            let word = words.next()?.value.text();
            if VALUED.contains(&word) {
                words.next()?;
            } else if !word.starts_with('-') {
                return Some(word);
            }
        }
    };
    Some((next()?, next()?))
}

/// The word that gives an option its value, and where in it the value begins.
fn option<'w>(arguments: &'w [Word], names: &[&str]) -> Option<(&'w Word, usize)> {
    arguments.iter().enumerate().find_map(|(at, word)| given(arguments, at, word, names))
}

fn given<'w>(arguments: &'w [Word], at: usize, word: &'w Word, names: &[&str]) -> Option<(&'w Word, usize)> {
    let said = word.value.text();
    let name = names.iter().find(|name| said.starts_with(**name))?;
    match said[name.len()..].chars().next() {
        None => arguments.get(at + 1).map(|word| (word, 0)),
        Some('=') => Some((word, name.len() + 1)),
        Some(_) => None,
    }
}
