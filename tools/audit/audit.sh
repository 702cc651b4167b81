#!/usr/bin/env bash
# slither over the contracts: fails on a finding that docs/audit.md does not explain. halmos over tests/contracts/proofs: fails on a
# proof that does not hold, or that the solver gives up. What both printed is kept in target/audit/.
#
#   PYTHON  interpreter, 3.11 or newer  (python3)
#   FORGE   forge 1.7.1                 (node_modules/.bin/forge)
set -euo pipefail
cd "$(dirname "$0")/../.."

PYTHON=${PYTHON:-python3}
FORGE=${FORGE:-node_modules/.bin/forge}
WORK=target/audit
VENV=$WORK/venv

main() {
  mkdir -p $WORK
  echo "[1/3] slither and halmos, as tools/audit/requirements.txt pins them"
  install
  echo "[2/3] slither over contracts/"
  slither
  echo "[3/3] halmos over tests/contracts/proofs/ (minutes)"
  halmos
}

install() {
  if ! "$PYTHON" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
    echo "make audit needs Python 3.11 or newer, for slither and halmos; '$PYTHON' is: $("$PYTHON" --version 2>&1 || true)." >&2
    echo "Install one (python.org, or your system's package manager), or name it: make audit PYTHON=python3.12" >&2
    exit 1
  fi
  if ! cmp -s tools/audit/requirements.txt $VENV/installed.txt; then
    rm -rf $VENV
    "$PYTHON" -m venv $VENV || { echo "'$PYTHON' has no venv module: install it (Debian: python3-venv)" >&2; exit 1; }
    $VENV/bin/pip install --quiet --disable-pip-version-check --requirement tools/audit/requirements.txt
    cp tools/audit/requirements.txt $VENV/installed.txt
  fi
}

# A build of its own, with syntax trees, of the contracts alone; all of it, since a partial one has a partial tree.
slither() {
  local out=$WORK/slither
  rm -rf $out
  FOUNDRY_OUT=$out FOUNDRY_CACHE_PATH=$out/cache "$FORGE" build contracts --skip 'contracts/testing/**' --build-info >$WORK/slither.log
  # It asks forge for the configuration.
  PATH=$(dirname "$(realpath "$FORGE")"):$PATH $VENV/bin/slither . --config-file tools/audit/slither.config.json --ignore-compile \
    --foundry-out-directory $out --json $out/findings.json --fail-none >>$WORK/slither.log 2>&1 || [[ -e $out/findings.json ]] || {
    tail -n 20 $WORK/slither.log >&2
    exit 1
  }
  $VENV/bin/python tools/audit/unexplained.py $out/findings.json docs/audit.md
}

# Lanes and masks are for a solver that knows bits, products and quotients for one that knows integers.
halmos() {
  : >$WORK/halmos.log
  prove 'WordsProof$' --solver yices
  prove '(Timeline|Rounding)Proof$' --solver-command "$VENV/bin/python tools/audit/integers.py"
}

# Builds the proofs and what they import alone. One solver at a time: they share the machine.
prove() {
  local contracts=$1 log=$WORK/prove.log rc=0
  shift
  PATH=$(dirname "$(realpath "$FORGE")"):$PATH \
    FOUNDRY_SRC=tests/contracts/proofs FOUNDRY_TEST=tests/contracts/proofs FOUNDRY_SCRIPT=tests/contracts/proofs \
    FOUNDRY_OUT=$WORK/proofs FOUNDRY_CACHE_PATH=$WORK/proofs/cache \
    $VENV/bin/halmos --match-contract "$contracts" --function testFuzz_prove_ --forge-build-out $WORK/proofs --loop 64 \
    --solver-threads 1 --solver-timeout-assertion 2m --no-status "$@" >$log 2>&1 || rc=$?
  cat $log >>$WORK/halmos.log
  grep -aE '^\S*\[(PASS|FAIL|TIMEOUT|ERROR)|Counterexample|^ +p_|Symbolic test result' $log || true
  # A warning is a bound that was reached: then not all was proved.
  if grep -aE 'WARNING' $log; then rc=1; fi
  ((rc == 0)) || { echo "halmos did not prove everything: see $WORK/halmos.log" >&2; exit 1; }
}

main
