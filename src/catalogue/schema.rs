// The forms of the files in `rules/`, read by the build. Unknown keys are
// refused; `rules/schema.json` is generated from these types.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

/// One module of the standard library: itself gone, or with names that are.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Module {
    /// Dotted name, as documented; also the name of the file.
    pub module: String,
    /// First version in which the module is deprecated, quoted: "3.11".
    pub deprecated: Option<String>,
    /// First version without the module, quoted: "3.13".
    pub removed: Option<String>,
    /// Link to where this is documented, for the module and for names without a link of their own.
    pub source: String,
    /// `win32` and the like, where it only ever existed there.
    pub platform: Option<String>,
    /// The way out, as sentences for a reader in a hurry.
    #[serde(default)]
    pub instead: String,
    /// Other modules that hold the same objects under the same names: where they are defined, or
    /// where they may be taken from as well.
    #[serde(default)]
    pub aliases: Vec<String>,
    /// Distributions on PyPI that bring the module back under its old name, the best first.
    #[serde(default)]
    pub backports: Vec<Backport>,
    /// Names in the module: those that changed, and those of a removed module that have a
    /// successor. `Class.method` is a method, `function(parameter)` a parameter.
    #[serde(default)]
    pub names: BTreeMap<String, Name>,
    /// What several definitions need, by the name that it defines.
    #[serde(default)]
    pub parts: BTreeMap<String, Part>,
    /// What calls and names in the module do, or accept, otherwise than before.
    #[serde(default)]
    pub changes: Vec<Change>,
    /// Programs that fail on the version that removed the module.
    #[serde(default)]
    pub bad: Vec<String>,
    /// Programs that run on the old and on the new version.
    #[serde(default)]
    pub good: Vec<String>,
}

/// A distribution on PyPI that brings a module back under its old name.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Backport {
    /// Its name on PyPI, such as `legacy-cgi`.
    pub package: String,
    /// The Pythons it can be installed on, as its metadata say; left out if on all.
    pub python: Option<String>,
}

/// Something that definitions need besides modules.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Part {
    /// One statement of Python that defines it.
    pub define: String,
    /// Modules that it names.
    #[serde(default)]
    pub imports: Vec<String>,
    /// Other parts and defined names of the module that it names.
    #[serde(default)]
    pub needs: Vec<String>,
}

/// One name within a module. Versions are quoted.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Name {
    /// What it is; may be left out where the module itself is removed.
    pub kind: Option<Kind>,
    /// First version whose documentation calls it deprecated.
    pub deprecated: Option<String>,
    /// First version without it; left out where it is only deprecated, or goes with its module.
    pub removed: Option<String>,
    /// First version that has it, if later than 3.6.
    pub added: Option<String>,
    /// Whether using it gives no warning although it is deprecated.
    #[serde(default)]
    pub silent: bool,
    /// `win32` and the like, where it only ever existed there.
    pub platform: Option<String>,
    /// Link to where this is documented, if not that of the module.
    pub source: Option<String>,
    /// Dotted name of a drop-in successor: takes the same arguments, gives the same result. The
    /// new keyword, for a parameter.
    pub replace: Option<String>,
    /// Keyword arguments that `replace` calls otherwise: the old one to the new one.
    #[serde(default)]
    pub keywords: BTreeMap<String, String>,
    /// What a call becomes: `{self}` is the receiver, `{0}` and on the arguments by position,
    /// `{*}` all arguments as they stand.
    pub rewrite: Option<String>,
    /// Whether `rewrite` serves only where nobody takes the result.
    #[serde(default)]
    pub statement: bool,
    /// A small equivalent: one statement of Python that defines the last part of the name. A fix
    /// writes it into the file where `replace` and `rewrite` do not serve. Beside a `rewrite` it works
    /// on every Python 3.
    pub define: Option<String>,
    /// Modules that `rewrite` and `define` name.
    #[serde(default)]
    pub imports: Vec<String>,
    /// Parts and other defined names of the module that `define` names.
    #[serde(default)]
    pub needs: Vec<String>,
    /// Arguments that a call may have behind those that `rewrite` takes: the defaults, in their order.
    #[serde(default)]
    pub defaults: Vec<String>,
    /// Parameters behind those that `rewrite` takes whose arguments it hands on, at its end: `msg`.
    #[serde(default)]
    pub passes: Vec<String>,
    /// Whether leaving out a parameter keeps the meaning.
    #[serde(default)]
    pub drop: bool,
    /// First Python on which the repaired code works; left out if it does on Python 2.7, too.
    pub since: Option<String>,
    /// Why the repaired code is not the same in every case; left out if it is.
    pub unsafe_because: Option<String>,
    /// Why the repair may only be shown.
    pub shown_because: Option<String>,
    /// The way out in words: part of a sentence, without a full stop.
    pub instead: Option<String>,
    /// Index at which a parameter can be passed by position, the receiver not counted.
    pub position: Option<u8>,
    /// The form in which a parameter is refused; left out where it is refused in every form.
    pub form: Option<Form>,
    /// Whether no other class in the world has a method or attribute of that name.
    #[serde(default)]
    pub distinctive: bool,
    /// Modules of which a class has a member so called as well: in a file that
    /// imports one, the name alone says nothing.
    #[serde(default)]
    pub namesakes: Vec<String>,
    /// Arguments, each as it stands between the parentheses of a call, on which the old and the
    /// new function are compared by the tests; for a definition, expressions that name what is
    /// defined, compared by what they represent.
    #[serde(default)]
    pub probe: Vec<String>,
    /// Programs that fail on the version that removed it, or warn where it is deprecated.
    #[serde(default)]
    pub bad: Vec<String>,
    /// Programs that run on the old and on the new version.
    #[serde(default)]
    pub good: Vec<String>,
}

/// What a name stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// A function of the module.
    Function,
    /// A class of the module.
    Class,
    /// A class that is raised.
    Exception,
    /// A method of a class.
    Method,
    /// Any other attribute of a class or of its instances.
    Attribute,
    /// Any other value in the module.
    Constant,
    /// A parameter of a function, a method or a class.
    Parameter,
}

/// A way of passing an argument.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Form {
    /// `function(parameter=value)`.
    Keyword,
    /// `function(value)`.
    Positional,
}

/// One change of what a call does or accepts, or of what a name holds.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Change {
    /// The names concerned: `function`, `Class`, `Class.method`.
    pub of: Vec<String>,
    /// First version that behaves the new way, quoted: "3.11".
    pub since: String,
    /// First version that warns of it.
    pub deprecated: Option<String>,
    /// What it means from `since` on: an error where it raises, a warning where the result differs.
    pub severity: Gravity,
    /// The built-in exception that is raised, if one is; handlers of it count as guards.
    pub raises: Option<String>,
    /// The uses that are concerned.
    #[serde(default)]
    pub when: When,
    /// What is otherwise, up to "since Python …", without it and without a full stop.
    pub message: String,
    /// The way out in words: part of a sentence, without a full stop.
    pub instead: String,
    /// Link to where this is documented, if not that of the module.
    pub source: Option<String>,
    /// How a use is repaired.
    pub fix: Option<Remedy>,
    /// Whether no other class in the world has a method or attribute of that name.
    #[serde(default)]
    pub distinctive: bool,
    /// Modules of which a class has a member so called as well: in a file that
    /// imports one, the name alone says nothing.
    #[serde(default)]
    pub namesakes: Vec<String>,
    /// Functions of packages that hand an argument on to it: `package.function(keyword)`, and
    /// `package.function(keyword@0)` where it is passed by position as well.
    #[serde(default)]
    pub handed_on_by: Vec<String>,
    /// Whether objects of the class are common in modules that do not import its module.
    #[serde(default)]
    pub anywhere: bool,
    /// The version that shows the old behaviour, where it is not the one before `since`: the change
    /// came with a security release, too.
    pub before: Option<String>,
    /// Programs that end, print or warn otherwise before and after.
    #[serde(default)]
    pub bad: Vec<String>,
    /// Programs that do the same before and after.
    #[serde(default)]
    pub good: Vec<String>,
}

/// How grave a change is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Gravity {
    /// It raises.
    Error,
    /// It does something else.
    Warning,
    /// It matters to few.
    Info,
}

/// Which uses of a name a change is about: all that is stated must hold.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct When {
    /// Whether the name need not be called.
    #[serde(default)]
    pub uncalled: bool,
    /// What holds of arguments; the finding stands at the first that is passed.
    #[serde(default)]
    pub arguments: Vec<Argument>,
    /// The call has at most so many arguments.
    pub at_most: Option<u8>,
    /// It has a keyword argument that is none of these.
    #[serde(default)]
    pub keywords_beside: Vec<String>,
    /// What is done with the result.
    pub result: Option<Fate>,
    /// Whether it is executed when the module is imported.
    #[serde(default)]
    pub module_level: bool,
    /// Words that show, anywhere in the module, that its author knows of the change.
    #[serde(default)]
    pub unless: Vec<String>,
    /// Words that show, in the statement around, that the difference does not matter.
    #[serde(default)]
    pub unless_nearby: Vec<String>,
}

/// What must hold of one argument. It is passed, unless `absent`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Argument {
    /// Its keyword; empty where it can only be passed by position.
    #[serde(default)]
    pub name: String,
    /// Its index by position, the receiver not counted.
    pub at: Option<u8>,
    /// Whether it is left out.
    #[serde(default)]
    pub absent: bool,
    /// It has one of these types: a built-in one by its name, another by its dotted name.
    #[serde(default)]
    pub is: Vec<String>,
    /// One of its items has one of these types.
    #[serde(default)]
    pub items: Vec<String>,
    /// It is the literal of one of these, as text.
    #[serde(default)]
    pub equals: Vec<String>,
    /// It is a literal that contains this.
    pub has: Option<String>,
    /// It is a literal in which a reader of its language finds this.
    pub reads: Option<Reading>,
}

/// What is found in a text that means something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Reading {
    /// A regular expression with `(?i)` behind its start.
    GlobalFlags,
    /// An IPv4 address with a zero before a digit.
    ZeroPadded,
    /// A date format with the day of a month and no year.
    DayWithoutYear,
    /// SQL with `:name`, and without `?`.
    NamedPlaceholders,
    /// A pattern of paths that ends in `/` behind what files can be called, too.
    TrailingSlash,
    /// A pattern of paths whose last part is `**`.
    DoubleStar,
}

/// What becomes of the value: one of these.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Fate {
    /// An attribute so called is asked of it.
    #[serde(default)]
    pub attributes: Vec<String>,
    /// It is indexed by a string.
    #[serde(default)]
    pub indexed: bool,
    /// It is compared.
    #[serde(default)]
    pub compared: bool,
}

/// How a use is repaired: one of the first six.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Remedy {
    /// What the argument becomes: `{}` is the argument as it stands.
    pub write: Option<String>,
    /// What a string becomes: `{}` is its text.
    pub text: Option<String>,
    /// A letter that a mode loses; what is left of nothing is `r`.
    pub without: Option<String>,
    /// An argument that is added.
    pub add: Option<String>,
    /// Whether the flags of a regular expression move to its start.
    #[serde(default)]
    pub flags_first: bool,
    /// Whether it was to be an assertion of a mock, spelt `assert_…`.
    #[serde(default)]
    pub assertion: bool,
    /// First Python on which the repaired code works; 3.0 when left out.
    pub since: Option<String>,
    /// Why the repaired code is not the same in every case; left out if it is.
    pub unsafe_because: Option<String>,
}

/// The file `rules/aws/runtimes.yaml`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Runtimes {
    /// Link to where the days are documented.
    pub source: String,
    /// The day on which they were read.
    pub as_of: String,
    /// By the name that templates use, such as `python3.9`.
    pub runtimes: BTreeMap<String, Runtime>,
}

/// The file `rules/aws/layers.yaml`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Layers {
    /// By the name up to the version of Python, such as `AWSSDKPandas-Python`.
    pub layers: BTreeMap<String, Layer>,
}

/// Layers that are published once for each Python.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Layer {
    /// Whether none of them runs on another Python than its own.
    pub compiled: bool,
    /// Link to where they are listed.
    pub source: String,
}

/// The file `rules/aws/tools.yaml`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Tools {
    /// Each tool in each registry that has it.
    pub tools: Vec<Tool>,
}

/// What deploys to AWS Lambda and knows only some of its runtimes.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Tool {
    /// As the registry has it.
    pub name: String,
    /// Where its releases are.
    pub registry: Registry,
    /// The first release that accepts `python3.13`, such as `5.76.0`, or `none`.
    pub first: String,
    /// What shows that Python is deployed with it.
    pub concerns: Concerns,
    /// When an older release fails.
    pub stops: Stops,
    /// What an older release does, as the end of a sentence.
    pub outcome: String,
    /// The way out, where a newer release alone is not.
    pub instead: Option<String>,
    /// Link to where the first release is documented.
    pub source: String,
}

/// Where releases of a tool are.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Registry {
    /// Those of JavaScript.
    Npm,
    /// Those of Python.
    #[serde(rename = "pypi")]
    PyPi,
    /// Providers of Terraform and `OpenTofu`.
    Terraform,
}

/// What shows that Python is deployed with a tool.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Concerns {
    /// The module of Terraform that describes function apps of Azure.
    Azure,
    /// A program for the AWS CDK.
    Cdk,
    /// Nothing else is deployed with it.
    Python,
    /// A template of SAM or `CloudFormation`.
    Sam,
    /// Configuration of the Serverless Framework.
    Serverless,
    /// The module of Terraform that names it.
    Terraform,
}

/// When an older release fails on `python3.13`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Stops {
    /// As soon as it is started.
    Always,
    /// When the runtime is chosen.
    Chosen,
    /// When it is chosen and the configuration asks for strictness.
    Strict,
    /// Never.
    Never,
}

/// One runtime of AWS Lambda; days as `2026-07-01`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Runtime {
    /// From this day on it gets no patches and no support.
    pub deprecated: String,
    /// From this day on no function can be created with it.
    pub create_blocked: String,
    /// From this day on no function with it can be updated.
    pub update_blocked: String,
}

/// The file `rules/azure/settings.yaml`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AzureSettings {
    /// Every setting that is no longer read.
    pub settings: Vec<AzureSetting>,
}

/// A setting that the Python worker of Azure Functions no longer reads.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AzureSetting {
    /// Its name.
    pub name: String,
    /// The first Python on which it is not read.
    pub gone: String,
    /// What became of it, behind its name.
    pub why: String,
    /// The name that took its place.
    pub renamed: Option<String>,
    /// Link to where that is documented.
    pub source: String,
}

/// The file `rules/azure/runtimes.yaml`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AzureRuntimes {
    /// Link to where the days are documented.
    pub source: String,
    /// The day on which they were read.
    pub as_of: String,
    /// The last day of support, by Python.
    pub runtimes: BTreeMap<String, String>,
}
