#!/usr/bin/env bash
# Names at once everything that is missing or too old on this machine. The versions wanted are those that Cargo.toml,
# package.json and tools/opstack/go.mod ask for.
set -uo pipefail
cd "$(dirname "$0")/.."

rust=$(sed -n 's/^rust-version = "\(.*\)"/\1/p' Cargo.toml)
node=$(sed -n 's/.*"node": ">=\(.*\)".*/\1/p' package.json)
go=$(sed -n 's/^go \(.*\)/\1/p' tools/opstack/go.mod)
missing=0

# want NAME VERSION REMEDY COMMAND...: the first number with a dot (or the only number) that COMMAND prints is its version.
want() {
  local name=$1 wanted=$2 remedy=$3 found
  shift 3
  if ! command -v "$1" >/dev/null; then
    found=none
  else
    found=$("$@" 2>/dev/null | grep -oE '[0-9]+(\.[0-9]+)+' | head -1)
    found=${found:-unreadable}
  fi
  if [[ $found == [0-9]* && $(printf '%s\n' "$wanted" "$found" | sort -V | head -1) == "$wanted" ]]; then
    printf '  %-8s %-12s (>= %s)\n' "$name" "$found" "$wanted"
  else
    printf '  %-8s %-12s MISSING: %s or newer is wanted; %s\n' "$name" "$found" "$wanted" "$remedy"
    missing=$((missing + 1))
  fi
}

want Rust "$rust" "see rustup.rs, then: rustup update stable" rustc --version
want cargo "$rust" "comes with Rust" cargo --version
want rustfmt 1.8 "rustup component add rustfmt" rustfmt --version
want clippy 0.1 "rustup component add clippy" cargo-clippy --version
want Node "$node" "see nodejs.org" node --version
want npm 10 "comes with Node" npm --version
want Go "$go" "see go.dev/doc/install" go version
want make 4.0 "your system's package manager has it" make --version
want cc 8 "a C compiler, for SQLite and op-geth: gcc or clang of your system" cc --version
want git 2.20 "your system's package manager has it" git --version

if ((missing)); then
  echo "$missing of the tools that Rota is built with are missing or too old, see above" >&2
  exit 1
fi
