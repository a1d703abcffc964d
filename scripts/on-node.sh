#!/usr/bin/env bash
# on-node.sh VERSION [ARGS…]: runs the tests, `vitest run ARGS`, on another version of Node, which comes from npm. All files that git knows, as they are now, are
# copied, installed anew and built there: a Node takes other optional dependencies than the one before.
set -euo pipefail
version=${1:?which version of Node, for instance 24}
shift
cd "$(dirname "$0")/.."
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
package=node-$(node -p '`${process.platform}-${process.arch}`')
npm install --prefix "$place/node" --no-audit --no-fund --no-save --silent "$package@$version"
mkdir "$place/rafka"
changed=$(git stash create)
git archive "${changed:-HEAD}" | tar -xf - -C "$place/rafka"
cd "$place/rafka"
PATH=$place/node/node_modules/$package/bin:$PATH
echo "Node $(node --version)"
# Nothing needs to be compiled where SQLite comes ready.
npm ci --no-audit --no-fund --ignore-scripts
npm run build
npx vitest run "$@"
