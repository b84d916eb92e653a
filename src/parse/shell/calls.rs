//! Which commands run, on what condition, and what their failure leads to.

use super::{
    Chain, Command, Compound, Connector, Document, Expansion, List, Node, Options, Pipeline, Redirect,
    Script, Word,
};

/// Every command of a script, those within words and nested scripts included.
#[derive(Debug, Default)]
pub struct Calls<'s> {
    /// In order of the text.
    pub all: Vec<Call<'s>>,
    /// The names of the functions that the script defines.
    pub functions: Vec<&'s Word>,
    links: Vec<Link<'s>>,
}

/// One command where it runs.
#[derive(Debug, Clone, Copy)]
pub struct Call<'s> {
    /// The command.
    pub command: &'s Command,
    /// What follows when it fails.
    pub failure: Failure<'s>,
    /// It is run to see whether it fails.
    pub asked: bool,
    /// The here-documents that its redirections count in.
    pub documents: &'s [Document],
    link: Option<usize>,
}

/// What follows when a command fails.
#[derive(Debug, Clone, Copy)]
pub enum Failure<'s> {
    /// The script fails with it.
    Stops,
    /// Nothing: the script goes on, or ends as if nothing had happened.
    Continues,
    /// These commands run, as in `a || b`.
    Pipeline(&'s Pipeline),
    /// These commands run, as in `else`.
    List(&'s List),
}

/// Something that decides whether a command runs.
#[derive(Debug, Clone, Copy)]
pub struct Circumstance<'s> {
    /// What is asked.
    pub subject: Subject<'s>,
    /// The answer with which the command runs; `None` when it can be either.
    pub holds: Option<bool>,
    /// With the other answer the script fails: `test && command` at its end.
    pub required: bool,
}

/// What is asked before a command runs.
#[derive(Debug, Clone, Copy)]
pub enum Subject<'s> {
    /// Whether a command succeeds.
    Command(&'s Command),
    /// Whether a word fits one of the patterns.
    Case(&'s Word, &'s [Word]),
}

#[derive(Debug)]
struct Link<'s> {
    circumstance: Circumstance<'s>,
    before: Option<usize>,
}

impl<'s> Calls<'s> {
    /// What must be so for a call to run, the nearest condition first.
    pub fn circumstances(&self, call: &Call<'s>) -> impl Iterator<Item = Circumstance<'s>> + '_ {
        let mut next = call.link;
        std::iter::from_fn(move || {
            let link = self.links.get(next?)?;
            next = link.before;
            Some(link.circumstance)
        })
    }
}

impl Script {
    /// Every command of the script with its circumstances.
    #[must_use]
    pub fn calls(&self) -> Calls<'_> {
        let mut walker = Walker { out: Calls::default(), options: self.options, documents: &[] };
        let stops = Context {
            link: None,
            fails: Failure::Stops,
            status: Failure::Stops,
            tested: false,
            asked: false,
        };
        walker.script(self, stops);
        walker.out
    }
}

impl List {
    /// Calls `visit` with every simple command in the list.
    pub fn each<'s>(&'s self, visit: &mut dyn FnMut(&'s Command)) {
        for chain in &self.items {
            for pipeline in chain.pipelines() {
                pipeline.each(visit);
            }
        }
    }
}

impl Pipeline {
    /// Calls `visit` with every simple command in the pipeline.
    pub fn each<'s>(&'s self, visit: &mut dyn FnMut(&'s Command)) {
        for node in &self.commands {
            match node {
                Node::Simple(command) => visit(command),
                Node::Compound(compound, _) => compound.each(visit),
            }
        }
    }
}

impl Compound {
    fn each<'s>(&'s self, visit: &mut dyn FnMut(&'s Command)) {
        match self {
            Self::Group(list) | Self::Subshell(list) | Self::For(_, _, list) => list.each(visit),
            Self::While(condition, body) => {
                condition.each(visit);
                body.each(visit);
            }
            Self::If(branches, otherwise) => {
                let lists = branches.iter().flat_map(|(condition, body)| [condition, body]);
                lists.chain(otherwise).for_each(|list| list.each(visit));
            }
            Self::Case(_, arms) => arms.iter().for_each(|(_, body)| body.each(visit)),
            Self::Function(..) | Self::Arithmetic => {}
        }
    }
}

impl Chain {
    /// All of them, whatever joins them.
    pub fn pipelines(&self) -> impl Iterator<Item = &Pipeline> {
        std::iter::once(&self.first).chain(self.rest.iter().map(|(_, pipeline)| pipeline))
    }
}

/// How a node stands in the script.
#[derive(Clone, Copy)]
struct Context<'s> {
    link: Option<usize>,
    /// What a failure leads to, `set -e` included.
    fails: Failure<'s>,
    /// What it leads to where `set -e` does not look.
    status: Failure<'s>,
    /// Its failure is an answer, not an accident: `set -e` does not apply.
    tested: bool,
    /// It is the condition of an `if` or a loop.
    asked: bool,
}

impl Context<'_> {
    fn unwatched(self) -> Self {
        Self { fails: Failure::Continues, status: Failure::Continues, tested: true, ..self }
    }
}

struct Walker<'s> {
    out: Calls<'s>,
    options: Options,
    documents: &'s [Document],
}

impl<'s> Walker<'s> {
    /// A script of its own: what it sets ends with it.
    fn script(&mut self, script: &'s Script, context: Context<'s>) {
        let outer = (self.options, self.documents);
        self.options = script.options;
        self.documents = &script.documents;
        self.list(&script.body, context);
        (self.options, self.documents) = outer;
    }

    fn list(&mut self, list: &'s List, mut context: Context<'s>) {
        let last = list.items.len().saturating_sub(1);
        for (at, chain) in list.items.iter().enumerate() {
            let mut here = context;
            if at < last {
                here.fails = Failure::Continues;
                here.status = Failure::Continues;
            }
            if self.options.errexit && !context.tested {
                here.fails = Failure::Stops;
            }
            if chain.background {
                here = here.unwatched();
            }
            self.chain(chain, here);
            context.link = self.survived(chain, context.link);
        }
    }

    fn chain(&mut self, chain: &'s Chain, context: Context<'s>) {
        let count = 1 + chain.rest.len();
        // For each pipeline, the one behind the next `||`.
        let mut alternatives = vec![None; count];
        for (at, (connector, pipeline)) in chain.rest.iter().enumerate().rev() {
            let next = alternatives[at + 1];
            alternatives[at] = if *connector == Connector::Or { Some(pipeline) } else { next };
        }
        let mut link = context.link;
        let mut plain = true;
        for (at, pipeline) in chain.pipelines().enumerate() {
            if at > 0 {
                let (connector, _) = chain.rest[at - 1];
                let before = if at == 1 { &chain.first } else { &chain.rest[at - 2].1 };
                let or = connector == Connector::Or;
                // Behind a mixture of both, either outcome may have led here.
                let holds = (plain && (!or || at == 1)).then_some(!or);
                let required =
                    !or && alternatives[at - 1].is_none() && matches!(context.status, Failure::Stops);
                let from = self.out.links.len();
                link = self.asked(before, holds, if or { context.link } else { link });
                self.out.links[from..].iter_mut().for_each(|link| link.circumstance.required = required);
                plain &= !or;
            }
            let is_last = at + 1 == count;
            let mut here = Context { link, tested: context.tested || !is_last, ..context };
            if !is_last {
                here.fails = context.status;
            }
            if let Some(alternative) = alternatives[at] {
                here.fails = Failure::Pipeline(alternative);
                here.status = here.fails;
            }
            self.pipeline(pipeline, here);
        }
    }

    fn pipeline(&mut self, pipeline: &'s Pipeline, context: Context<'s>) {
        let context = if pipeline.negated { context.unwatched() } else { context };
        let last = pipeline.commands.len().saturating_sub(1);
        for (at, node) in pipeline.commands.iter().enumerate() {
            let here = if at < last && !self.options.pipefail { context.unwatched() } else { context };
            match node {
                Node::Simple(command) => self.simple(command, here),
                Node::Compound(compound, redirects) => {
                    self.compound(compound, here);
                    self.redirects(redirects, here);
                }
            }
        }
    }

    fn simple(&mut self, command: &'s Command, context: Context<'s>) {
        self.out.all.push(Call {
            command,
            failure: context.fails,
            asked: context.asked,
            documents: self.documents,
            link: context.link,
        });
        // The status of a command in a word is lost, but for `a=$(…)`.
        let inner = if command.words.is_empty() { context } else { context.unwatched() };
        for word in &command.assignments {
            self.expansions(&word.expansions, inner);
        }
        for (at, word) in command.words.iter().enumerate() {
            if !command.script_words.contains(&at) {
                self.expansions(&word.expansions, inner);
            }
        }
        self.redirects(&command.redirects, context);
        if let Some(script) = &command.script {
            self.script(script, context);
        }
        if command.name() == Some("set") {
            self.options.apply(command.arguments().iter().filter_map(Word::literal));
        }
    }

    fn redirects(&mut self, redirects: &'s [Redirect], context: Context<'s>) {
        let documents = self.documents;
        for redirect in redirects {
            self.expansions(&redirect.target.expansions, context.unwatched());
            let Some(document) = redirect.document.and_then(|number| documents.get(number)) else { continue };
            self.expansions(&document.expansions, context.unwatched());
            if let Some(script) = &document.script {
                self.script(script, context);
            }
        }
    }

    fn expansions(&mut self, expansions: &'s [Expansion], context: Context<'s>) {
        for expansion in expansions {
            if let Expansion::Command(script) = expansion {
                self.script(script, context);
            }
        }
    }

    fn compound(&mut self, compound: &'s Compound, context: Context<'s>) {
        match compound {
            Compound::Group(list) => self.list(list, context),
            Compound::Subshell(list) => {
                let options = self.options;
                self.list(list, context);
                self.options = options;
            }
            Compound::If(branches, otherwise) => self.branches(branches, otherwise.as_ref(), context),
            Compound::While(condition, body) => {
                // What fails is tried for ever, or ends the loop before it began.
                self.list(condition, Context { fails: Failure::Stops, tested: true, asked: true, ..context });
                let link = self.answered(condition, None, context.link);
                self.list(body, Context { link, ..context });
            }
            Compound::For(_, words, body) => {
                for word in words {
                    self.expansions(&word.expansions, context.unwatched());
                }
                self.list(body, context);
            }
            Compound::Case(subject, arms) => {
                self.expansions(&subject.expansions, context.unwatched());
                for (patterns, body) in arms {
                    let subject = Subject::Case(subject, patterns);
                    let link =
                        self.link(Circumstance { subject, holds: Some(true), required: false }, context.link);
                    self.list(body, Context { link, ..context });
                }
            }
            Compound::Function(name, body) => {
                self.out.functions.push(name);
                match body {
                    Node::Simple(command) => self.simple(command, context),
                    Node::Compound(compound, _) => self.compound(compound, context),
                }
            }
            Compound::Arithmetic => {}
        }
    }

    fn branches(&mut self, branches: &'s [(List, List)], otherwise: Option<&'s List>, context: Context<'s>) {
        let mut link = context.link;
        for (at, (condition, body)) in branches.iter().enumerate() {
            let next = branches.get(at + 1).map(|(condition, _)| condition).or(otherwise);
            let fails = next.map_or(Failure::Continues, Failure::List);
            self.list(condition, Context { link, fails, status: fails, tested: true, asked: true });
            let within = self.answered(condition, Some(true), link);
            self.list(body, Context { link: within, ..context });
            link = self.answered(condition, Some(false), link);
        }
        if let Some(otherwise) = otherwise {
            self.list(otherwise, Context { link, ..context });
        }
    }

    /// What is known behind `test || exit` and `if test; then exit; fi`.
    fn survived(&mut self, chain: &'s Chain, link: Option<usize>) -> Option<usize> {
        if let (Some((connector, last)), true) = (chain.rest.last(), chain.rest.len() == 1)
            && leaves(last)
        {
            return self.asked(&chain.first, Some(*connector == Connector::Or), link);
        }
        let ([], [Node::Compound(compound, _)]) = (chain.rest.as_slice(), chain.first.commands.as_slice())
        else {
            return link;
        };
        match &**compound {
            Compound::If(branches, None) => match branches.as_slice() {
                [(condition, body)] if list_leaves(body) => self.answered(condition, Some(false), link),
                _ => link,
            },
            _ => link,
        }
    }

    /// Adds that a list, as a condition, had an answer.
    fn answered(&mut self, list: &'s List, holds: Option<bool>, link: Option<usize>) -> Option<usize> {
        let Some(chain) = list.items.last() else { return link };
        let all = |connector| chain.rest.iter().all(|(other, _)| *other == connector);
        let known = chain.rest.is_empty()
            || (holds == Some(true) && all(Connector::And))
            || (holds == Some(false) && all(Connector::Or));
        let holds = holds.filter(|_| known);
        chain.pipelines().fold(link, |link, pipeline| self.asked(pipeline, holds, link))
    }

    /// Adds that a pipeline, as a condition, had an answer.
    fn asked(
        &mut self,
        pipeline: &'s Pipeline,
        holds: Option<bool>,
        mut link: Option<usize>,
    ) -> Option<usize> {
        let holds = holds.map(|holds| holds != pipeline.negated);
        for node in &pipeline.commands {
            link = match node {
                Node::Simple(command) => self
                    .link(Circumstance { subject: Subject::Command(command), holds, required: false }, link),
                Node::Compound(compound, _) => match &**compound {
                    Compound::Group(list) | Compound::Subshell(list) => self.answered(list, holds, link),
                    _ => link,
                },
            };
        }
        link
    }

    fn link(&mut self, circumstance: Circumstance<'s>, before: Option<usize>) -> Option<usize> {
        self.out.links.push(Link { circumstance, before });
        Some(self.out.links.len() - 1)
    }
}

/// Whether nothing behind the pipeline runs.
fn leaves(pipeline: &Pipeline) -> bool {
    match pipeline.commands.as_slice() {
        [Node::Simple(command)] => matches!(command.name(), Some("exit" | "return")),
        [Node::Compound(compound, _)] => match &**compound {
            Compound::Group(list) => list_leaves(list),
            _ => false,
        },
        _ => false,
    }
}

fn list_leaves(list: &List) -> bool {
    list.items.last().is_some_and(|chain| chain.rest.is_empty() && leaves(&chain.first))
}
