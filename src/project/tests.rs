use std::fs;

use super::*;

/// A repository of the given files in a temporary folder.
fn repository(files: &[(&str, &str)]) -> (tempfile::TempDir, Project) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    fs::create_dir(folder.path().join(".git")).expect("writable");
    for (name, text) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().expect("a parent")).expect("writable");
        fs::write(path, text).expect("writable");
    }
    let settings = Settings { root: folder.path().to_path_buf(), ..Settings::default() };
    let project = Project::survey(&settings);
    (folder, project)
}

#[test]
fn classifiers_tell_of_python_2() {
    let classifier = "'Programming Language :: Python ::";
    let (folder, project) = repository(&[
        ("listed/setup.py", &format!("setup(classifiers=[\n    {classifier} 2.7',\n])\n")),
        (
            "other/setup.py",
            &format!("setup(classifiers=[\n    # {classifier} 2.7',\n    {classifier} 3',\n])\n"),
        ),
        ("cfg/setup.cfg", "[metadata]\nclassifiers =\n    Programming Language :: Python :: 2\n"),
        (
            "stated/setup.cfg",
            "[metadata]\nclassifiers =\n    Programming Language :: Python :: 2\n[options]\npython_requires = >=3.6\n",
        ),
    ]);
    let keeps = |name: &str| project.supports_python2(&folder.path().join(name).join("a.py"));
    assert!(keeps("listed") && keeps("cfg"));
    assert!(!keeps("other") && !keeps("stated"));
}

#[test]
fn classifiers_tell_of_pythons_older_than_the_default() {
    let classifier = "'Programming Language :: Python ::";
    let listed = |versions: &[&str]| {
        let lines: Vec<String> = versions.iter().map(|version| format!("{classifier} {version}',")).collect();
        format!("setup(classifiers=[\n{}\n])\n", lines.join("\n"))
    };
    let (folder, project) = repository(&[
        ("old/setup.py", &listed(&["3", "3.7", "3.10"])),
        ("oldest/setup.py", &listed(&["2.7", "3.3", "3.4"])),
        ("new/setup.py", &listed(&["3.11", "3.12"])),
        ("none/setup.py", &listed(&["2", "3", "3 :: Only"])),
        ("line/setup.py", &listed(&["3.8"]).replace(",\n]", ", 'Programming Language :: Python :: 3.7']")),
        ("stated/setup.py", &listed(&["3.6"]).replace("setup(", "setup(python_requires='>=3.9', ")),
    ]);
    let minimum = |name: &str| project.minimum(&folder.path().join(name).join("a.py")).minor;
    assert_eq!(["old", "oldest", "new", "none", "line", "stated"].map(minimum), [7, 6, 8, 8, 7, 9]);
}

#[test]
fn takes_the_nearest_declaration() {
    let (folder, project) = repository(&[
        ("pyproject.toml", "[project]\nrequires-python = '>=3.9'\n"),
        ("libs/old/setup.py", "from setuptools import setup\nsetup(name='x', python_requires='>=3.7')\n"),
        ("libs/cfg/setup.cfg", "[options]\npython_requires = >=3.10\ninstall_requires =\n  a\n"),
        ("libs/poetry/pyproject.toml", "[tool.poetry.dependencies]\npython = '^3.11'\n"),
        ("libs/env/Pipfile", "[requires]\npython_version = '3.12'\n"),
        ("libs/both/setup.py", "kw = {'python_requires': '>=2.7, !=3.0.*'}\n"),
        (
            "libs/joined/setup.py",
            "said = ','.join(['>=2.7', '!=3.0.*', '!=3.1.*'])\nif True:\n    kw['python_requires'] = said\n",
        ),
        ("libs/broken/pyproject.toml", "[project\n"),
    ]);
    let minimum = |path: &str| project.minimum(&folder.path().join(path)).to_string();
    assert_eq!(minimum("a.py"), "3.9");
    assert_eq!(minimum("deep/er/a.py"), "3.9");
    assert_eq!(minimum("libs/old/pkg/a.py"), "3.7");
    assert_eq!(minimum("libs/cfg/a.py"), "3.10");
    assert_eq!(minimum("libs/poetry/a.py"), "3.11");
    assert_eq!(minimum("libs/env/a.py"), "3.12");
    assert_eq!(minimum("libs/both/a.py"), "3.1");
    assert_eq!(minimum("libs/joined/a.py"), "3.2");
    assert!(project.supports_python2(&folder.path().join("libs/joined/a.py")));
    assert_eq!(minimum("libs/broken/a.py"), "3.9");
    assert!(project.supports_python2(&folder.path().join("libs/both/a.py")));
    assert!(!project.supports_python2(&folder.path().join("a.py")));
}

#[test]
fn ends_at_the_repository() {
    let (folder, project) = repository(&[("pyproject.toml", "[project]\nrequires-python = '>=3.9'\n")]);
    let inner = folder.path().join("vendored");
    fs::create_dir_all(inner.join(".git")).expect("writable");
    assert_eq!(project.minimum(&inner.join("a.py")), DEFAULT_MINIMUM);
}

#[test]
fn the_user_has_the_last_word() {
    let (folder, _) = repository(&[("pyproject.toml", "[project]\nrequires-python = '>=3.9'\n")]);
    let settings = Settings { minimum: Some(PythonVersion::PY311), ..Settings::default() };
    let project = Project::survey(&settings);
    assert_eq!(project.minimum(&folder.path().join("a.py")), PythonVersion::PY311);
}

#[test]
fn collects_requirements_downwards() {
    let (folder, project) = repository(&[
        (
            "pyproject.toml",
            "[project]\ndependencies = ['Legacy.CGI>=2; python_version>=\"3.13\"', 'old; python_version<\"3.8\"']\n[build-system]\nrequires=['setuptools']\n[dependency-groups]\ndev=['pytest', {include-group='x'}]\n",
        ),
        ("requirements/prod.txt", "-r base.txt\n-r prod.txt\n"),
        ("requirements/base.txt", "flask\n"),
        ("app/requirements-dev.txt", "-r ../requirements/base.txt\naudioop-lts\n"),
        (
            "app/setup.py",
            "REQ = ['a1', 'b1==2']\nsetup(install_requires=REQ, extras_require={'x': ['c1']}, setup_requires='d1')\n",
        ),
        (
            "app/setup.cfg",
            "[options]\ninstall_requires =\n    e1>=2  # why\n    # not\n    f1\n[options.extras_require]\ny =\n    g1\n",
        ),
        ("app/Pipfile", "[packages]\nh1 = '*'\ni1 = {version='*', markers=\"python_version<'3'\"}\n"),
    ]);
    let requires = |path: &str, name: &str| project.requires(&folder.path().join(path), name);
    for name in ["legacy_cgi", "pytest", "flask"] {
        assert!(requires("a.py", name) && requires("app/pkg/a.py", name), "{name}");
    }
    for name in ["audioop-lts", "a1", "b1", "c1", "e1", "f1", "g1", "h1"] {
        assert!(requires("app/pkg/a.py", name) && !requires("a.py", name), "{name}");
    }
    for name in ["old", "setuptools", "i1", "d1", "python"] {
        assert!(!requires("app/a.py", name), "{name}");
    }
    assert!(project.build_requires(&folder.path().join("app/a.py"), "setuptools"));
    assert!(project.build_requires(&folder.path().join("app/a.py"), "d1"));
}

#[test]
fn finds_modules_as_absolute_imports_do() {
    let (folder, project) = repository(&[
        ("scripts/run.py", ""),
        ("scripts/imp.py", ""),
        ("src/pkg/__init__.py", ""),
        ("src/pkg/parser.py", ""),
        ("src/pkg/use.py", "import parser\n"),
        ("src/pkg/main.py", "import parser\nif __name__ == '__main__':\n    main()\n"),
        ("src/pkg/sub/__init__.py", ""),
        ("src/symbol/__init__.py", ""),
        ("cgi.py", ""),
        ("crypt/notes.py", ""),
        ("native/audioop.cpython-313-x86_64-linux-gnu.so", ""),
    ]);
    let has = |path: &str, module: &str| project.has_module(&folder.path().join(path), module);
    assert!(has("scripts/run.py", "imp"));
    assert!(!has("src/pkg/use.py", "parser"), "imports are absolute");
    assert!(has("src/pkg/main.py", "parser"), "a script searches its own folder");
    assert!(has("src/pkg/sub/a.py", "symbol") && has("scripts/run.py", "symbol.x"));
    assert!(has("src/pkg/sub/a.py", "cgi"));
    assert!(!has("scripts/run.py", "crypt"), "a namespace package yields to the standard library");
    assert!(has("native/a.py", "audioop"));
    assert!(!has("scripts/run.py", "pipes"));
}

#[test]
fn knows_what_builds_give_arguments() {
    let (folder, project) = repository(&[
        (
            "compose.yaml",
            "services:\n  a:\n    build:\n      context: ./a\n      args: {V: '3.11', W: '${W:-1}'}\n  b:\n    build: ./b\n  \
             c:\n    build: {context: ., dockerfile: c/Dockerfile, args: [V=3.9, HOME]}\n",
        ),
        ("Makefile", "all:\n\tdocker build --pull --build-arg V=3.10 -f c/Dockerfile .\n"),
        ("package.json", "{\"scripts\": {\"build\": \"tsc\"}}"),
        (".gitlab-ci.yml", "build:\n  script: [docker build --build-arg=V=3.12 -t d d]\n"),
        (
            ".github/workflows/image.yml",
            "on: push\njobs:\n  build:\n    steps:\n      - uses: docker/build-push-action@v6\n        with:\n          \
             file: e/Dockerfile\n          build-args: |\n            V=3.8\n            W=${{ inputs.w }}\n",
        ),
        ("docker-bake.hcl", "target \"f\" {\n  context = \"f\"\n  args = { V = \"3.7\", W = var }\n}\n"),
        (
            "g/template.yaml",
            "Resources:\n  F:\n    Metadata:\n      DockerContext: src\n      DockerBuildArgs: {V: '3.6', W: !Ref W}\n",
        ),
    ]);
    let given = |path: &str| {
        let mut given: Vec<_> = project.build_arguments(&folder.path().join(path)).into_iter().collect();
        given.sort();
        given.into_iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>()
    };
    assert_eq!(given("a/Dockerfile"), ["V=3.11"], "what is not literal is left out");
    assert_eq!(given("d/Dockerfile"), ["V=3.12"]);
    assert_eq!(given("e/Dockerfile"), ["V=3.8"]);
    assert_eq!(given("f/Dockerfile"), ["V=3.7"]);
    assert_eq!(given("g/src/Dockerfile"), ["V=3.6"]);
    assert!(given("b/Dockerfile").is_empty(), "the default counts");
    assert!(given("c/Dockerfile").is_empty(), "the builds differ");
    assert!(given("h/Dockerfile").is_empty(), "nothing is known");
}

#[test]
fn a_build_of_an_unknown_file_may_be_of_any() {
    let (folder, project) = repository(&[
        ("compose.yaml", "services:\n  a:\n    build: {context: a, args: {V: '3.11'}}\n"),
        ("build.sh", "docker build --build-arg V=$1 \"$2\"\n"),
    ]);
    assert!(project.build_arguments(&folder.path().join("a/Dockerfile")).is_empty());
}
