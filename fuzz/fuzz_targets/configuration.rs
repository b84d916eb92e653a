#![no_main]

mod one;

use newskin::discover::Kind;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    for (name, kind) in [
        ("local.settings.json", Kind::Json),
        ("template.yaml", Kind::Yaml),
        ("pyproject.toml", Kind::Toml),
        ("main.tf", Kind::Hcl),
        ("deploy.sh", Kind::Shell),
        ("Makefile", Kind::Makefile),
    ] {
        one::check(name, kind, bytes);
    }
});
