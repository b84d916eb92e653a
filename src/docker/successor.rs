//! The image that takes an image's place on another Python.

use std::fmt;

use crate::catalogue::images::{self, System};
use crate::catalogue::python_images::{PYTHON_IMAGES, PythonImages, Standing};
use crate::parse::dockerfile::{Expanded, ImageReference};
use crate::version::PythonVersion;

/// What the name and the tag of an image say about its Python.
#[derive(Debug, Clone, Copy)]
pub struct Reading<'i> {
    /// The images that it is one of.
    pub images: &'static PythonImages,
    /// Its Python; `None` where the tag floats.
    pub python: Option<PythonVersion>,
    /// More than that is named: a patch release, a build, a day.
    pub exact: bool,
    /// A release before the first: `3.13-rc`.
    pub prerelease: bool,
    /// What stands behind the version; the whole tag where the name has the version.
    pub variant: &'i str,
    /// Why images with such tags are no longer kept up.
    pub former: Option<&'static str>,
    /// A mirror, judging by the path.
    pub mirrored: bool,
}

/// The image to move to.
#[derive(Debug, Clone)]
pub struct Successor {
    /// Registry and path; it can contain [`Expanded::HOLE`], as in the image's own.
    pub name: String,
    /// The tag, likewise.
    pub tag: String,
    /// The system that it is built on.
    pub system: Option<&'static System>,
    /// What is known of the variant that the image has, for the new Python.
    /// [`Successor::tag`] has another one if it is not built.
    pub standing: Standing,
    /// It rests on an assumption: a mirror, a digest beside the tag, the default of an argument.
    pub assumed: bool,
}

impl fmt::Display for Successor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name.replace(Expanded::HOLE, "…"))?;
        if self.tag.is_empty() { Ok(()) } else { write!(f, ":{}", self.tag.replace(Expanded::HOLE, "…")) }
    }
}

/// What an image says about its Python; `None` for images that are not known,
/// and where the version is not.
#[must_use]
pub fn read(image: &ImageReference) -> Option<Reading<'_>> {
    if image.tag.is_none() && image.digest.is_some() {
        return None;
    }
    PYTHON_IMAGES.iter().find_map(|images| {
        let (own, version) = images.named(&image.name)?;
        let mut reading = match images.tag {
            None => {
                let variant = image.tag.as_deref().unwrap_or_default();
                Version::read(version).filter(Version::is_all)?.reading(images, variant)
            }
            Some(known) => {
                let former = images.former_tags.iter().map(|(known, why)| (*known, Some(*why)));
                let mut forms = std::iter::once((known, None)).chain(former);
                forms.find_map(|(form, why)| {
                    let reading = of_tag(images, form, image.tag.as_deref())?;
                    Some(Reading { former: why, ..reading })
                })?
            }
        };
        reading.mirrored = !own;
        Some(reading)
    })
}

/// What a tag says that begins with a version, behind what stands before the `{}`.
fn of_tag<'t>(images: &'static PythonImages, form: &str, tag: Option<&'t str>) -> Option<Reading<'t>> {
    let head = form.strip_suffix("{}")?;
    let floating = |variant| Reading {
        images,
        python: None,
        exact: false,
        prerelease: false,
        variant,
        former: None,
        mirrored: false,
    };
    let Some(tag) = tag else { return head.is_empty().then(|| floating("")) };
    let Some(version) = Version::read(tag.strip_prefix(head)?) else {
        let is_variant =
            |tag| images.pythons.iter().any(|(python, _)| images.standing(*python, tag) == Standing::Current);
        return match tag {
            _ if !head.is_empty() => None,
            "latest" => Some(floating("")),
            tag => is_variant(tag).then(|| floating(tag)),
        };
    };
    let rest = version.rest;
    let (rest, early) = match rest.strip_prefix("-rc").filter(|rest| rest.is_empty() || rest.starts_with('-'))
    {
        Some(rest) => (rest, true),
        None => (rest, false),
    };
    let variant = if rest.is_empty() { "" } else { rest.strip_prefix('-')? };
    let mut reading = version.reading(images, variant);
    reading.prerelease |= early;
    Some(reading)
}

/// The version that a text begins with.
struct Version<'t> {
    numbers: Vec<u8>,
    more: bool,
    prerelease: bool,
    rest: &'t str,
}

impl<'t> Version<'t> {
    fn read(text: &'t str) -> Option<Self> {
        let end = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
        let (written, rest) = text.split_at(end);
        let mut parts = written.split('.');
        // Days and builds have longer numbers than versions.
        let numbers: Vec<u8> = parts.by_ref().take(2).map(|part| part.parse().ok()).collect::<Option<_>>()?;
        let more = parts.clone().count() > 0;
        if parts.any(str::is_empty) {
            return None;
        }
        let early = ["rc", "a", "b"].iter().find_map(|word| {
            let digits = rest.strip_prefix(word)?;
            let rest = digits.trim_start_matches(|c: char| c.is_ascii_digit());
            (rest.len() < digits.len()).then_some(rest)
        });
        let rest = early.unwrap_or(rest);
        Some(Self { numbers, more, prerelease: early.is_some(), rest })
    }

    fn is_all(&self) -> bool {
        self.rest.is_empty() && self.numbers.len() == 2 && !self.more
    }

    fn reading<'i>(&self, images: &'static PythonImages, variant: &'i str) -> Reading<'i> {
        let python = match self.numbers[..] {
            [major, minor] => Some(PythonVersion { major, minor }),
            // The last one.
            [2] => Some(PythonVersion { major: 2, minor: 7 }),
            _ => None,
        };
        Reading {
            images,
            python,
            exact: self.more || self.prerelease,
            prerelease: self.prerelease,
            variant,
            former: None,
            mirrored: false,
        }
    }
}

/// The image to move to: of the same name, in the same variant, with the
/// Python wanted. `None` if the image is not known, has this Python or a later
/// one already; but not where its variant is not built (any more) for it.
#[must_use]
pub fn successor(image: &ImageReference, target: PythonVersion) -> Option<Successor> {
    let reading = read(image)?;
    if reading.python.is_some_and(|python| python > target) {
        return None;
    }
    let (name, tag, standing) = match &reading.images.abandoned {
        Some(abandoned) => abandoned_for(abandoned.instead, target)?,
        None => {
            let standing = reading.images.standing(target, reading.variant);
            let there = reading.python == Some(target) && !reading.prerelease && reading.former.is_none();
            if there && matches!(standing, Standing::Current | Standing::Unknown) {
                return None;
            }
            let variant = match standing {
                Standing::Frozen(_) | Standing::Never => reading.images.instead(target, reading.variant),
                Standing::Current | Standing::Unknown => reading.variant,
            };
            (new_name(image, &reading, target), new_tag(reading.images, variant, target), standing)
        }
    };
    let known = (!tag.is_empty()).then_some(tag.as_str());
    let system = images::system(&name, known, None).map(|(system, _)| system);
    let assumed = image.assumed || reading.mirrored || image.digest.is_some();
    Some(Successor { name, tag, system, standing, assumed })
}

fn new_name(image: &ImageReference, reading: &Reading<'_>, target: PythonVersion) -> String {
    let version = reading.images.named(&image.name).map_or("", |(_, version)| version);
    match image.name.strip_suffix(version).filter(|_| !version.is_empty()) {
        Some(head) => format!("{head}{target}"),
        None => image.name.clone(),
    }
}

fn new_tag(images: &PythonImages, variant: &str, target: PythonVersion) -> String {
    let Some(form) = images.tag else { return variant.to_owned() };
    let version = form.replace("{}", &target.to_string());
    if variant.is_empty() { version } else { format!("{version}-{variant}") }
}

/// Name and tag of the image that takes the place of an abandoned one.
fn abandoned_for(instead: &str, target: PythonVersion) -> Option<(String, String, Standing)> {
    let instead = instead.replace("{}", &target.to_string());
    let (name, tag) = instead.split_once(':').unwrap_or((&instead, ""));
    let standing = PYTHON_IMAGES.iter().find(|images| images.named(name).is_some())?.standing(target, "");
    Some((name.to_owned(), tag.to_owned(), standing))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse::fragment::Fragment;

    fn moved(image: &str) -> Option<(String, Standing, Option<&'static str>)> {
        let found = successor(&ImageReference::of(&Fragment::whole(image))?, PythonVersion::PY313)?;
        Some((found.to_string(), found.standing, found.system.map(|system| system.id)))
    }

    #[test]
    fn the_same_variant_of_the_target() {
        let minimal = Some("amazon-linux-2023-minimal");
        let (debian, alpine) = (Some("debian"), Some("alpine"));
        let (current, never) = (Standing::Current, Standing::Never);
        for (image, expected, standing, system) in [
            ("python:3.11", "python:3.13", current, debian),
            ("python:3.11.9-slim", "python:3.13-slim", current, debian),
            ("python:3.10-slim-bookworm", "python:3.13-slim-bookworm", current, debian),
            ("python:3.9-slim-buster", "python:3.13-slim-bookworm", never, debian),
            ("python:3.13-slim-buster", "python:3.13-slim-bookworm", never, debian),
            ("python:3.11-bullseye", "python:3.13-bookworm", Standing::Frozen("3.13.6"), debian),
            ("python:3.13-bullseye", "python:3.13-bookworm", Standing::Frozen("3.13.6"), debian),
            ("python:3.7-stretch", "python:3.13-bookworm", never, debian),
            ("python:3.8-alpine3.12", "python:3.13-alpine3.23", never, alpine),
            ("python:3.11-alpine3.19", "python:3.13-alpine3.23", Standing::Frozen("3.13.1"), alpine),
            ("python:3.11-alpine", "python:3.13-alpine", current, alpine),
            ("python:3.6-onbuild", "python:3.13", never, debian),
            ("python", "python:3.13", current, debian),
            ("python:latest", "python:3.13", current, debian),
            ("python:3", "python:3.13", current, debian),
            ("python:3-slim", "python:3.13-slim", current, debian),
            ("python:slim-bookworm", "python:3.13-slim-bookworm", current, debian),
            ("python:2-alpine", "python:3.13-alpine", current, alpine),
            ("python:3.13-rc-slim", "python:3.13-slim", current, debian),
            ("python:3.13.0rc1", "python:3.13", current, debian),
            ("docker.io/library/python:3.11-slim", "docker.io/library/python:3.13-slim", current, debian),
            ("python:3.11-\0", "python:3.13-…", Standing::Unknown, None),
            ("python:3.11-forky", "python:3.13-forky", Standing::Unknown, debian),
            ("public.ecr.aws/lambda/python:3.11", "public.ecr.aws/lambda/python:3.13", current, minimal),
            (
                "public.ecr.aws/lambda/python:3.11-arm64",
                "public.ecr.aws/lambda/python:3.13-arm64",
                current,
                minimal,
            ),
            (
                "public.ecr.aws/lambda/python:3.11.2023.11.18.02-x86_64",
                "public.ecr.aws/lambda/python:3.13-x86_64",
                current,
                minimal,
            ),
            ("public.ecr.aws/lambda/python:latest", "public.ecr.aws/lambda/python:3.13", current, minimal),
            (
                "public.ecr.aws/lambda/python:3.12-preview",
                "public.ecr.aws/lambda/python:3.13",
                Standing::Frozen("its release"),
                minimal,
            ),
            ("amazon/aws-lambda-python:3.9", "amazon/aws-lambda-python:3.13", current, minimal),
            ("\0/lambda/python:3.8", "…/lambda/python:3.13", current, minimal),
            (
                "public.ecr.aws/sam/build-python3.9:latest-arm64",
                "public.ecr.aws/sam/build-python3.13:latest-arm64",
                current,
                Some("amazon-linux-2023-build"),
            ),
            (
                "public.ecr.aws/sam/build-python3.11",
                "public.ecr.aws/sam/build-python3.13",
                current,
                Some("amazon-linux-2023-build"),
            ),
            (
                "public.ecr.aws/sam/build-python3.9:1.97.0-20230905185022-x86_64",
                "public.ecr.aws/sam/build-python3.13:latest-x86_64",
                never,
                Some("amazon-linux-2023-build"),
            ),
            (
                "public.ecr.aws/sam/build-python3.9:1.130-arm64",
                "public.ecr.aws/sam/build-python3.13:1.130-arm64",
                current,
                Some("amazon-linux-2023-build"),
            ),
            (
                "mcr.microsoft.com/azure-functions/python:4-python3.11-appservice",
                "mcr.microsoft.com/azure-functions/python:4-python3.13-appservice",
                current,
                debian,
            ),
            (
                "mcr.microsoft.com/azure-functions/python:4-python3.10-slim",
                "mcr.microsoft.com/azure-functions/python:4-python3.13",
                never,
                debian,
            ),
            (
                "mcr.microsoft.com/azure-functions/python:3.0-python3.8",
                "mcr.microsoft.com/azure-functions/python:4-python3.13",
                current,
                debian,
            ),
            ("lambci/lambda:python3.8", "public.ecr.aws/lambda/python:3.13", current, minimal),
            (
                "lambci/lambda:build-python3.7",
                "public.ecr.aws/sam/build-python3.13",
                current,
                Some("amazon-linux-2023-build"),
            ),
            (
                "amazon/aws-sam-cli-build-image-python3.8",
                "public.ecr.aws/sam/build-python3.13",
                current,
                Some("amazon-linux-2023-build"),
            ),
        ] {
            assert_eq!(moved(image), Some((expected.to_owned(), standing, system)), "{image}");
        }
    }

    #[test]
    fn what_is_there_newer_or_not_known_stays() {
        for image in [
            "python:3.13",
            "python:3.13.1-slim",
            "python:3.13-forky",
            "python:3.14-slim",
            "python:3.13t",
            "python:\0",
            "python:3.1\0",
            "python:3.\0-slim",
            "python:\0-slim",
            "python@sha256:0",
            "python:dev",
            "somebody/python:3.11",
            "python3.11:3",
            "public.ecr.aws/lambda/nodejs:18",
            "public.ecr.aws/lambda/python:\0",
            "public.ecr.aws/sam/build-python\0",
            "lambci/lambda",
            "lambci/lambda:nodejs12.x",
            "mcr.microsoft.com/azure-functions/python:4",
            "mcr.microsoft.com/azure-functions/python:4-python3.13-slim",
            "ubuntu:22.04",
        ] {
            let expected = image.ends_with("3.13-slim").then(|| "3.13".to_owned());
            assert_eq!(
                moved(image).map(|(_, standing, _)| standing),
                expected.map(|_| Standing::Never),
                "{image}"
            );
        }
    }
}
