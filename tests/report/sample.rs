//! A small run by hand, with everything in it that formats get wrong.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use newskin::discover::Kind;
use newskin::finding::{
    Applicability, Confidence, Edit, Excerpt, Finding, Fix, Group, Place, Problem, Run, Severity, Span,
};
use newskin::fix::{FixedFile, FixedRun, Made, NotMade};
use newskin::read::decode;
use newskin::report::Context;
use ruff_text_size::{TextRange, TextSize};

/// Where the run took place.
pub fn context() -> Context {
    Context::new("/repo")
}

/// A file and its text.
pub struct Source {
    path: Arc<Path>,
    text: &'static str,
    cell: Option<u32>,
}

impl Source {
    pub fn new(path: &str, text: &'static str) -> Self {
        Self { path: PathBuf::from(path).into(), text, cell: None }
    }

    fn place(&self, offset: usize) -> Place {
        let before = &self.text[..offset];
        let line = before.rfind('\n').map_or(0, |at| at + 1);
        let number = |count: usize| u32::try_from(count + 1).unwrap();
        Place { row: number(before.matches('\n').count()), column: number(before[line..].chars().count()) }
    }

    fn span_of(&self, start: usize, end: usize) -> Span {
        let size = |at| TextSize::try_from(at).unwrap();
        Span {
            range: TextRange::new(size(start), size(end)),
            cell: self.cell,
            start: self.place(start),
            end: self.place(end),
        }
    }

    pub fn span(&self, needle: &str) -> Span {
        let start = self.text.find(needle).unwrap();
        self.span_of(start, start + needle.len())
    }

    /// The lines of a span and one around it.
    fn excerpt(&self, span: &Span) -> Excerpt {
        let (start, end) = (span.range.start().to_usize(), span.range.end().to_usize());
        let above = self.text[..start].rfind('\n').unwrap_or(0);
        let from = self.text[..above].rfind('\n').map_or(0, |at| at + 1);
        let below = self.text[end..].find('\n').map_or(self.text.len(), |at| end + at);
        let to = self
            .text
            .get(below + 1..)
            .and_then(|rest| rest.find('\n'))
            .map_or(self.text.len(), |at| below + 1 + at);
        let first_row = self.place(from).row;
        Excerpt { first_row, text: self.text[from..to].to_owned(), start: start - from, end: end - from }
    }

    pub fn edit(&self, needle: &str, content: &str) -> Edit {
        Edit { path: None, span: self.span(needle), content: content.to_owned() }
    }

    pub fn insert(&self, before: &str, content: &str) -> Edit {
        let at = self.text.find(before).unwrap();
        Edit { path: None, span: self.span_of(at, at), content: content.to_owned() }
    }

    pub fn finding(
        &self,
        rule: &'static str,
        group: Group,
        symbol: &str,
        needle: &str,
        message: &str,
    ) -> Finding {
        let span = self.span(needle);
        Finding {
            rule,
            group,
            symbol: symbol.to_owned(),
            path: self.path.clone(),
            span,
            severity: Severity::Error,
            confidence: Confidence::Certain,
            message: message.to_owned(),
            help: None,
            url: None,
            removed_in: None,
            deprecated_in: None,
            fix: None,
            excerpt: self.excerpt(&span),
        }
    }
}

fn fix(applicability: Applicability, message: &str, reason: Option<&str>, edits: Vec<Edit>) -> Option<Fix> {
    Some(Fix { applicability, message: message.to_owned(), reason: reason.map(str::to_owned), edits })
}

fn since(finding: Finding, deprecated: &str, removed: &str) -> Finding {
    Finding {
        deprecated_in: Some(deprecated.to_owned()),
        removed_in: Some(removed.to_owned()),
        url: Some("https://docs.python.org/3/whatsnew/3.13.html#whatsnew313-pep594".to_owned()),
        ..finding
    }
}

/// The rules are none that exist: a snapshot shall not change with their pages.
///
/// Eight files with findings, two that could not be read.
pub fn run() -> Run {
    let mut findings = app();
    findings.extend(tests());
    findings.extend(containers());
    findings.extend(odd());
    findings.sort_by(|a, b| a.sort_key().cmp(&b.sort_key()));
    let problem = |path: &str, message: &str| Problem { path: path.into(), message: message.to_owned() };
    let problems = vec![
        problem("./data/secret.py", "Permission denied (os error 13)"),
        problem("odd; dir/100%,[x].py", "is a <pipe> & no file"),
    ];
    Run { findings, problems, files: 120 }
}

/// No fix; an unsafe fix with edits far apart; a finding of several lines.
fn app() -> Vec<Finding> {
    let app = Source::new(
        "./src/app.py",
        "\"\"\"Upload server.\"\"\"\nimport cgi\nimport pipes\nimport os\n\n\ndef run(form):\n    \
         os.system(\"ls \" + pipes.quote(form))\n    return cgi.FieldStorage(\n        fp=form,\n        \
         keep_blank_values=True,\n    )\n",
    );
    let cgi = app.finding("module-gone", Group::Stdlib, "cgi", "cgi", "`cgi` was removed in Python 3.13");
    let cgi = Finding {
        help: Some(
            "Use `email.message.Message` for headers, `urllib.parse.parse_qsl` for queries and `multipart` from \
             PyPI for uploads; `legacy-cgi` on PyPI brings `cgi` back."
                .to_owned(),
        ),
        ..since(cgi, "3.11", "3.13")
    };
    let quote = app.finding(
        "module-gone",
        Group::Stdlib,
        "pipes.quote",
        "pipes.quote",
        "`pipes` was removed in Python 3.13, and `pipes.quote` with it",
    );
    let quote = Finding {
        fix: fix(
            Applicability::Unsafe,
            "Replace `pipes.quote` with `shlex.quote`",
            Some("other code may import `pipes` from this module"),
            vec![
                app.edit("pipes.quote", "shlex.quote"),
                app.edit("import pipes\n", ""),
                app.insert("import os", "import shlex\n"),
            ],
        ),
        ..since(quote, "3.11", "3.13")
    };
    let storage = app.finding(
        "module-gone",
        Group::Stdlib,
        "cgi.FieldStorage",
        "cgi.FieldStorage(\n        fp=form,\n        keep_blank_values=True,\n    )",
        "`cgi` was removed in Python 3.13, and `cgi.FieldStorage` with it",
    );
    vec![cgi, quote, Finding { confidence: Confidence::Likely, ..storage }]
}

/// A safe fix of a file that is not ASCII; a cell of a notebook; a fix in another file.
fn tests() -> Vec<Finding> {
    let test = Source::new(
        "tests/test_größe.py",
        "class Größe(TestCase):\n    def test_漢字(self):\n        x = \"漢字 🦀\"; self.assertEquals(x, \"é\")\n        return x\n",
    );
    let equals = test.finding(
        "method-gone",
        Group::Stdlib,
        "unittest.TestCase.assertEquals",
        "assertEquals",
        "`assertEquals` was removed in Python 3.12; the method is called `assertEqual` – since 2.7",
    );
    let equals = Finding {
        fix: fix(
            Applicability::Safe,
            "Rename to `assertEqual`",
            None,
            vec![test.edit("assertEquals", "assertEqual")],
        ),
        ..since(equals, "3.2", "3.12")
    };
    let notebook = Source {
        cell: Some(3),
        ..Source::new("notebooks/analysis.ipynb", "import pandas\nimport telnetlib\ntelnetlib.Telnet()\n")
    };
    let telnet = notebook.finding(
        "module-gone",
        Group::Stdlib,
        "telnetlib",
        "telnetlib",
        "`telnetlib` was removed in Python 3.13",
    );
    let requirements = Source::new("requirements.txt", "pandas==1.5\n");
    let backport = Edit {
        path: Some(PathBuf::from("requirements.txt").into()),
        ..requirements.insert("pandas", "standard-telnetlib; python_version >= \"3.13\"\n")
    };
    let telnet = Finding {
        severity: Severity::Warning,
        fix: fix(
            Applicability::Display,
            "Require the backport `standard-telnetlib`",
            Some("whether to depend on a backport is for you to decide"),
            vec![backport],
        ),
        ..telnet
    };
    vec![equals, telnet]
}

/// Another kind of file, another group; a line that no terminal is wide enough for.
fn containers() -> Vec<Finding> {
    let docker = Source::new(
        "docker/Dockerfile",
        "FROM public.ecr.aws/lambda/python:3.13\nRUN yum install -y gcc\n\tCOPY . .\n",
    );
    let yum = docker.finding(
        "yum-gone",
        Group::Docker,
        "yum",
        "yum",
        "`public.ecr.aws/lambda/python:3.13` has no `yum`, so that this build step fails",
    );
    let yum = Finding {
        help: Some("Use `dnf`, which takes the same arguments here.".to_owned()),
        fix: fix(Applicability::Safe, "Replace `yum` with `dnf`", None, vec![docker.edit("yum", "dnf")]),
        ..yum
    };
    let long = Source::new(
        "src/bundle.py",
        "data = [\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"]; import imp as old; tail = \"bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb\"\nold.reload(data)\n",
    );
    let imp =
        long.finding("module-gone", Group::Stdlib, "imp", "imp as old", "`imp` was removed in Python 3.12");
    let imp = Finding {
        fix: fix(
            Applicability::Unsafe,
            "Import `importlib` under the old name",
            Some("`old` may be used for more than `reload`"),
            vec![long.edit("imp as old", "importlib as old")],
        ),
        ..since(imp, "3.4", "3.12")
    };
    vec![yum, imp]
}

/// Whatever a path, name or message can hold to break out of a format.
fn odd() -> Vec<Finding> {
    let odd = Source::new("odd; dir/100%,[x]:`y`|z.py", "eval('\x1b[31m')  # newskin: ignore\n");
    let unused = odd.finding(
        "nothing-ignored",
        Group::Newskin,
        "ignore|\x1b[31m]]><b>`",
        "# newskin: ignore",
        "Nothing <b>is</b> suppressed & \"100%\" of it's unused]]>, ::error::x ##vso[x] [a](1) @you; | *end*",
    );
    let unused = Finding {
        severity: Severity::Info,
        help: Some("Remove the comment.\nOr name a rule: `ignore[rule]`.".to_owned()),
        ..unused
    };
    let other = Source::new("/elsewhere/mod.py", "import imp\n");
    let imp = other.finding("module-gone", Group::Stdlib, "imp", "imp\n", "`imp` was removed in Python 3.12");
    let empty = Source::new("../infra/template.yaml", "Runtime: python3.8\n\nRuntime: python3.8\n");
    let runtime = |needle: &str| {
        empty.finding(
            "runtime-old",
            Group::Aws,
            "python3.8",
            needle,
            "The runtime `python3.8` is no longer supported",
        )
    };
    let again = Finding {
        span: Span { range: TextRange::new(20.into(), 38.into()), ..runtime("Runtime").span },
        ..runtime("Runtime")
    };
    let semantics = Finding { severity: Severity::Warning, ..runtime("python3.8") };
    vec![unused, imp, again, runtime("Runtime"), semantics]
}

/// What fixing came to that leaves this run.
pub fn fixed(run: Run) -> FixedRun {
    let path: Arc<Path> = PathBuf::from("src/fixed.py").into();
    let source = |text: &str| decode(&path, Kind::Python, text.as_bytes().to_vec()).unwrap();
    let made = |rule, symbol: &str, applicability| Made {
        key: 0,
        rule,
        symbol: symbol.to_owned(),
        applicability,
        message: "Replace it".to_owned(),
        row: 1,
        marked: String::new(),
    };
    let pipes = made("removed-module", "pipes", Applicability::Safe);
    let getargspec = made("removed-api", "inspect.getargspec", Applicability::Unsafe);
    let file = FixedFile {
        path: path.clone(),
        before: source("import pipes\n"),
        after: source("import shlex\n"),
        made: vec![pipes.clone(), getargspec, pipes],
        group: 0,
    };
    let not_made = run.findings.first().map(|finding| NotMade {
        path: finding.path.clone(),
        rule: finding.rule,
        symbol: finding.symbol.clone(),
        row: finding.span.start.row,
        key: None,
        reason: "it would break the syntax".to_owned(),
    });
    FixedRun { run, files: vec![file], not_made: not_made.into_iter().collect(), ..FixedRun::default() }
}
