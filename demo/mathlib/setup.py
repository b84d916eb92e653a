import os
from distutils.util import strtobool

try:
    from setuptools import find_packages, setup
except ImportError:
    from distutils.core import setup

    def find_packages(where):
        return ["mathlib"]


HERE = os.path.abspath(os.path.dirname(__file__))


def get_version():
    with open(os.path.join(HERE, "src", "mathlib", "version.py")) as file:
        exec(compile(file.read(), "version.py", "exec"))
    return locals()["__version__"]


WITH_NUMPY = strtobool(os.environ.get("MATHLIB_NUMPY", "no"))

setup(
    name="mathlib",
    version=get_version(),
    package_dir={"": "src"},
    packages=find_packages("src"),
    python_requires=">=3.7",
    install_requires=["numpy>=1.18"] if WITH_NUMPY else [],
)
