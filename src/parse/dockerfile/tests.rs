//! Every point on which Dockerfile readers differ from the builder.

use ruff_text_size::TextRange;

use super::*;
use crate::parse::shell::Word;

/// The file's text at a range.
fn at(text: &str, range: TextRange) -> &str {
    &text[range]
}

/// Programs with the text that stands in the file where each was found.
fn programs(text: &str) -> Vec<(String, String)> {
    let dockerfile = parse(text);
    let mut programs = Vec::new();
    for script in dockerfile.instructions.iter().filter_map(Instruction::script) {
        for call in script.calls().all {
            if let Some(word) = call.command.program() {
                programs.push((word.value.text().to_owned(), at(text, word.range).to_owned()));
            }
        }
    }
    programs
}

fn names(text: &str) -> Vec<String> {
    programs(text).into_iter().map(|(name, _)| name).collect()
}

fn image(text: &str) -> String {
    match &parse(text).stages.last().expect("a stage").base {
        Base::Image(image) => image.to_string(),
        other => format!("{other:?}"),
    }
}

fn values(words: &[Fragment]) -> Vec<&str> {
    words.iter().map(Fragment::text).collect()
}

#[test]
fn directives_count_only_at_the_top_and_once() {
    let dockerfile = parse("#Syntax = docker/dockerfile:1 \n# ESCAPE=`\nFROM a\nRUN b `\n c\n");
    let read: Vec<_> = dockerfile.directives.iter().map(|d| (d.name.as_str(), d.value.as_str())).collect();
    assert_eq!(read, [("syntax", "docker/dockerfile:1"), ("escape", "`")]);
    assert_eq!(dockerfile.instructions.len(), 2);
    for before in ["\n", "# note\n", "FROM a\n"] {
        assert!(parse(&format!("{before}# escape=`\nRUN b \\\n c\n")).directives.is_empty(), "{before:?}");
    }
    let twice = parse("# escape=`\n# escape=\\\nFROM a\n");
    assert_eq!(twice.faults[0].message, "`escape` is set a second time");
    assert_eq!(parse("# escape=x\nFROM a").faults.len(), 1);
}

#[test]
fn the_escape_character_continues_lines() {
    assert_eq!(names("# escape=`\nFROM a\nRUN b `\n && c\nRUN d \\\nRUN e"), ["b", "c", "d", "e"]);
    // Blanks may follow; a doubled one does not continue; the end of the file may.
    assert_eq!(names("FROM a\nRUN b && \\ \t\n c\n"), ["b", "c"]);
    assert_eq!(parse("FROM a\nRUN b \\\\\nRUN c\n").instructions.len(), 3);
    assert_eq!(names("FROM a\nRUN b \\"), ["b"]);
}

#[test]
fn comments_and_blank_lines_within_a_continuation_vanish() {
    let text = "FROM a\nRUN yum \\\n  # why\n\n   \n\t# more \\\n  install -y \\\n  gcc\nUSER x\n";
    let dockerfile = parse(text);
    assert_eq!(dockerfile.instructions.len(), 3);
    let comments: Vec<_> = dockerfile.comments.iter().map(|range| at(text, *range)).collect();
    assert_eq!(comments, ["# why", "# more \\"]);
    let calls = dockerfile.instructions[1].script().expect("a script").calls();
    let words: Vec<_> = calls.all[0].command.words.iter().map(|word| at(text, word.range)).collect();
    assert_eq!(words, ["yum", "install", "-y", "gcc"]);
    assert_eq!(at(text, dockerfile.instructions[1].range).lines().last(), Some("  gcc"));
}

#[test]
fn a_comment_of_the_shell_hides_the_lines_joined_to_it() {
    assert_eq!(names("FROM a\nRUN b # c \\\n && yum x\n"), ["b"]);
}

#[test]
fn a_word_split_over_two_lines_is_one_word() {
    assert_eq!(programs("FROM a\nRUN yu\\\nm install x"), [("yum".to_owned(), "yu\\\nm".to_owned())]);
}

#[test]
fn carriage_returns_and_indentation_are_no_text() {
    let text =
        "  from  a  as  b\r\n\trun yum install \\\r\n  gcc\r\nRUN <<EOF\r\nyum update\r\nEOF\r\nUSER x\r\n";
    let dockerfile = parse(text);
    assert!(dockerfile.faults.is_empty(), "{:?}", dockerfile.faults);
    let read: Vec<_> = dockerfile.instructions.iter().map(|one| one.name).collect();
    assert_eq!(read, [Name::From, Name::Run, Name::Run, Name::User]);
    assert_eq!(at(text, dockerfile.instructions[1].range), "run yum install \\\r\n  gcc");
    let calls = dockerfile.instructions[2].script().expect("a script").calls();
    assert_eq!(calls.all[0].command.words[1].value.text(), "update");
}

#[test]
fn one_bad_line_loses_nothing_else() {
    let text = "FROM a\nYUM install\n{{ template }}\nRUN yum install\nRUN <<EOF\nnever ends";
    let dockerfile = parse(text);
    assert_eq!(names(text)[0], "yum");
    let faults: Vec<_> = dockerfile.faults.iter().map(|fault| at(text, fault.range)).collect();
    assert_eq!(faults, ["YUM", "{{", "<<EOF", "never"]);
    assert!(parse("").instructions.is_empty());
    assert!(parse("\n\n# nothing\n").faults.is_empty());
}

#[test]
fn documents_are_found_wherever_they_are_announced() {
    for (run, expected) in [
        ("RUN <<EOF\nyum a\ndnf b\nEOF", vec!["yum", "dnf"]),
        ("RUN <<'EOF'\nyum a\nEOF", vec!["yum"]),
        ("RUN <<-\"EOF\"\n\tyum a\n\tEOF", vec!["yum"]),
        ("RUN << EOF\nyum a\nEOF", vec!["yum"]),
        ("RUN --mount=type=cache,target=/a <<EOF\nyum a\nEOF", vec!["yum"]),
        ("RUN cat <<EOF > /f\nyum a\nEOF", vec!["cat"]),
        ("RUN cat > /f <<'EOF' && yum b\nnot $(yum c)\nEOF", vec!["cat", "yum"]),
        ("RUN cat <<EOF\n$(yum c) and `dnf d`\nEOF", vec!["cat", "yum", "dnf"]),
        ("RUN python3 - <<'PY'\nimport yum\nPY", vec!["python3"]),
        ("RUN bash -ex <<EOF\nyum a\nEOF", vec!["bash", "yum"]),
        ("RUN sh -s <<EOF && c\nyum a\nEOF", vec!["sh", "yum", "c"]),
        ("RUN cat <<A <<B && yum x\n1\nA\nyum 2\nB", vec!["cat", "yum"]),
        ("RUN cat <<A > f && bash <<B\n1\nA\nyum 2\nB", vec!["cat", "bash", "yum"]),
        ("RUN <<EOF\n#!/usr/bin/env bash\nyum a\nEOF", vec!["yum"]),
        ("RUN <<EOF\n#!/usr/bin/env python3\nyum\nEOF", vec![]),
        ("RUN <<EOF python3\nyum\nEOF", vec!["python3"]),
        ("RUN <<EOF bash\nyum a\nEOF", vec!["bash", "yum"]),
        ("ONBUILD RUN <<EOF\nyum a\nEOF", vec!["yum"]),
        ("COPY <<EOF /setup.sh\nyum a\nEOF", vec![]),
        ("COPY <<A <<B /d/\nyum a\nA\nyum b\nB", vec![]),
        ("ADD <<EOF /setup.sh\nRUN yum a\nEOF", vec![]),
        ("RUN cat <<< yum", vec!["cat"]),
        ("RUN echo $((1<<2)) && yum a", vec!["echo", "yum"]),
        ("RUN echo \"<<EOF\" '<<EOF' && yum a", vec!["echo", "yum"]),
        ("RUN [\"cat\", \"<<EOF\"]", vec!["cat"]),
    ] {
        let text = format!("FROM a\n{run}\nRUN last\n");
        let mut expected: Vec<&str> = expected;
        expected.push("last");
        assert_eq!(names(&text), expected, "{run}");
        assert!(parse(&text).faults.is_empty(), "{run}: {:?}", parse(&text).faults);
    }
}

#[test]
fn a_document_is_measured() {
    let text = "FROM a\nRUN cat <<-'E' >f\n\tb\n\tE\nUSER x";
    let instruction = &parse(text).instructions[1];
    let document = &instruction.heredocs[0];
    assert_eq!(at(text, document.opening.range), "<<-'E'");
    assert_eq!((at(text, document.body), at(text, document.end)), ("\tb\n", "\tE"));
    assert!(document.opening.quoted && document.opening.strip_tabs);
    assert_eq!(at(text, instruction.range), "RUN cat <<-'E' >f\n\tb\n\tE");
}

#[test]
fn flags_stand_before_the_command() {
    let text = "FROM --platform=$BUILDPLATFORM a\nRUN --mount=type=cache,target=/r,id=\"a b\" \\\n --network=none --mount=type=bind \\\n yum --setopt=x=y install";
    let dockerfile = parse(text);
    let run = &dockerfile.instructions[1];
    let flags: Vec<_> =
        run.flags.iter().map(|f| (f.name.as_str(), f.value.as_ref().map_or("", Fragment::text))).collect();
    assert_eq!(
        flags,
        [("mount", "type=cache,target=/r,id=a b"), ("network", "none"), ("mount", "type=bind")]
    );
    assert_eq!(names(text), ["yum"]);
    assert_eq!(dockerfile.instructions[0].flag("platform").map(Fragment::text), Some("$BUILDPLATFORM"));
}

#[test]
fn only_valid_json_is_the_exec_form() {
    let text = r#"FROM a
RUN [ "yum" , "install", "a\tb", "\u00e9\ud83d\ude00" ]
RUN ['yum', 'install']
RUN ["yum", "install",]
RUN ["yum", 1]
RUN ["/bin/sh", "-c", "yum update && \"dnf\" x"]
RUN []
"#;
    let dockerfile = parse(text);
    let exec: Vec<bool> = dockerfile.instructions[1..]
        .iter()
        .map(|one| matches!(&one.arguments, Arguments::Command(line) if line.exec))
        .collect();
    assert_eq!(exec, [true, false, false, false, true, true]);
    let calls = dockerfile.instructions[1].script().expect("a script").calls();
    let words: Vec<&str> = calls.all[0].command.words.iter().map(|word| word.value.text()).collect();
    assert_eq!(words, ["yum", "install", "a\tb", "é😀"]);
    assert_eq!(at(text, calls.all[0].command.words[2].range), "a\\tb");
    let nested = programs(text).into_iter().filter(|(name, _)| name == "dnf").collect::<Vec<_>>();
    assert_eq!(nested, [("dnf".to_owned(), "\\\"dnf\\\"".to_owned())]);
}

#[test]
fn onbuild_wraps_any_instruction() {
    let text = "FROM a\nONBUILD RUN yum install x\nonbuild copy a b\nONBUILD ONBUILD RUN x\nONBUILD\n";
    let dockerfile = parse(text);
    let read: Vec<_> = dockerfile.instructions.iter().map(|one| (one.name, one.onbuild.is_some())).collect();
    assert_eq!(
        read,
        [
            (Name::From, false),
            (Name::Run, true),
            (Name::Copy, true),
            (Name::Unknown, true),
            (Name::Onbuild, false)
        ]
    );
    assert_eq!(at(text, dockerfile.instructions[1].keyword), "RUN");
    assert_eq!(at(text, dockerfile.instructions[1].range), "ONBUILD RUN yum install x");
}

#[test]
fn another_shell_reads_other_text() {
    for (shell, expected) in [
        (r#"["/bin/bash", "-c"]"#, 1),
        (r#"["/bin/bash", "-o", "pipefail", "-c"]"#, 1),
        (r#"["/usr/bin/env", "bash", "-c"]"#, 1),
        (r#"["conda", "run", "-n", "x", "/bin/bash", "-c"]"#, 1),
        (r#"["powershell", "-Command"]"#, 0),
        (r#"["cmd", "/S", "/C"]"#, 0),
        (r#"["/usr/bin/python3", "-c"]"#, 0),
    ] {
        let text = format!("FROM a\nSHELL {shell}\nRUN yum x\n");
        assert_eq!(names(&text).len(), expected, "{shell}");
        let text = format!("{text}FROM b\nRUN yum x\n");
        assert_eq!(names(&text).len(), expected + 1, "a stage begins with the default shell");
    }
}

#[test]
fn pairs_keep_their_quotes() {
    let dockerfile =
        parse("ARG A B=\"c d\" C=\nFROM a\nENV X=1 Y='a b' Z=a\\ b\nENV OLD a b  c\nLABEL l=\"x\"");
    let pairs = |at: usize| -> Vec<(&str, Option<&str>)> {
        let pairs = dockerfile.instructions[at].pairs().iter();
        pairs.map(|pair| (pair.name.text(), pair.value.as_ref().map(Fragment::text))).collect()
    };
    assert_eq!(pairs(0), [("A", None), ("B", Some("\"c d\"")), ("C", Some(""))]);
    assert_eq!(pairs(2), [("X", Some("1")), ("Y", Some("'a b'")), ("Z", Some("a\\ b"))]);
    assert_eq!(pairs(3), [("OLD", Some("a b  c"))]);
    assert_eq!(pairs(4), [("l", Some("\"x\""))]);
}

#[test]
fn words_are_read_in_both_forms() {
    let dockerfile = parse("FROM a\nCOPY --from=b \"x y\" z\nCOPY [\"x y\", \"z\"]\nEXPOSE 80 443/tcp\n");
    assert_eq!(values(dockerfile.instructions[1].words()), ["\"x", "y\"", "z"]);
    assert_eq!(values(dockerfile.instructions[2].words()), ["x y", "z"]);
    assert_eq!(values(dockerfile.instructions[3].words()), ["80", "443/tcp"]);
}

#[test]
fn healthcheck_has_a_command() {
    let text = "FROM a\nHEALTHCHECK --interval=5m CMD curl -f x || exit 1\nHEALTHCHECK NONE\n";
    assert_eq!(names(text), ["curl", "exit"]);
}

#[test]
fn images_are_resolved_through_arguments() {
    for (text, expected) in [
        ("FROM a:1", "a:1"),
        ("FROM \"a:1\" AS b", "a:1"),
        ("ARG V=3.13\nFROM p:$V", "p:3.13"),
        ("ARG V=3.13\nFROM p:${V}-slim", "p:3.13-slim"),
        ("ARG V=\"3.13\"\nARG W=${V}-x\nFROM p:${W}", "p:3.13-x"),
        ("ARG V\nFROM p:${V:-3.13}", "p:3.13"),
        ("FROM p:${V:-${W:-3.13}}", "p:3.13"),
        ("ARG V=\nFROM p:1${V:-x}${V-y}", "p:1x"),
        ("ARG V=1\nFROM p${V:+-slim}:2", "p-slim:2"),
        ("ARG V\nFROM p${V:+-slim}:2", "p:2"),
        ("ARG V\nFROM p:${V}", "p:…"),
        ("ARG V=1\nFROM p:\\$V", "p:$V"),
        ("ARG V=3.13.2\nFROM p:${V%.*}", "p:3.13"),
        ("ARG V=3.13.2\nFROM p:${V%%.*}", "p:3"),
        ("ARG V=v3.13\nFROM p:${V#v}", "p:3.13"),
        ("ARG V=a/b/c\nFROM ${V##*/}", "c"),
        ("ARG V=3_13\nFROM p:${V/_/.}", "p:3.13"),
        ("ARG V=a-b-c\nFROM ${V//-/.}", "a.b.c"),
        ("ARG V=1\nFROM p:${V:?must}", "p:1"),
        ("FROM a\nARG V=2\nFROM p:${V:-1}", "p:1"),
        ("ARG TARGETARCH=x\nFROM p:3.13-$TARGETARCH", "p:3.13-…"),
        ("FROM --platform=linux/arm64 r.io:5000/a/b@sha256:00 AS x", "r.io:5000/a/b"),
        ("FROM r.io:5000/a/b:1@sha256:00", "r.io:5000/a/b:1"),
        ("FROM scratch", "Scratch"),
        ("FROM", "Unknown"),
        ("FROM a AS Build\nFROM bUILD", "Stage(0)"),
        ("FROM a AS python\nFROM python", "Stage(0)"),
        ("FROM a\nFROM 0", "Stage(0)"),
        ("FROM a\nFROM 1", "1"),
        ("FROM later\nFROM a AS later\nFROM b", "b"),
        ("ARG B=x\nFROM a AS x\nFROM $B", "Stage(0)"),
    ] {
        assert_eq!(image(text), expected, "{text}");
    }
}

#[test]
fn a_value_from_an_argument_is_an_assumption() {
    for (text, assumed) in [("FROM a:1", false), ("ARG V=1\nFROM a:$V", true), ("FROM a:${V:-1}", true)] {
        let dockerfile = parse(text);
        let Base::Image(image) = &dockerfile.stages[0].base else { panic!("{text}") };
        assert_eq!(image.assumed, assumed, "{text}");
    }
}

#[test]
fn stages_know_their_instructions_and_lineage() {
    let text = "ARG X\nFROM a AS one\nRUN 1\nFROM one AS two\nRUN 2\nRUN 3\nFROM two\nFROM b\n";
    let dockerfile = parse(text);
    let ranges: Vec<_> = dockerfile.stages.iter().map(|stage| stage.instructions.clone()).collect();
    assert_eq!(ranges, [1..3, 3..6, 6..7, 7..8]);
    assert_eq!(dockerfile.lineage(2), [0, 1, 2]);
    assert_eq!(dockerfile.lineage(3), [3]);
}

#[test]
fn variables_of_a_stage_come_from_arg_and_env() {
    let text = "ARG PM=yum\nARG G=g\nFROM a AS one\nENV E=1 F=$E\nARG PM\nARG L=l\nRUN 1\nENV E=2\nFROM one\nRUN 2\n";
    let dockerfile = parse(text);
    let value = |stage, at, name: &str| {
        dockerfile.variable(stage, at, name).map(|v| (v.text().to_owned(), v.assumed))
    };
    let known = |text: &str, assumed| Some((text.to_owned(), assumed));
    let run = dockerfile.instructions.iter().position(|one| one.name == Name::Run).expect("a RUN");
    assert_eq!(value(0, run, "PM"), known("yum", true));
    assert_eq!(value(0, run, "L"), known("l", true));
    assert_eq!(value(0, run, "E"), known("1", false));
    assert_eq!(value(0, run, "F"), Some((Expanded::HOLE.to_string(), true)));
    assert_eq!(value(0, run, "G"), None);
    assert_eq!(value(1, dockerfile.instructions.len() - 1, "E"), known("2", false));
}

#[test]
fn values_that_double_with_every_line_end() {
    let arguments = "ARG A=xx\n".to_owned() + &"ARG A=$A$A$A\n".repeat(60);
    assert_eq!(image(&format!("{arguments}FROM p:$A")), "p:…");
    let text = format!("{arguments}FROM p\n{}RUN x", "ENV B=$B$C$C C=$B$B\n".repeat(60));
    let dockerfile = parse(&text);
    let run = dockerfile.instructions.len() - 1;
    assert!(!dockerfile.variable(0, run, "B").expect("it is set").is_whole());
}

/// Every range of a file lies in it, on the boundaries of characters.
fn measure(text: &str) {
    let dockerfile = parse(text);
    let check = |range: TextRange| {
        assert!(
            text.get(usize::from(range.start())..usize::from(range.end())).is_some(),
            "{range:?} in {text:?}"
        );
    };
    for fault in &dockerfile.faults {
        check(fault.range);
    }
    dockerfile.comments.iter().copied().for_each(check);
    for (at, instruction) in dockerfile.instructions.iter().enumerate() {
        check(instruction.range);
        check(instruction.keyword);
        instruction.flags.iter().for_each(|flag| check(flag.range));
        instruction.words().iter().for_each(|word| check(word.range()));
        for pair in instruction.pairs() {
            check(pair.name.range());
            pair.value.iter().for_each(|value| check(value.range()));
        }
        let Some(script) = instruction.script() else { continue };
        script.faults.iter().for_each(|fault| check(fault.range));
        let calls = script.calls();
        for call in &calls.all {
            let words: Vec<&Word> = call.command.words.iter().chain(&call.command.assignments).collect();
            for word in words {
                check(word.range);
                check(word.value.range());
            }
            assert!(calls.circumstances(call).count() < 10_000);
        }
        for stage in 0..dockerfile.stages.len() {
            let _ = dockerfile.variable(stage, at, "V");
        }
    }
}

/// Numbers that look random and are the same on every run.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % (limit.max(1) as u64)).unwrap_or(0)
    }
}

#[test]
fn mutilated_files_are_read_without_panic() {
    const SPICE: [&str; 26] = [
        "\\\n",
        "\\",
        "'",
        "\"",
        "`",
        "$(",
        "${",
        ")",
        "}",
        "((",
        "<<EOF\n",
        "<<-'A' ",
        "\r\n",
        "\n",
        "é",
        "😀",
        " # ",
        "[\"",
        "\\u00",
        "ONBUILD ",
        "FROM ",
        "RUN ",
        "if ",
        ";; esac ",
        "case x in ",
        "\u{feff}",
    ];
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/yum-missing");
    let files = std::fs::read_dir(folder).expect("the fixtures of the rule");
    let mut files: Vec<_> = files.map(|file| file.expect("a readable folder").path()).collect();
    files.sort();
    assert!(!files.is_empty());
    let mut numbers = Numbers(0x2545_f491_4f6c_dd1d);
    for file in files.iter().filter(|file| file.is_file()) {
        let text = std::fs::read_to_string(file).expect("a readable fixture");
        measure(&text);
        for _ in 0..60 {
            let mut chars: Vec<char> = text.chars().collect();
            for _ in 0..1 + numbers.below(6) {
                let place = numbers.below(chars.len());
                let end = (place + numbers.below(12)).min(chars.len());
                match numbers.below(4) {
                    0 => drop(chars.drain(place..end)),
                    1 => chars.truncate(place),
                    2 => chars.reverse(),
                    _ => drop(chars.splice(place..place, SPICE[numbers.below(SPICE.len())].chars())),
                }
            }
            measure(&chars.into_iter().collect::<String>());
        }
    }
}

#[test]
fn deep_nesting_and_long_lines_end() {
    for part in [
        "$(",
        "(",
        "{ ",
        "${a:-",
        "`",
        "if ",
        "case x in a) ",
        "((",
        "sh -c \"",
        "a && ",
        "a || ",
        "! ",
        "<<A ",
        "eval ",
    ] {
        measure(&format!("FROM a\nRUN {}", part.repeat(5_000)));
    }
    measure(&"FROM a\nONBUILD ".repeat(3_000));
    measure(&format!("FROM {}", "${a:-".repeat(20_000)));
    measure(&format!("FROM a\n{}", "ONBUILD ".repeat(20_000)));
}

#[test]
fn settings_without_a_value_are_refused() {
    let faults = |text: &str| parse(text).faults.len();
    assert_eq!(faults("FROM a\nENV HOME\n"), 1);
    assert_eq!(faults("FROM a\nENV A=1 B\n"), 1);
    assert_eq!(faults("FROM a\nLABEL one\n"), 1);
    assert_eq!(faults("FROM a\nENV A 1\nENV B=\nARG C\nLABEL d=\n"), 0);
}
