//! Layers of AWS Lambda that exist once for each Python, compiled from
//! `rules/aws/layers.yaml`.

use std::ops::Range;

use crate::version::PythonVersion;

/// Layers that differ by the Python in their name.
#[derive(Debug)]
pub struct Layer {
    /// The name up to the version: `AWSSDKPandas-Python`.
    pub name: &'static str,
    /// Whether none of them runs on another Python than its own.
    pub compiled: bool,
    /// Where they are listed.
    pub source: &'static str,
}

/// One of these layers, named in a text.
#[derive(Debug)]
pub struct Named {
    /// Its family.
    pub layer: &'static Layer,
    /// The Python that it is for.
    pub python: PythonVersion,
    /// Where its name stands: `AWSSDKPandas-Python311-Arm64`.
    pub name: Range<usize>,
    /// Where the version stands in it: `311`.
    pub version: Range<usize>,
}

include!(concat!(env!("OUT_DIR"), "/layers.rs"));

/// Every such layer whose ARN stands in a text.
#[must_use]
pub fn named_in(text: &str) -> Vec<Named> {
    const BEFORE: &str = ":layer:";
    let starts = text.match_indices(BEFORE).map(|(at, _)| at + BEFORE.len());
    starts.filter_map(|start| named_at(text, start)).collect()
}

fn named_at(text: &str, start: usize) -> Option<Named> {
    let rest = &text[start..];
    let length =
        rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '-' && c != '_').unwrap_or(rest.len());
    let name = &rest[..length];
    LAYERS.iter().find_map(|layer| {
        let behind = name.strip_prefix(layer.name)?;
        let digits = behind.find(|c: char| !c.is_ascii_digit()).unwrap_or(behind.len());
        let python = version(&behind[..digits])?;
        let from = start + layer.name.len();
        Some(Named { layer, python, name: start..start + length, version: from..from + digits })
    })
}

/// `311` is 3.11.
fn version(digits: &str) -> Option<PythonVersion> {
    let (major, minor) = digits.split_at_checked(1)?;
    if !matches!(major, "2" | "3") || !matches!(minor.len(), 1 | 2) {
        return None;
    }
    Some(PythonVersion { major: major.parse().ok()?, minor: minor.parse().ok()? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn layers_are_known_by_their_names() {
        let found = |text: &str| {
            let named = named_in(text);
            named.iter().map(|one| format!("{} {}", &text[one.name.clone()], one.python)).collect::<Vec<_>>()
        };
        let arn = "arn:aws:lambda:${AWS::Region}:336392948345:layer:AWSSDKPandas-Python311-Arm64:12";
        assert_eq!(found(arn), ["AWSSDKPandas-Python311-Arm64 3.11"]);
        assert_eq!(found("arn:x:layer:Klayers-p39-requests:1 :layer:NewRelicPython38:2").len(), 2);
        for other in [
            ":layer:AWSLambdaPowertoolsPythonV2:3",
            ":layer:AWSSDKPandas-Python:3",
            ":layer:Klayers-pandas:3",
            ":layer:LambdaInsightsExtension:14",
            "layer:AWSSDKPandas-Python311:12",
            ":layer:Datadog-Python3110:1",
        ] {
            assert_eq!(found(other), [""; 0], "{other}");
        }
    }
}
