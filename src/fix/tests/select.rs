//! Which fixes are made together, and what they make of a text.

use super::*;

#[test]
fn overlapping_fixes_wait() {
    let a = change(2, 6, "a");
    for (other, together) in [
        (change(5, 9, "b"), false),
        (change(0, 3, "b"), false),
        (change(3, 4, "b"), false),
        (change(2, 6, "b"), false),
        (change(2, 6, "a"), true),
        (change(6, 9, "b"), true),
        (change(0, 2, "b"), true),
        (change(4, 4, "line\n"), false),
        (change(6, 6, "b"), false),
        (change(2, 2, "b"), false),
        (change(2, 2, "line\n"), true),
        (change(6, 6, "\nline"), true),
        (change(7, 7, "b"), true),
    ] {
        let expected: &[usize] = if together { &[0, 1] } else { &[0] };
        assert_eq!(picked(&[&[&a], &[&other]]), expected, "{other:?}");
        assert_eq!(picked(&[&[&other], &[&a]]), expected, "{other:?}");
    }
    let (line, other) = (change(2, 2, "one\n"), change(2, 2, "two\n"));
    assert_eq!(picked(&[&[&line], &[&other]]), [0, 1], "lines go one below the other");
    assert_eq!(picked(&[&[&line], &[&change(2, 2, "\nx")]]), [0]);
    assert_eq!(picked(&[&[&change(2, 2, "x")], &[&change(2, 2, "y")]]), [0]);
    // Whole or not at all: the third is free again, because the second is out.
    assert_eq!(picked(&[&[&a], &[&change(5, 7, ""), &change(20, 21, "")], &[&change(20, 22, "")]]), [0, 2]);
    // A shared edit is no overlap.
    assert_eq!(picked(&[&[&line, &a], &[&line, &change(8, 9, "")]]), [0, 1]);
    assert_eq!(picked(&[&[&change(1, 3, "x"), &change(2, 4, "y")]]), [0; 0], "contradicts itself");
}

/// Numbers without a pattern, the same in every run.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % (limit as u64).max(1)).expect("below the limit")
    }
}

/// Random fixes on random text, against making the edits from the last to the first.
#[test]
fn applying_is_the_same_as_editing_backwards() {
    const PIECES: [&str; 8] = ["a", "é", "😀", "\r\n", "\n", "word ", "\"", "\t"];
    let mut numbers = Numbers(7);
    for _ in 0..2000 {
        let length = 1 + numbers.below(60);
        let text: String = (0..length).map(|_| PIECES[numbers.below(PIECES.len())]).collect();
        let places: Vec<usize> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
        let fixes: Vec<Vec<Change>> = (0..numbers.below(12))
            .map(|_| {
                let edits = 1 + numbers.below(2);
                let mut edit = || {
                    let (a, b) = (places[numbers.below(places.len())], places[numbers.below(places.len())]);
                    change(a.min(b), a.max(b).min(a.min(b) + 8).max(a.min(b)), PIECES[numbers.below(5)])
                };
                (0..edits).map(|_| edit()).collect()
            })
            .filter(|edits: &Vec<Change>| {
                edits.iter().all(|edit| text.is_char_boundary(edit.range.end().to_usize()))
            })
            .collect();
        let findings: Vec<Finding> =
            fixes.iter().map(|_| finding(Path::new("x"), &[(None, range(0, 0), "")])).collect();
        let mut candidates: Vec<Candidate<'_>> = findings
            .iter()
            .zip(&fixes)
            .map(|(finding, edits)| Candidate { finding, edits: edits.clone() })
            .collect();
        let picked = select(&mut candidates);
        let edits = edits_in(&candidates, picked.iter().copied(), Path::new("x"));
        for pair in edits.windows(2) {
            assert!(pair[0].range.end() <= pair[1].range.start(), "{pair:?}");
        }
        let before = source(Kind::Requirements, &text);
        let after = apply(&before, &edits).expect("all in the text").text;
        let newline =
            text.find(['\n', '\r']).filter(|&at| text[at..].starts_with("\r\n")).map_or("\n", |_| "\r\n");
        let mut expected = text.clone();
        for edit in edits.iter().rev() {
            let content = edit.content.replace("\r\n", "\n").replace('\n', newline);
            let content = if newline == "\n" { &edit.content } else { &content };
            expected.replace_range(edit.range.start().to_usize()..edit.range.end().to_usize(), content);
        }
        assert_eq!(after, expected);
    }
}

#[test]
fn new_lines_end_as_the_file_does() {
    let insert = change(0, 0, "import a\nimport b\n");
    for (text, expected) in [
        ("x\r\ny\n", "import a\r\nimport b\r\nx\r\ny\n"),
        ("x\ry", "import a\rimport b\rx\ry"),
        ("x", "import a\nimport b\nx"),
    ] {
        assert_eq!(
            apply(&source(Kind::Python, text), &[&insert]).map(|source| source.text),
            Ok(expected.to_owned())
        );
    }
}

#[test]
fn edits_outside_the_text_are_refused() {
    let text = source(Kind::Python, "é");
    for edit in [change(1, 1, "x"), change(0, 9, "x")] {
        let refused = apply(&text, &[&edit]).map(|source| source.text);
        assert_eq!(refused, Err("does not fit: its place is not in the file".to_owned()));
    }
}

#[test]
fn spoilers_are_found_by_halves() {
    for (spoilers, most) in [(&[][..], 1), (&[3][..], 16), (&[0, 99][..], 30), (&[1, 2, 3, 4, 5][..], 40)] {
        let all: Vec<usize> = (0..100).collect();
        let (mut tries, mut last) = (0, Vec::new());
        let found = sift(&all, &mut |set| {
            tries += 1;
            let works = !set.iter().any(|one| spoilers.contains(one));
            if works {
                last = set.to_vec();
            }
            works
        });
        assert_eq!(found, spoilers);
        assert_eq!(last.len(), 100 - spoilers.len());
        assert!(tries <= most, "{tries} tries for {spoilers:?}");
    }
}
