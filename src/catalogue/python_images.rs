//! Images that differ by the Python they have, compiled from
//! `rules/docker/images/`.

use jiff::civil::{Date, date};

use super::images::without_registry;
use crate::version::PythonVersion;

/// Images of one maker.
#[derive(Debug)]
pub struct PythonImages {
    /// Kebab-case.
    pub id: &'static str,
    /// What they are, in the plural, as a part of a sentence.
    pub title: &'static str,
    /// Where they are documented.
    pub source: &'static str,
    /// The day on which that was read.
    pub as_of: Date,
    /// Who says how long a Python is kept up.
    pub support: Support,
    /// Names without tag; `{}` stands for the Python version.
    pub names: &'static [&'static str],
    /// Ends of the path under which registries mirror it, likewise.
    pub mirrored_as: &'static [&'static str],
    /// How a tag begins, before the variant. Without it the name has the version.
    pub tag: Option<&'static str>,
    /// How tags begin whose images are no longer kept up, and why they are not.
    pub former_tags: &'static [(&'static str, &'static str)],
    /// Variants in order of time.
    pub lines: &'static [&'static [&'static str]],
    /// Variants that no Python has, and the variant to take.
    pub never: &'static [(&'static str, &'static str)],
    /// What is known of the images of each Python.
    pub pythons: &'static [(PythonVersion, Variants)],
    /// What is said of variants that never existed was not read from the registry.
    pub unsure: bool,
    /// There are no newer images.
    pub abandoned: Option<Abandoned>,
}

/// Who says how long a Python is kept up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Support {
    /// [`super::releases`].
    Python,
    /// [`super::runtimes`].
    Lambda,
}

/// The images of one Python.
#[derive(Debug)]
pub struct Variants {
    /// Those that are built anew for each release.
    pub current: &'static [&'static str],
    /// Those that are not any more, and the last version that they have.
    pub frozen: &'static [(&'static str, &'static str)],
    /// Those that never existed, and the variant to take.
    pub never: &'static [(&'static str, &'static str)],
    /// The first version of the tools in the image, where the tag is that version.
    pub tools_from: Option<&'static str>,
}

/// What takes the place of images of which there are no newer ones.
#[derive(Debug)]
pub struct Abandoned {
    /// The image to take; `{}` stands for the Python version.
    pub instead: &'static str,
    /// Why there are none, as a clause.
    pub because: &'static str,
}

include!(concat!(env!("OUT_DIR"), "/python_images.rs"));

/// What is known of a variant of the images of one Python.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It is built anew for each release.
    Current,
    /// It is not built any more; the last version that it has.
    Frozen(&'static str),
    /// There has never been one.
    Never,
    /// Nothing.
    Unknown,
}

impl PythonImages {
    /// Whether the name is these images' own (`true`) or a mirror's (`false`),
    /// and the version that stands in it.
    #[must_use]
    pub fn named<'n>(&self, name: &'n str) -> Option<(bool, &'n str)> {
        let (own, sure) = without_registry(name);
        if let Some(version) = self.names.iter().find_map(|known| fits(own, known)) {
            return Some((sure, version));
        }
        let ends = || name.match_indices('/').map(|(slash, _)| &name[slash + 1..]);
        let mirror = |known: &&str| ends().find_map(|end| fits(end, known));
        self.mirrored_as.iter().find_map(mirror).map(|version| (false, version))
    }

    /// What is known of a variant for a Python.
    #[must_use]
    pub fn standing(&self, python: PythonVersion, variant: &str) -> Standing {
        if value(self.never, variant).is_some() {
            return Standing::Never;
        }
        let Some(variants) = self.variants(python) else { return Standing::Unknown };
        if variants.current.contains(&variant) {
            Standing::Current
        } else if let Some(last) = value(variants.frozen, variant) {
            Standing::Frozen(last)
        } else if value(variants.never, variant).is_some() || self.line(variant).is_some() {
            Standing::Never
        } else {
            variants.tools(variant)
        }
    }

    /// The variant of a Python that takes the place of one that is not built for it.
    #[must_use]
    pub fn instead(&self, python: PythonVersion, variant: &str) -> &'static str {
        let variants = self.variants(python);
        let said = variants.and_then(|variants| value(variants.never, variant));
        let later = || {
            let line = self.line(variant)?;
            let at = line.iter().position(|one| *one == variant)?;
            line[at..].iter().copied().find(|one| variants.is_some_and(|it| it.current.contains(one)))
        };
        let latest = || {
            let end = variant.rsplit('-').next().filter(|end| *end != variant);
            let fits = |one: &&str| {
                one.strip_prefix("latest")
                    .is_some_and(|rest| rest.strip_prefix('-') == end || rest.is_empty())
            };
            variants.filter(|it| it.tools_from.is_some())?.current.iter().copied().rfind(fits)
        };
        let known = said.or_else(|| value(self.never, variant)).or_else(later).or_else(latest);
        known.unwrap_or_default()
    }

    /// The images of a Python.
    #[must_use]
    pub fn variants(&self, python: PythonVersion) -> Option<&'static Variants> {
        self.pythons.iter().find(|(version, _)| *version == python).map(|(_, variants)| variants)
    }

    fn line(&self, variant: &str) -> Option<&'static [&'static str]> {
        self.lines.iter().copied().find(|line| line.contains(&variant))
    }
}

impl Variants {
    /// What is known of a tag that is the version of the tools in the image.
    fn tools(&self, tag: &str) -> Standing {
        let version = |text: &str| -> Option<Vec<u32>> {
            text.split('-').next()?.split('.').map(|part| part.parse().ok()).collect()
        };
        match (self.tools_from.and_then(version), version(tag)) {
            (Some(from), Some(tools)) if tools >= from => Standing::Current,
            (Some(_), Some(_)) => Standing::Never,
            _ => Standing::Unknown,
        }
    }
}

/// What stands for `{}` if the text fits.
fn fits<'t>(text: &'t str, known: &str) -> Option<&'t str> {
    match known.strip_suffix("{}") {
        Some(head) => text.strip_prefix(head),
        None => (text == known).then_some(""),
    }
}

fn value(pairs: &'static [(&'static str, &'static str)], key: &str) -> Option<&'static str> {
    pairs.iter().find(|(one, _)| *one == key).map(|(_, value)| *value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_takes_a_place_is_built() {
        for images in PYTHON_IMAGES {
            for (python, variants) in images.pythons {
                let known = images.lines.iter().flat_map(|line| line.iter().copied());
                let said = images.never.iter().chain(variants.never).map(|(variant, _)| *variant);
                for variant in known.chain(said).chain(variants.frozen.iter().map(|(variant, _)| *variant)) {
                    let instead = images.instead(*python, variant);
                    let standing = images.standing(*python, variant);
                    assert_ne!(standing, Standing::Unknown, "{} {python} {variant}", images.id);
                    let built = images.standing(*python, instead) == Standing::Current;
                    assert!(built, "{} {python} {variant}: {instead}", images.id);
                }
            }
        }
    }
}
