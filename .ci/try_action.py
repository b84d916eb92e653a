"""Runs the steps of action.yml as GitHub would: try_action.py ACTION.YML PATHS"""

import os
import pathlib
import re
import subprocess
import sys
import tempfile

import yaml


def main(action, paths):
    action = yaml.safe_load(pathlib.Path(action).read_text(encoding="utf-8"))
    inputs = {name: facts.get("default", "") for name, facts in action["inputs"].items()}
    inputs["paths"] = paths
    with tempfile.TemporaryDirectory() as runner:
        path = pathlib.Path(runner, "path")
        path.touch()
        for step in action["runs"]["steps"]:
            added = path.read_text(encoding="utf-8").split()
            environment = dict(os.environ, RUNNER_TEMP=runner, GITHUB_PATH=str(path))
            environment["PATH"] = os.pathsep.join([*added, environment["PATH"]])
            for name, value in step["env"].items():
                environment[name] = re.sub(r"\$\{\{ inputs\.([\w-]+) \}\}", lambda m: inputs[m[1]], value)
            shell = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]]
            code = subprocess.run(shell, env=environment).returncode
            if code:
                return code
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
