#!/usr/bin/env bash
# Packs @rota/contracts as npm would publish it, installs the copy into this project beside its dependencies, and runs the project's
# tests. Needs nothing but `npm ci` in the root.
set -euo pipefail
cd "$(dirname "$0")"
root=../..
forge=$(cd "$root" && realpath "$(command -v "${FORGE:-node_modules/.bin/forge}")")
rm -rf node_modules
mkdir -p node_modules/@rota/contracts

npm pack "$root" --silent --pack-destination node_modules >/dev/null
tar -xzf node_modules/rota-contracts-*.tgz -C node_modules/@rota/contracts --strip-components 1

# What `npm install` would bring along, taken from where it is installed already.
for package in @openzeppelin/contracts solady @layerzerolabs/toolbox-foundry; do
  mkdir -p "node_modules/$(dirname "$package")"
  ln -s "$(realpath "$root/node_modules/$package")" "node_modules/$package"
done

FOUNDRY_OUT=out FOUNDRY_CACHE_PATH=cache exec "$forge" test "$@"
