//! Which system a container image is built on, and what it has there,
//! compiled from `rules/docker/` into static tables.

/// An operating system as container images have it.
#[derive(Debug)]
pub struct System {
    /// Kebab-case.
    pub id: &'static str,
    /// Its name for people.
    pub title: &'static str,
    /// The package manager that it comes with.
    pub manager: &'static str,
    /// Where this is documented.
    pub source: &'static str,
    /// Commands that are there.
    pub has: &'static [&'static str],
    /// Commands that are not there although another system has them.
    pub lacks: &'static [&'static str],
    /// What to do without `yum`.
    pub yum: Option<Yum>,
    /// Packages that cannot be installed under this name; sorted.
    pub packages: &'static [Package],
    /// Commands that are not there before their packages are; sorted.
    pub commands: &'static [Lacking],
    /// Packages that bring none of them but their own; sorted.
    pub alone: &'static [&'static str],
    /// Images that are built on it.
    pub images: &'static [Image],
}

/// A command that an image lacks.
#[derive(Debug)]
pub struct Lacking {
    /// The command.
    pub name: &'static str,
    /// The package that brings it.
    pub package: &'static str,
    /// Packages that bring that one along.
    pub with: &'static [&'static str],
    /// Many others do, too.
    pub often: bool,
    /// Where it is documented what the image has.
    pub source: &'static str,
}

/// A package that cannot be installed.
#[derive(Debug)]
pub struct Package {
    /// The name that is not there; `*` at its end or its beginning stands for any letters.
    pub name: &'static str,
    /// Why not, as a part of a sentence.
    pub reason: &'static str,
    /// The name that it has there.
    pub called: Option<&'static str>,
    /// The installed package that it conflicts with.
    pub conflicts: Option<&'static str>,
    /// That one has the command as well.
    pub has: bool,
    /// Another package may still provide the name.
    pub unsure: bool,
    /// Where it is documented which packages there are.
    pub source: &'static str,
}

/// What to do on a system without `yum`.
#[derive(Debug)]
pub struct Yum {
    /// Why there is none, as the end of a sentence.
    pub because: &'static str,
    /// The command that takes the same arguments, where there is one.
    pub r#use: Option<&'static str>,
    /// Why a person must look at the replacement in every case.
    pub careful: Option<&'static str>,
}

/// Images with the same tags.
#[derive(Debug)]
pub struct Image {
    /// Names without tag.
    pub names: &'static [&'static str],
    /// Ends of the path under which registries mirror it.
    pub mirrored_as: &'static [&'static str],
    /// Tags that are built on the system; any of them.
    pub tags: &'static [Tags],
}

/// A set of tags.
#[derive(Debug)]
pub struct Tags {
    /// Whatever the version.
    pub any: bool,
    /// The first word, up to its first dot; `latest` also means no tag.
    pub word: Option<&'static str>,
    /// First version; a longer one belongs to it.
    pub from: Option<&'static str>,
    /// Last version; a longer one belongs to it.
    pub until: Option<&'static str>,
    /// One of the other words begins with this.
    pub having: Option<&'static str>,
    /// No word begins with one of these.
    pub lacking: &'static [&'static str],
}

/// A package manager that takes `yum`'s place.
#[derive(Debug)]
pub struct Manager {
    /// The command.
    pub name: &'static str,
    /// The version that was looked at.
    pub version: &'static str,
    /// Where this is documented.
    pub source: &'static str,
    /// Sub-commands, those it knows and those that only `yum` knows; sorted.
    pub commands: &'static [Verdict],
    /// Options, likewise.
    pub options: &'static [Verdict],
}

/// What becomes of a sub-command or option of `yum`. With none of `write`,
/// `leave_out` and `instead`, it works unchanged.
#[derive(Debug)]
pub struct Verdict {
    /// As written on the command line.
    pub name: &'static str,
    /// It asks before it acts, unless given `-y`.
    pub asks: bool,
    /// It takes a value.
    pub value: bool,
    /// The only arguments, or values, that work; all do if there are none here.
    pub only: &'static [&'static str],
    /// The word that takes its place.
    pub write: Option<&'static str>,
    /// Why that word does.
    pub because: Option<&'static str>,
    /// It may be left out: what that changes.
    pub leave_out: Option<&'static str>,
    /// That is what is printed, and nothing else.
    pub only_output: bool,
    /// It does not work: the way out.
    pub instead: Option<&'static str>,
    /// The full `dnf` has it only with a plugin.
    pub plugin: bool,
}

include!(concat!(env!("OUT_DIR"), "/docker.rs"));

/// How sure it is that an image is built on a system.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Match {
    /// Its own name and a version.
    Exact,
    /// A mirror, judging by the path; a tag that floats; or a digest beside the tag.
    Assumed,
}

/// The system that an image is built on. Characters that cannot stand in a
/// name or tag are parts that are not known.
#[must_use]
pub fn system(name: &str, tag: Option<&str>, digest: Option<&str>) -> Option<(&'static System, Match)> {
    if tag.is_none() && digest.is_some() {
        return None;
    }
    let tag = tag.unwrap_or("latest");
    let (system, certain) = SYSTEMS.iter().find_map(|system| {
        let image =
            |image: &Image| image.named(name).filter(|_| image.tags.iter().any(|tags| tags.hold(tag)));
        system.images.iter().find_map(image).map(|certain| (system, certain))
    })?;
    let floats = tag == "latest" || digest.is_some();
    Some((system, if certain && !floats { Match::Exact } else { Match::Assumed }))
}

/// Every command that some system lacks before its package is there; sorted.
#[must_use]
pub fn lacking() -> &'static [&'static str] {
    LACKING
}

/// A package manager by its command.
#[must_use]
pub fn manager(name: &str) -> Option<&'static Manager> {
    MANAGERS.iter().find(|manager| manager.name == name)
}

impl Manager {
    /// What becomes of a sub-command.
    #[must_use]
    pub fn command(&self, name: &str) -> Option<&'static Verdict> {
        find(self.commands, name)
    }

    /// What becomes of an option.
    #[must_use]
    pub fn option(&self, name: &str) -> Option<&'static Verdict> {
        find(self.options, name)
    }
}

fn find(verdicts: &'static [Verdict], name: &str) -> Option<&'static Verdict> {
    verdicts.iter().find(|verdict| verdict.name == name)
}

impl System {
    /// What is known of a package that cannot be installed under this name.
    #[must_use]
    pub fn package(&self, name: &str) -> Option<&'static Package> {
        let named = self.packages.binary_search_by_key(&name, |package| package.name);
        let exact = named.ok().and_then(|at| self.packages.get(at));
        exact.or_else(|| self.packages.iter().find(|package| package.stands_for(name)))
    }

    /// A command that is not there before its package is.
    #[must_use]
    pub fn command(&self, name: &str) -> Option<&'static Lacking> {
        let at = self.commands.binary_search_by_key(&name, |command| command.name).ok()?;
        self.commands.get(at)
    }
}

impl Package {
    /// Whether its name has a `*` that this name fits.
    fn stands_for(&self, name: &str) -> bool {
        let from_end = self.name.strip_prefix('*').is_some_and(|end| name.ends_with(end));
        from_end || self.name.strip_suffix('*').is_some_and(|start| name.starts_with(start))
    }
}

impl Image {
    /// Whether the name is this image's own (`true`) or a mirror's (`false`).
    fn named(&self, name: &str) -> Option<bool> {
        let (own, sure) = without_registry(name);
        if self.names.contains(&own) {
            return Some(sure);
        }
        let mirrors = |end: &&str| name.strip_suffix(*end).is_some_and(|rest| rest.ends_with('/'));
        self.mirrored_as.iter().any(mirrors).then_some(false)
    }
}

impl Tags {
    fn hold(&self, tag: &str) -> bool {
        let mut words = tag.split('-');
        let first = words.next().unwrap_or_default();
        let others: Vec<&str> = words.collect();
        let begins = |start: &str| tag.split('-').any(|word| word.starts_with(start));
        let fits = self.having.is_none_or(|start| others.iter().any(|word| word.starts_with(start)))
            && !self.lacking.iter().any(|start| begins(start));
        // Any word can stand in a part that is not known.
        if !fits || ((self.any || !self.lacking.is_empty()) && !tag.chars().all(is_tag)) {
            return false;
        }
        if self.any {
            return true;
        }
        if let Some(word) = self.word {
            return first.split('.').next() == Some(word);
        }
        let Some(version) = version(first) else { return false };
        let compared = |bound: &str| {
            let bound = self::version(bound)?;
            let known = version.get(..bound.len())?;
            Some(known.cmp(&bound))
        };
        self.from.is_none_or(|from| compared(from).is_some_and(std::cmp::Ordering::is_ge))
            && self.until.is_none_or(|until| compared(until).is_some_and(std::cmp::Ordering::is_le))
    }
}

/// The numbers that a version begins with; `None` if it begins with none, or
/// goes on where it is not known.
fn version(text: &str) -> Option<Vec<u32>> {
    let mut numbers = Vec::new();
    for part in text.split('.') {
        match part.parse() {
            Ok(number) if part.bytes().all(|b| b.is_ascii_digit()) => numbers.push(number),
            _ if part.chars().all(is_tag) => break,
            // `3.1` and something unknown may be 3.13.
            _ if part.starts_with(|c: char| c.is_ascii_digit()) => return None,
            _ => break,
        }
    }
    (!numbers.is_empty()).then_some(numbers)
}

/// A name without the registry of Docker Hub, and whether all of it is known.
pub(super) fn without_registry(name: &str) -> (&str, bool) {
    // An unknown part in front is a registry: `${REGISTRY}amazonlinux`.
    let known = name.trim_start_matches(|c| !is_tag(c));
    let own = ["docker.io/", "index.docker.io/", "registry-1.docker.io/"]
        .iter()
        .find_map(|registry| known.strip_prefix(registry))
        .unwrap_or(known);
    (own.strip_prefix("library/").unwrap_or(own), known.len() == name.len())
}

fn is_tag(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-' | '/')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(image: &str) -> Option<(&'static str, Match)> {
        let (image, digest) =
            image.split_once('@').map_or((image, None), |(image, digest)| (image, Some(digest)));
        let path = image.rfind('/').map_or(0, |slash| slash + 1);
        let (name, tag) = match image[path..].find(':') {
            Some(colon) => (&image[..path + colon], Some(&image[path + colon + 1..])),
            None => (image, None),
        };
        system(name, tag, digest).map(|(system, sure)| (system.id, sure))
    }

    #[test]
    fn tags_decide_the_system() {
        let minimal = "amazon-linux-2023-minimal";
        for tag in
            ["3.12", "3.13", "3.13-x86_64", "3.13-arm64", "3.12.2025.01.24.11-arm64", "3.13-preview", "3.14"]
        {
            for name in [
                "public.ecr.aws/lambda/python",
                "amazon/aws-lambda-python",
                "docker.io/amazon/aws-lambda-python",
            ] {
                assert_eq!(of(&format!("{name}:{tag}")), Some((minimal, Match::Exact)), "{name}:{tag}");
            }
        }
        for tag in ["3.8", "3.11", "3.11-arm64", "3.11.2023.12.05.16", "3.9.2024.1.1.1-x86_64"] {
            let image = format!("public.ecr.aws/lambda/python:{tag}");
            assert_eq!(of(&image), Some(("amazon-linux-2", Match::Exact)), "{tag}");
        }
        for (image, expected) in [
            ("public.ecr.aws/lambda/python", Some((minimal, Match::Assumed))),
            ("public.ecr.aws/lambda/python:latest", Some((minimal, Match::Assumed))),
            ("public.ecr.aws/lambda/python:3.13@sha256:0", Some((minimal, Match::Assumed))),
            ("public.ecr.aws/lambda/python@sha256:0", None),
            ("public.ecr.aws/lambda/python:3", None),
            ("public.ecr.aws/lambda/python:3.6", None),
            ("public.ecr.aws/lambda/python:3.13-\0", Some((minimal, Match::Exact))),
            ("public.ecr.aws/lambda/python:3.1\0", None),
            ("public.ecr.aws/lambda/python:\0", None),
            ("public.ecr.aws/lambda/python:{{version}}", None),
            ("\0/lambda/python:3.13", Some((minimal, Match::Assumed))),
            ("\0amazonlinux:2023-minimal", Some((minimal, Match::Assumed))),
            (
                "1.dkr.ecr.eu-west-1.amazonaws.com/ecr-public/lambda/python:3.13",
                Some((minimal, Match::Assumed)),
            ),
            ("1.dkr.ecr.eu-west-1.amazonaws.com/my-lambda/python:3.13", None),
            ("public.ecr.aws/lambda/provided:al2023", Some((minimal, Match::Exact))),
            ("public.ecr.aws/lambda/provided:al2023.2024.05.01.10-arm64", Some((minimal, Match::Exact))),
            ("public.ecr.aws/lambda/provided:al2", Some(("amazon-linux-2", Match::Exact))),
            ("public.ecr.aws/lambda/nodejs:20", Some((minimal, Match::Exact))),
            ("public.ecr.aws/lambda/nodejs:18", None),
            ("public.ecr.aws/lambda/java:8.al2", None),
            ("public.ecr.aws/lambda/dotnet:8.2024.01.01.01", Some((minimal, Match::Exact))),
            ("amazonlinux:2023", Some(("amazon-linux-2023", Match::Exact))),
            ("amazonlinux", Some(("amazon-linux-2023", Match::Assumed))),
            ("amazonlinux:2023-minimal", Some((minimal, Match::Exact))),
            (
                "public.ecr.aws/amazonlinux/amazonlinux:2023.5.20240624.0-minimal",
                Some((minimal, Match::Exact)),
            ),
            ("amazonlinux:2023-\0", None),
            ("amazonlinux:2", Some(("amazon-linux-2", Match::Exact))),
            ("amazonlinux:2.0.20230612.0", Some(("amazon-linux-2", Match::Exact))),
            (
                "public.ecr.aws/sam/build-python3.13:1.130-arm64",
                Some(("amazon-linux-2023-build", Match::Exact)),
            ),
            ("python:3.11-slim-bookworm", Some(("debian", Match::Exact))),
            ("docker.io/library/python:3", Some(("debian", Match::Exact))),
            ("python:3.13-alpine3.22", Some(("alpine", Match::Exact))),
            ("python:3.13-\0", None),
            ("python:3.13-windowsservercore-ltsc2022", None),
            (
                "mcr.microsoft.com/azure-functions/python:4-python3.11-appservice",
                Some(("debian", Match::Exact)),
            ),
            ("registry.access.redhat.com/ubi9/ubi-minimal", Some(("ubi-minimal", Match::Assumed))),
            ("registry.access.redhat.com/ubi9/ubi:9.4", None),
            ("rockylinux:9", None),
            ("somebody/python:3.13", None),
        ] {
            assert_eq!(of(image), expected, "{image}");
        }
    }

    #[test]
    fn every_system_without_yum_says_what_to_do() {
        for system in SYSTEMS {
            assert_eq!(system.lacks.contains(&"yum"), system.yum.is_some(), "{}", system.id);
            assert!(!system.has.iter().any(|command| system.lacks.contains(command)), "{}", system.id);
            let replacement = system.yum.as_ref().and_then(|yum| yum.r#use);
            assert!(replacement.is_none_or(|name| system.has.contains(&name)), "{}", system.id);
            assert!(replacement.is_none() || manager(system.manager).is_some(), "{}", system.id);
        }
    }
}
