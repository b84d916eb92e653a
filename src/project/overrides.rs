//! What builds give the arguments of a container build file: Compose, bake
//! files, SAM templates, workflows and commands of scripts that name the file.
//!
//! Looked at are the folders from that of the build file up to the root of the
//! repository, and the root's workflows. Each is read once, when a build file
//! with arguments first asks.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::{Project, absolute};
use crate::discover::{Kind, Target};
use crate::parse::shell::{Command, Word};
use crate::parse::tree::Tree;
use crate::parse::{Document, Syntax, hcl, scripts};
use crate::read::{self, around};

/// Files of one folder that are read.
const MAX_FILES: usize = 100;

/// Bytes of a file that is read.
const MAX_SIZE: u64 = 500_000;

/// How deep mappings are looked for in configuration.
const DEPTH: usize = 24;

/// One build that a file describes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Build {
    /// The build files it may mean, absolute; `None` where only the build knows.
    files: Option<Vec<PathBuf>>,
    /// What it gives; `None` where only the build knows.
    arguments: Vec<(String, Option<String>)>,
    /// It may give others as well.
    open: bool,
}

impl Project {
    /// The values that every build of a file gives its arguments: one literal,
    /// the same in all of them.
    #[must_use]
    pub fn build_arguments(&self, dockerfile: &Path) -> FxHashMap<String, String> {
        let dockerfile = self.absolute(dockerfile);
        let folders = dockerfile.ancestors().skip(1).take_while(|folder| folder.starts_with(&self.root));
        let mut found = Vec::new();
        for folder in folders.map(Path::to_path_buf).chain([self.root.join(".github/workflows")]) {
            found.extend(self.builds(&folder).iter().filter(|one| one.may_mean(&dockerfile)).cloned());
        }
        agreed(&found)
    }

    /// The builds that the files of a folder describe.
    fn builds(&self, folder: &Path) -> Arc<Vec<Build>> {
        around::note();
        if let Ok(known) = self.recipes.read()
            && let Some(builds) = known.get(folder)
        {
            return builds.clone();
        }
        let builds = Arc::new(self.read_builds(folder));
        if let Ok(mut known) = self.recipes.write() {
            return known.entry(folder.to_path_buf()).or_insert(builds).clone();
        }
        builds
    }

    fn read_builds(&self, folder: &Path) -> Vec<Build> {
        let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
        let readable = |path: PathBuf| {
            let kinds = [Kind::Yaml, Kind::Json, Kind::Hcl, Kind::Shell, Kind::Makefile];
            let kind = Kind::of_name(&path).filter(|kind| kinds.contains(kind))?;
            let metadata = std::fs::metadata(&path).ok()?;
            (metadata.is_file() && metadata.len() <= MAX_SIZE).then_some((path, kind))
        };
        // Sorted, so that the bound takes the same files everywhere.
        let mut paths: Vec<_> = entries.flatten().map(|entry| entry.path()).collect();
        paths.sort();
        let mut found = Vec::new();
        for (path, kind) in paths.into_iter().filter_map(readable).take(MAX_FILES) {
            let target = Target { path: path.into(), kind, explicit: false };
            let Ok(source) = read::read(&target) else { continue };
            if !SIGNS.iter().any(|sign| source.text.contains(sign)) {
                continue;
            }
            let Ok(document) = Document::parse(source, self.target) else { continue };
            Reader { folder, root: &self.root, found: &mut found }.document(&document);
        }
        found
    }
}

/// Words of which a file that describes builds has one.
const SIGNS: [&str; 9] = [
    "build:",
    "\"build\"",
    "--build-arg",
    "build-args",
    "DockerBuildArgs",
    "dockerfile",
    "docker build",
    "target \"",
    "\"target\"",
];

/// The arguments that all builds give the same literal.
fn agreed(builds: &[Build]) -> FxHashMap<String, String> {
    let mut agreed = FxHashMap::default();
    let Some(first) = builds.first().filter(|_| builds.iter().all(|one| !one.open)) else { return agreed };
    for (name, _) in &first.arguments {
        let mut values = builds.iter().map(|one| one.value(name));
        if let Some(Some(value)) = values.next()
            && values.all(|other| other == Some(value))
        {
            agreed.insert(name.clone(), value.to_owned());
        }
    }
    agreed
}

impl Build {
    fn may_mean(&self, dockerfile: &Path) -> bool {
        self.files.as_ref().is_none_or(|files| files.iter().any(|file| file == dockerfile))
    }

    /// Of an argument that is given twice, the last counts.
    fn value(&self, name: &str) -> Option<&str> {
        self.arguments.iter().rev().find(|(own, _)| own == name)?.1.as_deref()
    }
}

/// Reads the builds of one file.
struct Reader<'a> {
    folder: &'a Path,
    root: &'a Path,
    found: &'a mut Vec<Build>,
}

impl Reader<'_> {
    fn document(&mut self, document: &Document) {
        match &document.syntax {
            Syntax::Yaml(documents) => documents.iter().for_each(|one| self.mapping(Tree::of(one), DEPTH)),
            Syntax::Json(value) => self.mapping(Tree::Json(value), DEPTH),
            Syntax::Hcl(body) => body.blocks("target").for_each(|block| self.target(&block.body)),
            _ => {}
        }
        let mut commands = Vec::new();
        scripts::each(document, &|text| text.contains("build"), &mut |script| {
            commands.extend(script.calls().all.iter().filter_map(|call| command(call.command)));
        });
        for given in commands {
            let files = self.files(given.context.as_deref(), given.file.as_deref(), given.unknown, false);
            self.found.push(Build { files, arguments: given.arguments, open: given.open });
        }
    }

    /// The builds that a mapping describes, and those within it.
    fn mapping(&mut self, tree: Tree<'_>, depth: usize) {
        let Some(depth) = depth.checked_sub(1) else { return };
        if let Some(build) = tree.get("build") {
            if let Some(context) = build.text() {
                let files = self.files(Some(context), None, is_open(context), true);
                self.found.push(Build { files, arguments: Vec::new(), open: false });
            } else if build.get("dockerfile_inline").is_none()
                && ["context", "dockerfile", "args"].iter().any(|key| build.get(key).is_some())
            {
                self.configured(build, ["context", "dockerfile", "args"]);
            }
        }
        if tree.get("DockerContext").is_some() || tree.get("DockerBuildArgs").is_some() {
            self.configured(tree, ["DockerContext", "Dockerfile", "DockerBuildArgs"]);
        }
        if let Some(with) = tree.get("with")
            && tree.get("uses").and_then(Tree::text).is_some_and(|uses| uses.contains("build-push-action"))
        {
            self.action(with);
        }
        for target in tree.get("target").map(Tree::members).unwrap_or_default() {
            if target.value.get("args").is_some() || target.value.get("dockerfile").is_some() {
                self.configured(target.value, ["context", "dockerfile", "args"]);
            }
        }
        for member in tree.members() {
            self.mapping(member.value, depth);
        }
        for element in tree.elements() {
            self.mapping(element, depth);
        }
    }

    fn configured(&mut self, tree: Tree<'_>, [context, file, arguments]: [&str; 3]) {
        let (context, file) = (tree.get(context), tree.get(file));
        let unknown = [context, file].into_iter().flatten().any(|one| one.text().is_none_or(is_open));
        let mut given = Vec::new();
        if let Some(arguments) = tree.get(arguments) {
            for member in arguments.members() {
                let value = member.value.text().filter(|_| member.value.tag().is_none());
                given.extend(member.key.map(|name| (name.to_owned(), literal(value))));
            }
            given.extend(arguments.elements().into_iter().filter_map(Tree::text).map(assignment));
        }
        let text = |one: Option<Tree<'_>>| one.and_then(Tree::text).map(str::to_owned);
        let files = self.files(text(context).as_deref(), text(file).as_deref(), unknown, true);
        let open =
            tree.get("inherits").is_some() || tree.get("extends").is_some() || tree.get("<<").is_some();
        self.found.push(Build { files, arguments: given, open });
    }

    /// `docker/build-push-action`.
    fn action(&mut self, with: Tree<'_>) {
        let text = |key: &str| with.get(key).and_then(Tree::text);
        let (context, file) = (text("context"), text("file"));
        let unknown = context.is_some_and(is_open) || file.is_some_and(is_open);
        let lines = text("build-args").unwrap_or_default().lines();
        let given = lines.map(str::trim).filter(|line| !line.is_empty()).map(assignment).collect();
        // The file is reached from where the workflow runs, as on the command line.
        let files = self.files(context, file, unknown, false);
        self.found.push(Build { files, arguments: given, open: false });
    }

    /// A target of a bake file.
    fn target(&mut self, body: &hcl::Body) {
        let text = |key: &str| body.get(key).map(hcl::Expression::as_str);
        let (context, file) = (text("context"), text("dockerfile"));
        let unknown = [context, file].contains(&Some(None));
        let items = body.get("args").map(hcl::Expression::items).unwrap_or_default();
        let given = items
            .iter()
            .filter_map(|item| Some((item.key.as_deref()?.to_owned(), literal(item.value.as_str()))));
        let arguments = given.collect();
        let files = self.files(context.flatten(), file.flatten(), unknown, true);
        self.found.push(Build { files, arguments, open: body.get("inherits").is_some() });
    }

    /// The files that a context and a name may mean. `inside`: the name is looked for in the context.
    fn files(
        &self,
        context: Option<&str>,
        file: Option<&str>,
        unknown: bool,
        inside: bool,
    ) -> Option<Vec<PathBuf>> {
        if unknown {
            return None;
        }
        let context = Path::new(context.unwrap_or("."));
        let name = match file {
            Some(file) if !inside => PathBuf::from(file),
            Some(file) => context.join(file),
            None => context.join("Dockerfile"),
        };
        // Commands run where the file is, or at the root of the repository.
        Some(vec![absolute(self.folder, &name), absolute(self.root, &name)])
    }
}

/// Whether a value has parts that only the build knows.
fn is_open(text: &str) -> bool {
    text.contains('$')
}

fn literal(text: Option<&str>) -> Option<String> {
    text.filter(|text| !is_open(text)).map(str::to_owned)
}

/// `NAME=value`; `NAME` alone takes it from the environment.
fn assignment(text: &str) -> (String, Option<String>) {
    match text.split_once('=') {
        Some((name, value)) => (name.to_owned(), literal(Some(value))),
        None => (text.to_owned(), None),
    }
}

/// What a command line says of a build.
#[derive(Default)]
struct Given {
    context: Option<String>,
    file: Option<String>,
    arguments: Vec<(String, Option<String>)>,
    unknown: bool,
    open: bool,
}

/// Options of `docker build` without a value.
const SWITCHES: [&str; 10] = [
    "--force-rm",
    "--load",
    "--no-cache",
    "--pull",
    "--push",
    "--quiet",
    "--rm",
    "--squash",
    "--compress",
    "-q",
];

/// A call of `docker build` and its like.
fn command(command: &Command) -> Option<Given> {
    if !matches!(command.name()?, "docker" | "podman" | "buildah" | "nerdctl" | "finch") {
        return None;
    }
    let words = command.arguments();
    let build = |word: &Word| matches!(word.literal(), Some("build" | "bud"));
    let at = words.iter().position(build).filter(|at| *at <= 2)?;
    // `docker compose build` takes its settings from the file.
    if words[..at].iter().any(|word| matches!(word.literal(), Some("compose"))) {
        return None;
    }
    let mut given = Given::default();
    let mut words = words[at + 1..].iter();
    while let Some(word) = words.next() {
        let text = word.value.text();
        if !text.starts_with('-') || text == "-" {
            // Words of a variable may be options.
            given.open |= word.literal().is_none() && given.context.is_some();
            given.unknown |= word.literal().is_none();
            given.context = Some(text.to_owned());
            continue;
        }
        let (name, value) = match text.split_once('=') {
            Some((name, value)) => (name, Some((value, word))),
            None if SWITCHES.contains(&text) => (text, None),
            None => (text, words.next().map(|word| (word.value.text(), word))),
        };
        let Some((value, word)) = value else { continue };
        let known = word.literal().is_some();
        match name {
            "--build-arg" => {
                let (name, value) = assignment(value);
                given.arguments.push((name, value.filter(|_| known)));
            }
            "-f" | "--file" => {
                given.unknown |= !known;
                given.file = Some(value.to_owned());
            }
            _ => {}
        }
    }
    Some(given)
}
