//! The form of `setup.cfg`: sections of options, values over several lines.

/// The value of an option, its lines joined by line feeds, comments dropped.
/// Names are compared as `configparser` does, in lower case; setuptools takes
/// a dash for an underscore.
pub(super) fn option(text: &str, section: &str, name: &str) -> Option<String> {
    let mut inside = false;
    let mut value: Option<Vec<&str>> = None;
    for line in text.lines() {
        let content = line.trim();
        if content.starts_with(['#', ';']) {
            continue;
        }
        let continues = line.starts_with([' ', '\t']) && !content.is_empty();
        if let Some(lines) = value.as_mut() {
            if content.is_empty() {
                continue;
            }
            if continues {
                lines.push(uncommented(content));
                continue;
            }
            break;
        }
        if let Some(header) = content.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            inside = header.trim() == section;
        } else if inside && !continues {
            let (key, first) = content.split_once(['=', ':']).unwrap_or((content, ""));
            if key.trim().to_ascii_lowercase().replace('-', "_") == name {
                value = Some(vec![uncommented(first.trim())]);
            }
        }
    }
    value.map(|lines| lines.join("\n").trim().to_owned())
}

/// Every value of a section, as [`option`] gives them.
pub(super) fn values(text: &str, section: &str) -> Vec<String> {
    let mut inside = false;
    let mut names = Vec::new();
    for line in text.lines() {
        if let Some(header) = line.trim().strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            inside = header.trim() == section;
        } else if inside && !line.starts_with([' ', '\t', '#', ';']) {
            let key = line.split(['=', ':']).next().unwrap_or_default().trim();
            names.push(key.to_ascii_lowercase().replace('-', "_"));
        }
    }
    names.iter().filter(|name| !name.is_empty()).filter_map(|name| option(text, section, name)).collect()
}

/// setuptools strips ` #` comments of requirement lists itself.
fn uncommented(line: &str) -> &str {
    line.split(" #").next().unwrap_or(line).trim_end()
}
