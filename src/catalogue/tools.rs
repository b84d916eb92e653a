//! Tools that deploy to AWS Lambda and know only some of its runtimes,
//! compiled from `rules/aws/tools.yaml`.

/// One tool in one registry.
#[derive(Debug)]
pub struct Tool {
    /// As the registry has it.
    pub name: &'static str,
    /// Where its releases are.
    pub registry: Registry,
    /// The first release that accepts `python3.13`; `None` if there is none.
    pub first: Option<[u64; 3]>,
    /// What shows that Python is deployed with it.
    pub concerns: Concerns,
    /// When an older release fails.
    pub stops: Stops,
    /// What an older release does, as the end of a sentence.
    pub outcome: &'static str,
    /// The way out, where a newer release alone is not.
    pub instead: Option<&'static str>,
    /// Where the first release is documented.
    pub source: &'static str,
}

/// Where releases of a tool are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Registry {
    /// Those of JavaScript.
    Npm,
    /// Those of Python.
    PyPi,
    /// Providers of Terraform and `OpenTofu`.
    Terraform,
}

/// What shows that Python is deployed with a tool.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
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
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
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

include!(concat!(env!("OUT_DIR"), "/tools.rs"));

/// The tool of a name in a registry.
#[must_use]
pub fn tool(registry: Registry, name: &str) -> Option<&'static Tool> {
    TOOLS.iter().find(|tool| tool.registry == registry && tool.name == name)
}
