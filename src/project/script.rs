//! What a script says of itself (PEP 723).

use super::supported;
use crate::version::PythonVersion;

/// The oldest Python that the comment block `# /// script` of a file admits.
#[must_use]
pub fn minimum_of_script(text: &str) -> Option<PythonVersion> {
    // Beyond that nobody looks for it, and neither do we.
    const HEAD: usize = 10_000;
    let head = &text[..text.floor_char_boundary(HEAD.min(text.len()))];
    memchr::memmem::find(head.as_bytes(), b"# /// script")?;
    let mut lines = head.lines().skip_while(|line| line.trim_end() != "# /// script").skip(1);
    let block =
        lines.by_ref().map_while(|line| line.strip_prefix('#')).take_while(|line| line.trim() != "///");
    let mut keys = block.filter_map(|line| line.split_once('='));
    let (_, value) = keys.find(|(key, _)| key.trim() == "requires-python")?;
    supported::pep440(value).map(|supported| supported.minimum)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_block_of_a_script() {
        let minimum = |text: &str| minimum_of_script(text).map(|version| version.to_string());
        let block = "#!/usr/bin/env python3\n# /// script\n# dependencies = []\n# requires-python = \">=3.11\"\n# ///\n";
        assert_eq!(minimum(block).as_deref(), Some("3.11"));
        assert_eq!(minimum("# /// script\n# ///\n# requires-python = \">=3.11\"\n"), None);
        assert_eq!(minimum("# requires-python = \">=3.11\"\n"), None);
    }
}
