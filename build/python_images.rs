//! Compiles `rules/docker/images/` and `rules/python/releases.yaml` into static tables.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use crate::python_images_schema::{Abandoned, PythonImages, Releases, Variants};

/// The images that differ by their Python.
pub fn tables(folder: &Path) -> String {
    let entries = crate::docker::read(folder, |images: &PythonImages| &images.images);
    let entries: String = entries.iter().map(images).collect();
    format!(
        "/// Every set of images, sorted by id.\npub static PYTHON_IMAGES: &[PythonImages] = &[\n{entries}];\n"
    )
}

fn images(images: &PythonImages) -> String {
    let PythonImages { images: id, title, source, as_of, support, names, mirrored_as, tag, .. } = images;
    let has_version = |text: &String| text.contains("{}");
    let in_name = names.iter().chain(mirrored_as).all(has_version);
    let in_tag = tag.iter().all(has_version) && tag.is_some();
    assert!(in_name != in_tag, "{id}: the Python version stands in the names or in the tag");
    let former = pairs(&images.former_tags);
    let never = pairs(&images.never);
    let lines: String = images.lines.iter().map(|line| format!("&{line:?},")).collect();
    let mut pythons: Vec<String> = Vec::new();
    for (python, variants) in &images.pythons {
        pythons.push(format!("({}, {}),", crate::version(python), variants_of(variants)));
    }
    assert_eq!(pythons.is_empty(), images.abandoned.is_some(), "{id}: images of some Python, or abandoned");
    let abandoned = images.abandoned.as_ref().map_or_else(|| "None".to_owned(), abandoned_for);
    format!(
        "PythonImages {{ id: {id:?}, title: {title:?}, source: {source:?}, as_of: {}, support: Support::{support:?}, \
         names: &{names:?}, mirrored_as: &{mirrored_as:?}, tag: {tag:?}, former_tags: &[{former}], lines: &[{lines}], \
         never: &[{never}], pythons: &[{}], unsure: {}, abandoned: {abandoned} }},\n",
        crate::day(as_of),
        pythons.concat(),
        images.unsure,
    )
}

fn pairs(pairs: &BTreeMap<String, String>) -> String {
    pairs.iter().map(|pair| format!("{pair:?},")).collect()
}

fn variants_of(variants: &Variants) -> String {
    let Variants { current, frozen, never, tools_from } = variants;
    format!(
        "Variants {{ current: &{current:?}, frozen: &[{}], never: &[{}], tools_from: {tools_from:?} }}",
        pairs(frozen),
        pairs(never),
    )
}

fn abandoned_for(abandoned: &Abandoned) -> String {
    format!("Some(Abandoned {{ instead: {:?}, because: {:?} }})", abandoned.r#for, abandoned.because)
}

/// How long each Python is kept up.
pub fn releases(file: &Path) -> String {
    let text = fs::read_to_string(file).expect("a listed file can be read");
    let data: Releases =
        serde_saphyr::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    let entry =
        |(python, last): (&String, &String)| format!("({}, {}),\n", crate::version(python), crate::day(last));
    let entries: String = data.releases.iter().map(entry).collect();
    format!(
        "/// Where the days are documented.\npub const SOURCE: &str = {:?};\n/// The day on which they were read.\npub const AS_OF: Date = {};\n/// The last day of each Python.\npub static RELEASES: &[(PythonVersion, Date)] = &[\n{entries}];\n",
        data.source,
        crate::day(&data.as_of),
    )
}
