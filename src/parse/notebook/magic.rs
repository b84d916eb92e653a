//! What IPython reads that is no Python.
//!
//! The parser understands `%line` magics, `!shell` and `help?`. What is left
//! are cells in other languages and commands without a mark.

/// Whether a cell's first line gives the whole cell to something else than
/// the notebook's Python.
pub fn is_foreign(text: &str, databricks: bool) -> bool {
    // Blank lines may stand before the magic, comments may not.
    let Some(line) = text.lines().map(str::trim_end).find(|line| !line.trim().is_empty()) else {
        return false;
    };
    if let Some(magic) = line.strip_prefix("%%") {
        let name = magic.split(char::is_whitespace).next().unwrap_or_default();
        return !runs_python(name);
    }
    // IPython takes the prompts of a pasted session away; the rest of it is output.
    if line.starts_with(">>>") || line.starts_with("In [") {
        return true;
    }
    // In Databricks a single mark changes the language of the cell.
    let name = line.strip_prefix('%').and_then(|magic| magic.split(char::is_whitespace).next());
    let bare = || line.len() == 1 + name.unwrap_or_default().len();
    matches!(name, Some("md" | "md-sandbox" | "r" | "scala" | "sh" | "sql" | "fs")) && (databricks || bare())
}

/// Cell magics that run the lines below them as Python, in the namespace of
/// the notebook or as a program of their own.
fn runs_python(magic: &str) -> bool {
    matches!(
        magic,
        "capture"
            | "debug"
            | "lprun"
            | "memit"
            | "mprun"
            | "prun"
            | "px"
            | "pypy"
            | "python"
            | "python3"
            | "scalene"
            | "snakeviz"
            | "time"
            | "timeit"
            | "wandb"
    )
}

/// Makes lines that only IPython understands comments of the same length: a
/// first line such as `pip install x`, which it takes for a magic although it
/// has no `%`, and searches such as `*int*?`. The cell is what stands behind
/// `start`.
pub fn comment_out(text: &mut String, start: usize) {
    let mut places = Vec::new();
    let mut at = start;
    let mut is_first = true;
    for line in text[start..].split_inclusive('\n') {
        let code = line.trim_start();
        if is_first && is_automagic(code.trim_end_matches(['\n', '\r'])) || is_search(code.trim_end()) {
            places.push(at + line.len() - code.len());
        }
        is_first &= code.is_empty();
        at += line.len();
    }
    for place in places {
        // What begins such a line is ASCII, so that one letter is one byte.
        text.replace_range(place..=place, "#");
    }
}

/// `*int*?` or `?os.*path*`.
fn is_search(line: &str) -> bool {
    let Some(pattern) = line.strip_suffix('?').or_else(|| line.strip_prefix('?')) else { return false };
    let is_pattern = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '*' | '?');
    pattern.contains('*') && pattern.chars().all(is_pattern)
}

fn is_automagic(line: &str) -> bool {
    let Some((word, rest)) = line.split_once(' ') else { return false };
    let is_magic = matches!(
        word,
        "bookmark"
            | "cat"
            | "cd"
            | "conda"
            | "cp"
            | "dhist"
            | "history"
            | "ll"
            | "load"
            | "ls"
            | "mamba"
            | "man"
            | "matplotlib"
            | "micromamba"
            | "mkdir"
            | "more"
            | "mv"
            | "pinfo"
            | "pip"
            | "pwd"
            | "pycat"
            | "reset"
            | "rm"
            | "rmdir"
            | "run"
            | "time"
            | "timeit"
            | "uv"
            | "who"
            | "whos"
    );
    is_magic && !continues_expression(rest.trim_start())
}

/// Whether what follows a name makes it Python: `rm = 1`, `run (x)`, `pip in tools`.
fn continues_expression(rest: &str) -> bool {
    let word = rest.split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or_default();
    if word.is_empty() {
        return rest.starts_with("- ") || !rest.starts_with(['-', '.', '/', '~', '$', '"', '\'', '_']);
    }
    matches!(word, "in" | "is" | "not" | "and" | "or" | "if" | "for")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_of_other_languages() {
        for (text, databricks, foreign) in [
            ("%%bash\nls\n", false, true),
            ("\n%%html\n<b>", false, true),
            ("%%writefile x.py\nimport cgi\n", false, true),
            ("%%time\nimport cgi\n", false, false),
            ("%%capture out\nimport cgi\n", false, false),
            ("%%timeit -n 3 import cgi\ncgi\n", false, false),
            ("# no magic behind a comment\n%%bash\n", false, false),
            ("%sql\nSELECT 1\n", false, true),
            ("%sql SELECT 1\nimport cgi\n", false, false),
            ("%sql SELECT 1\n", true, true),
            ("%matplotlib inline\nimport cgi\n", true, false),
            (">>> x = 1\n1\n", false, true),
            ("In [1]: x = 1\n", false, true),
            ("", false, false),
        ] {
            assert_eq!(is_foreign(text, databricks), foreign, "{text}");
        }
    }

    #[test]
    fn commands_without_a_mark() {
        for (text, expected) in [
            ("pip install x\nimport x\n", "#ip install x\nimport x\n"),
            ("\n cd ..", "\n #d .."),
            ("ls -la", "#s -la"),
            ("time f(1)", "#ime f(1)"),
            ("ls", "ls"),
            ("x\n*int*?\n  os.*?\n", "x\n#int*?\n  #s.*?\n"),
            ("?os.*path*", "#os.*path*"),
            ("int?\nx = a * b  # why?\n*a, b = c", "int?\nx = a * b  # why?\n*a, b = c"),
            ("rm = 1", "rm = 1"),
            ("run (x)", "run (x)"),
            ("ls - la", "ls - la"),
            ("pip in tools", "pip in tools"),
            ("import x\npip install x", "import x\npip install x"),
        ] {
            let mut cell = format!("before{text}");
            comment_out(&mut cell, 6);
            assert_eq!(&cell[6..], expected);
        }
    }
}
