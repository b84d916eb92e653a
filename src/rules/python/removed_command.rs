//! A command starts a module of the standard library that the target version no longer has.
//!
//! ## What it finds
//! `python -m smtpd` and the like, for every module that is gone on the target version, and `2to3`, which went with
//! `lib2to3`. Commands are read in shell scripts, Dockerfiles (`RUN`, `CMD`, `ENTRYPOINT`, `HEALTHCHECK`), Makefiles,
//! the YAML and JSON of continuous integration, of Compose, pre-commit and development containers, and in Python:
//! `subprocess.run([sys.executable, "-m", "smtpd"])`, `os.system("python -m smtpd")`, `runpy.run_module("smtpd")`.
//! Silent are commands that name an older Python (`python3.8 -m smtpd`), that have another way behind `||`, and modules
//! that the project has itself or gets from a required backport. In a container image with an older Python the finding
//! is about what breaks when the image is changed. A failure that is ignored is a warning. What still works on the
//! target and goes later, `python -m http.server --cgi`, is only informative.
//!
//! ## Why
//! Python ends with `No module named smtpd`, the shell with `2to3: not found`, often only where the command is used: in a
//! test setup, a start script, a deployment. See
//! [PEP 594](https://peps.python.org/pep-0594/) and
//! [What's New in Python](https://docs.python.org/3/whatsnew/3.13.html#removed-modules-and-apis).
//!
//! ## Example
//! ```dockerfile
//! FROM python:3.13-slim
//! CMD ["python", "-m", "smtpd", "-n", "-c", "DebuggingServer", "0.0.0.0:1025"]
//! ```
//! Use instead:
//! ```dockerfile
//! FROM python:3.13-slim
//! RUN pip install aiosmtpd
//! CMD ["python", "-m", "aiosmtpd", "-n", "-l", "0.0.0.0:1025"]
//! ```

use crate::catalogue::{self, MODULES, Module};
use crate::discover::Kind;
use crate::embedded::{Consequence, Python, Start, What};
use crate::finding::{Confidence, Group, Severity};
use crate::rule::{File, Meta, Rule, Sink, Trigger};
use crate::version::PythonVersion;

/// The rule.
pub static RULE: RemovedCommand = RemovedCommand;

/// Reports commands that are gone.
pub struct RemovedCommand;

/// Modules whose names suit anybody's own module, and which do nothing when
/// they are started, or cannot be: such a command means another module.
const ORDINARY: [&str; 8] =
    ["audioop", "chunk", "crypt", "formatter", "parser", "spwd", "symbol", "tkinter.tix"];

const CGI: &str = "https://docs.python.org/3/whatsnew/3.13.html#new-deprecations";

impl Rule for RemovedCommand {
    fn meta(&self) -> &'static Meta {
        &Meta {
            group: Group::Stdlib,
            fix: None,
            kinds: &[
                Kind::Python,
                Kind::Notebook,
                Kind::Dockerfile,
                Kind::Shell,
                Kind::Makefile,
                Kind::Yaml,
                Kind::Json,
            ],
        }
    }

    fn triggers(&self) -> Vec<Trigger> {
        let glued = GLUED.iter().map(|word| Trigger::Word(word));
        let words = ["-m", "-um", "-Im", "-Bm", "-Em", "-sm", "-Sm", "-Om", "2to3", "run_module"];
        words.into_iter().map(Trigger::Word).chain(glued).collect()
    }

    fn reads_starts(&self) -> bool {
        true
    }

    fn check_starts(&self, file: &File<'_>, starts: &[Start], sink: &mut Sink<'_>) {
        for start in starts {
            match &start.what {
                What::Module(name, arguments) if name == "http.server" => {
                    if arguments.iter().any(|word| word == "--cgi") {
                        cgi_server(file, start, sink);
                    }
                }
                What::Module(name, _) => {
                    if let Some(module) = catalogue::removed_module(name) {
                        gone(file, start, module, name, sink);
                    }
                }
                What::Tool(name) => {
                    if let Some(module) = catalogue::removed_module("lib2to3") {
                        gone(file, start, module, name, sink);
                    }
                }
            }
        }
    }
}

/// `-mname` in one word.
static GLUED: std::sync::LazyLock<Vec<String>> = std::sync::LazyLock::new(|| {
    let gone = MODULES.iter().filter(|module| module.removed.is_some());
    gone.map(|module| format!("-m{}", module.name)).collect()
});

fn gone(file: &File<'_>, start: &Start, module: &'static Module, name: &str, sink: &mut Sink<'_>) {
    let Some(removed) = module.removed.filter(|removed| *removed <= file.settings.target) else { return };
    let is_tool = matches!(start.what, What::Tool(_));
    let served = if is_tool {
        ["2to3", "fissix"].iter().any(|package| file.project.requires(&file.document.path, package))
    } else {
        file.project.serves(&file.document.path, module)
    };
    let Some(confidence) = confidence(start, removed).filter(|_| !served) else { return };
    let confidence = if ORDINARY.contains(&module.name) { Confidence::Possible } else { confidence };
    let message = if is_tool {
        format!("`{name}` was removed in Python {removed}, together with `{}`", module.name)
    } else if name == module.name {
        format!("`python -m {name}` fails: `{name}` was removed in Python {removed}")
    } else {
        format!("`python -m {name}` fails: `{}` was removed in Python {removed}", module.name)
    };
    sink.finding(if is_tool { name } else { module.name }, start.place, message)
        .severity(severity(start, confidence))
        .confidence(confidence)
        .help(help(module))
        .url(module.source)
        .versions(module.deprecated, module.removed)
        .emit();
}

fn severity(start: &Start, confidence: Confidence) -> Severity {
    let matters = start.failure == Consequence::Fails && confidence != Confidence::Possible;
    if matters { Severity::Error } else { Severity::Warning }
}

/// `None` where the command runs on a Python that has what it starts.
fn confidence(start: &Start, removed: PythonVersion) -> Option<Confidence> {
    if start.failure == Consequence::Handled {
        return None;
    }
    let confidence = match start.python {
        Python::Named(version) if version < removed => return None,
        Python::Named(_) | Python::Own => Confidence::Certain,
        Python::Image(version) if version >= removed => Confidence::Certain,
        Python::Image(_) | Python::Any => Confidence::Likely,
    };
    Some(if start.depends { Confidence::Possible } else { confidence })
}

/// What to start instead.
fn help(module: &Module) -> String {
    match module.name {
        "smtpd" | "asyncore" | "asynchat" => {
            "Install `aiosmtpd` and run `python -m aiosmtpd -n -l host:port`, which prints what it receives."
                .to_owned()
        }
        "lib2to3" => {
            "Run it on an older Python (`uvx --python 3.12 …`), or install `fissix`, which goes on with it."
                .to_owned()
        }
        "telnetlib" => "Use `telnet` or `nc`.".to_owned(),
        "uu" => "Use `uuencode` and `uudecode`, or `base64`.".to_owned(),
        _ => module.instead.to_owned(),
    }
}

fn cgi_server(file: &File<'_>, start: &Start, sink: &mut Sink<'_>) {
    let removed = PythonVersion { major: 3, minor: 15 };
    let Some(confidence) =
        confidence(start, removed).filter(|_| file.settings.target >= PythonVersion::PY313)
    else {
        return;
    };
    let gone = removed <= file.settings.target;
    let message = if gone {
        "`http.server --cgi` was removed in Python 3.15"
    } else {
        "`http.server --cgi` is deprecated since Python 3.13 and goes in Python 3.15"
    };
    sink.finding("http.server(--cgi)", start.place, message)
        .severity(if gone { severity(start, confidence) } else { Severity::Info })
        .confidence(confidence)
        .help("Serve the scripts with a web server that runs CGI, or turn them into a WSGI application.")
        .url(CGI)
        .versions(Some(PythonVersion::PY313), Some(removed))
        .emit();
}
