//! The README shows what the binary prints: every `console` block is run, from the root of the repository. A line
//! `...` stands for any number of lines.

use std::path::Path;
use std::process::Command;

#[test]
fn console_blocks_are_true() {
    let readme = include_str!("../README.md");
    let blocks: Vec<&str> = readme.split("```console\n$ ").skip(1).collect();
    assert!(!blocks.is_empty(), "the README begins with output");
    for block in blocks {
        let (command, rest) = block.split_once('\n').expect("a command and its output");
        let (shown, _) = rest.split_once("```").expect("a block has an end");
        let printed = run(command);
        assert!(
            matches(shown, &printed),
            "`{command}` in the README shows\n{shown}\nbut it prints\n{printed}"
        );
    }
}

/// The table of the catalogue, which is produced: `NEWSKIN_ACCEPT=1 cargo test --test readme` writes it.
#[test]
fn the_catalogue_is_counted() {
    const BEGIN: &str = "<!-- catalogue -->\n";
    const END: &str = "<!-- end of catalogue -->\n";
    let readme = include_str!("../README.md");
    let printed = run("newskin rules --output-format markdown");
    let (_, table) = printed.split_once("\n\n").expect("the table stands behind the rules");
    let (before, rest) = readme.split_once(BEGIN).expect("the README has a place for the table");
    let (shown, after) = rest.split_once(END).expect("the place has an end");
    if std::env::var_os("NEWSKIN_ACCEPT").is_some() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
        std::fs::write(path, format!("{before}{BEGIN}{table}{END}{after}"))
            .expect("the README can be written");
        return;
    }
    assert_eq!(shown, table, "NEWSKIN_ACCEPT=1 brings the README up to date");
}

/// What a command line without quotes prints, on both streams.
fn run(command: &str) -> String {
    let mut words = command.split(' ');
    assert_eq!(words.next(), Some("newskin"), "only newskin is run: {command}");
    let output = Command::new(env!("CARGO_BIN_EXE_newskin"))
        .args(words)
        .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")))
        .env("NO_COLOR", "1")
        .env("COLUMNS", "100")
        .output()
        .expect("the binary runs");
    assert!(
        matches!(output.status.code(), Some(0 | 1)),
        "{command}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

/// Whether the shown pieces stand in what was printed, in this order, with the first at its beginning and the last at
/// its end.
fn matches(shown: &str, printed: &str) -> bool {
    let framed = format!("\n{printed}");
    let mut rest = framed.as_str();
    let shown = format!("\n{shown}");
    let mut pieces: Vec<&str> = shown.split("\n...").collect();
    let last = pieces.pop().unwrap_or_default();
    for (number, piece) in pieces.iter().enumerate() {
        let Some(at) = rest.find(piece) else { return false };
        if number == 0 && at > 0 {
            return false;
        }
        rest = &rest[at + piece.len()..];
    }
    match pieces.is_empty() {
        true => rest == last,
        false => last.trim().is_empty() || rest.ends_with(last),
    }
}

#[test]
fn gaps_and_only_gaps_match() {
    assert!(matches("a\n...\nd\n", "a\nb\nc\nd\n"));
    assert!(matches("...\nd\n", "a\nd\n"));
    assert!(matches("a\n...\n", "a\nb\n"));
    assert!(matches("a\nb\n", "a\nb\n"));
    for shown in ["b\n...\nd\n", "a\n...\nc\n", "a\nc\n", "a\n", "a\n...\nb\n...\nb\n", "d\n...\na\n"] {
        assert!(!matches(shown, "a\nb\nc\nd\n"), "{shown}");
    }
}
