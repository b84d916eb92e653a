//! Shell text, against what a real shell makes of it.

use std::process::Command as Process;

use super::*;

fn read(text: &str) -> Script {
    parse(&Fragment::whole(text), Options::default())
}

/// The words of every command as they stand in the text without quotes.
fn commands(text: &str) -> Vec<String> {
    let script = read(text);
    let words = |command: &Command| {
        let words: Vec<&str> = command.words.iter().map(|word| word.value.text()).collect();
        words.join(" ")
    };
    script.calls().all.iter().map(|call| words(call.command)).filter(|words| !words.is_empty()).collect()
}

fn programs(text: &str) -> Vec<String> {
    let script = read(text);
    let program = |call: &Call<'_>| call.command.program().map(|word| word.value.text().to_owned());
    script.calls().all.iter().filter_map(program).collect()
}

/// Runs a script in `bash`, where no program can be found, and takes down
/// every command that it tries to run.
fn traced(text: &str) -> Vec<String> {
    let handler = "PATH=/nowhere; set +H; command_not_found_handle() { echo \"$*\" >&9; }\n";
    let script = format!("{{ {handler}{text}\n}} 9>&1 >/dev/null 2>&1 </dev/null");
    let empty = tempfile::tempdir().expect("a folder without files that patterns could fit");
    let mut bash = Process::new("bash");
    let output = bash.args(["--norc", "-c", &script]).current_dir(&empty).output().expect("bash can be run");
    let text = String::from_utf8(output.stdout).expect("the scripts are UTF-8");
    text.lines().map(str::to_owned).collect()
}

/// Scripts in which every command is reached and every word is literal.
const STRAIGHT: &[&str] = &[
    "yum install -y gcc",
    "yum install -y gcc && yum clean all",
    "a;b ;c\nd & e",
    "a || n && c | d",
    "a 'b c' \"d e\" f\\ g \\\n h",
    "'a' \"b\" c\\d e'f'\"g\"",
    "a $'b\\tc' $\"d\"",
    "A=1 B='x y' a b",
    "a >f 2>&1 <f b >>f",
    "a 2>/dev/null b &>f",
    "if a; then b; fi; c",
    "if a\nthen\n b\nelse\n n\nfi",
    "for i in 1; do a x; b; done",
    "for i in 1\ndo a; done | b",
    "for ((i = 0; i < 1; i++)); do a; done",
    "while a; do b; break; done",
    "case x in y) n;; x|z) a; b;; esac; c",
    "case x in (x) a ;; *) n ;; esac",
    "{ a; b; } && ( c; (d) )",
    "{ a\n b\n}",
    "f() { a; }; f; b",
    "function g { a; }\ng",
    "a # b; c\nd",
    "a#b 'c # d' \\# e",
    "# only a comment",
    "a <<E && b\n$x yum c\nE\nd",
    "a <<'E' <<-F; b\nc\nE\n\td\n\tF\ne",
    "a <<< 'b' c",
    "a -x=y {b,c",
    "a * \"*\" | b [c",
    "! a",
    "a && ! b",
    "a\u{3000}b c\u{a0}d",
    "a (",
    "((1 + 1)); a",
    "[[ -n x && ( -z y || x < y ) ]]; a",
    "a=(b c 'd e'); h",
    "eval 'a b' c",
    "eval a\\;b",
    "`# a comment` a b",
    "a && `# why` \\\n b",
    "until a; do n; done; c",
    "if ! a; then n; elif b; then c; fi",
    "a ;; b",
];

#[test]
fn the_shell_runs_what_was_read() {
    for script in STRAIGHT {
        let mut ran = traced(script);
        let mut found = commands(script);
        // A shell runs the commands of a pipeline at once, in any order.
        let wanted = |words: &String| {
            !["[[", "eval", "break", "f", "g", "n"].contains(&words.split(' ').next().unwrap_or(""))
        };
        found.retain(wanted);
        if read(script).faults.is_empty() {
            ran.sort();
            found.sort();
            assert_eq!(found, ran, "{script}");
        } else {
            assert_eq!(ran, [] as [&str; 0], "bash accepts {script}");
        }
    }
}

#[test]
fn a_regular_expression_is_no_command() {
    let text = "if [[ $a =~ ^(x|y z)$ ]] && [[ $b =~ a(b|c) || $c =~ (q) ]]; then yum install; fi";
    assert_eq!(programs(text), ["[[", "[[", "yum"]);
    assert!(read(text).faults.is_empty());
}

#[test]
fn commands_within_words_are_found() {
    assert_eq!(programs("a $(b $(c)) \"d $(e)\" '$(n)' `f`"), ["a", "b", "c", "e", "f"]);
    assert_eq!(programs("x=$(a) y=`b`"), ["a", "b"]);
    assert_eq!(programs("a ${x:-$(b)} ${y#`c`} $((1 + 2)) $x"), ["a", "b", "c"]);
    assert_eq!(programs("a <(b) >(c)"), ["a", "b", "c"]);
    assert_eq!(programs("a > \"$(b)\" <<E\n$(c) \\$(n) `d`\nE"), ["a", "b", "c", "d"]);
    assert_eq!(programs("a `b \\`c\\``"), ["a", "b", "c"]);
}

#[test]
fn wrappers_are_seen_through() {
    for (script, expected) in [
        ("sudo yum install", "yum"),
        ("sudo -E -u root -- yum install", "yum"),
        ("sudo -Eu root A=b yum", "yum"),
        ("sudo --user root yum", "yum"),
        ("env yum", "yum"),
        ("env -u X A=b C='d e' yum", "yum"),
        ("/usr/bin/env -i yum", "yum"),
        ("exec yum", "yum"),
        ("exec -a name yum", "yum"),
        ("time -p yum", "yum"),
        ("nice -n 5 ionice -c2 -n 0 yum", "yum"),
        ("timeout -k 5 300 yum", "yum"),
        ("timeout 5m yum", "yum"),
        ("command yum", "yum"),
        ("command -v yum", "command"),
        ("xargs -n1 -P 4 yum install", "yum"),
        ("xargs", "xargs"),
        ("nohup setsid yum", "yum"),
        ("gosu root yum", "yum"),
        ("sudo -l yum", "sudo"),
        ("A=1 sudo env B=2 nice yum", "yum"),
        ("sudo", "sudo"),
        ("env A=b", "env"),
        ("$SUDO yum", "$SUDO"),
    ] {
        let script_read = read(script);
        let calls = script_read.calls();
        let program = calls.all[0].command.program().map(|word| word.value.text());
        assert_eq!(program, Some(expected), "{script}");
    }
}

#[test]
fn scripts_among_arguments_are_read() {
    for (script, expected) in [
        ("sh -c 'yum a && dnf b'", vec!["sh", "yum", "dnf"]),
        ("bash -lc \"yum a $(dnf b)\"", vec!["bash", "yum", "dnf"]),
        ("/bin/bash -euxo pipefail -c 'yum a'", vec!["/bin/bash", "yum"]),
        ("sudo sh -c \"yum a \\\"b c\\\"\"", vec!["sh", "yum"]),
        ("sh -c 'sh -c \"yum a\"'", vec!["sh", "sh", "yum"]),
        ("bash script.sh -c yum", vec!["bash"]),
        ("sh yum", vec!["sh"]),
        ("eval \"yum a\" '&& dnf b'", vec!["eval", "yum", "dnf"]),
        ("su - user -c 'yum a'", vec!["su", "yum"]),
        ("bash <<E\nyum a\nE", vec!["bash", "yum"]),
        ("bash -s -- x <<E\nyum a\nE", vec!["bash", "yum"]),
        ("bash x.sh <<E\nyum a\nE", vec!["bash"]),
        ("busybox sh -c 'yum a'", vec!["sh", "yum"]),
    ] {
        assert_eq!(programs(script), expected, "{script}");
    }
}

#[test]
fn places_lead_back_into_the_text() {
    let text = "a && sudo sh -c 'x; yum  install \"é\"' # end";
    let script = read(text);
    let calls = script.calls();
    let yum = calls.all.iter().find(|call| call.command.name() == Some("yum")).expect("found");
    let slices: Vec<&str> = yum.command.words.iter().map(|word| &text[word.range]).collect();
    assert_eq!(slices, ["yum", "install", "\"é\""]);
    assert_eq!(&text[script.comments[0]], "# end");
}

/// What follows the failure of the command `y`.
fn failure(script: &str) -> &'static str {
    let script = read(script);
    let calls = script.calls();
    let call = calls.all.iter().find(|call| call.command.name() == Some("y")).expect("a command `y`");
    match call.failure {
        Failure::Stops => "stops",
        Failure::Continues => "continues",
        Failure::Pipeline(_) | Failure::List(_) => "else",
    }
}

/// Whether `bash` ends in failure when `y`, and nothing else, fails.
fn fails(script: &str) -> bool {
    let script = format!("y() {{ return 1; }}; a() {{ :; }}; b() {{ :; }}\n{script}");
    !Process::new("bash").args(["--norc", "-c", &script]).status().expect("bash can be run").success()
}

#[test]
fn the_end_of_a_script_is_foreseen() {
    for script in [
        "y",
        "y; a",
        "a; y",
        "y && a",
        "a && y",
        "y && a; b",
        "y | a",
        "a | y",
        "y & a",
        "set -e; y; a",
        "set -e; y && a; b",
        "set -e; a && y; b",
        "set -o pipefail; y | a",
        "set -eo pipefail; y | a; b",
        "set -e; set +e; y; a",
        "(y); a",
        "(set -e; y; a)",
        "{ a; y; }",
        "{ y; a; }",
        "if a; then y; fi",
        "if a; then y; a; fi",
        "for i in 1; do y; done",
        "for i in 1; do y; a; done",
        "x=$(y)",
        "echo $(y)",
        "set -e; x=$(y); a",
        "case x in x) y;; esac",
        "sh -ec 'false; true'; y; a",
        "eval y; a",
        "! y",
        "! y; a",
        "set -e; ! y; a",
        "set -e; if a; then y; a; fi; b",
        "set -e; { y; a; } && b; a",
    ] {
        let expected = if fails(script) { "stops" } else { "continues" };
        assert_eq!(failure(script), expected, "{script}");
    }
    for script in ["y || a", "y && a || b", "if y; then a; else b; fi", "if y; then a; elif b; then a; fi"] {
        assert_eq!(failure(script), "else", "{script}");
    }
}

/// What is known when `y` runs: `+a` when `a` succeeded, `-a` when it failed.
fn known(script: &str) -> Vec<String> {
    let script = read(script);
    let calls = script.calls();
    let call = calls.all.iter().find(|call| call.command.name() == Some("y")).expect("a command `y`");
    let mut known: Vec<String> = calls
        .circumstances(call)
        .map(|one| {
            let sign = one.holds.map_or('?', |holds| if holds { '+' } else { '-' });
            match one.subject {
                Subject::Command(command) => format!("{sign}{}", command.name().unwrap_or("")),
                Subject::Case(word, _) => format!("{sign}{}", word.value.text()),
            }
        })
        .collect();
    known.reverse();
    known
}

#[test]
fn conditions_are_known() {
    for (script, expected) in [
        ("y", vec![]),
        ("a; y", vec![]),
        ("a && y", vec!["+a"]),
        ("a || y", vec!["-a"]),
        ("! a && y", vec!["-a"]),
        ("a && b && y", vec!["+a", "+b"]),
        ("a && b || y", vec!["?b"]),
        ("a | b && y", vec!["+a", "+b"]),
        ("if a; then y; fi", vec!["+a"]),
        ("if a && b; then y; fi", vec!["+a", "+b"]),
        ("if a || b; then y; fi", vec!["?a", "?b"]),
        ("if a || b; then x; else y; fi", vec!["-a", "-b"]),
        ("if a; then x; elif b; then y; fi", vec!["-a", "+b"]),
        ("if x; a; then y; fi", vec!["+a"]),
        ("if (a); then y; fi", vec!["+a"]),
        ("while a; do y; done", vec!["?a"]),
        ("case $a in b) y;; esac", vec!["+$a"]),
        ("a || exit 0; y", vec!["+a"]),
        ("a && exit; y", vec!["-a"]),
        ("a || { echo no; exit 1; }; y", vec!["+a"]),
        ("if a; then exit; fi; y", vec!["-a"]),
        ("if a; then b; fi; y", vec![]),
        ("{ a && b; }; y", vec![]),
    ] {
        assert_eq!(known(script), expected, "{script}");
    }
}
