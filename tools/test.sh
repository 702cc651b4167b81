#!/usr/bin/env bash
# Everything that must hold, in the order in which it is quickest to fail; what each step printed is kept in target/test/.
# Stops at the first step that fails. Closes with "N passed, 0 failed" only if nothing did.
set -uo pipefail
cd "$(dirname "$0")/.."

FORGE=${FORGE:-node_modules/.bin/forge}
PROFILE=${PROFILE:-dev}
LOGS=target/test
kinds=()
declare -A passed failed skipped
steps=0

main() {
  rm -rf $LOGS
  mkdir -p $LOGS
  step "prerequisites and builds" build make build
  step "lint" lint make lint
  step "forge: unit tests, fuzz tests, invariants" forge "$FORGE" test
  step "a foreign forge project that installed the package" foreign tests/foreign/run.sh
  step "gas: no call costs another amount than committed" gas make gas-regressions
  step "Rust: units and crates" rust cargo test --locked --profile "$PROFILE" --workspace --exclude e2e --no-fail-fast
  step "the whole system (tests/e2e)" e2e cargo test --locked --profile "$PROFILE" -p e2e --no-fail-fast -- --test-threads=1
  finish 0
}

# step TITLE NAME COMMAND...
step() {
  local title=$1 name=$2 began=$SECONDS rc
  shift 2
  steps=$((steps + 1))
  printf '\n[%d/7] %s\n' $steps "$title"
  "$@" 2>&1 | tee $LOGS/"$name".log
  rc=${PIPESTATUS[0]}
  case $name in
    forge | foreign | rust | e2e) count "$name" || rc=1 ;;
  esac
  printf '[%d/7] %s: %s after %d s\n' $steps "$title" "$([[ $rc == 0 ]] && echo done || echo FAILED)" $((SECONDS - began))
  [[ $rc == 0 ]] || finish 1
}

# count KIND: reads its log; a run that says nothing about tests has failed.
count() {
  local sums
  if ! sums=$(awk -f tools/count-tests.awk $LOGS/"$1".log); then
    echo "no test results of $1 in $LOGS/$1.log" >&2
    return 1
  fi
  kinds+=("$1")
  read -r "passed[$1]" "failed[$1]" "skipped[$1]" <<<"$sums"
  ((failed[$1] == 0))
}

# finish RC: the counts, their minimums, the closing line.
finish() {
  local rc=$1 kind minimum all=0 bad=0
  printf '\n%-8s %8s %8s %8s %8s\n' tests passed failed skipped minimum
  for kind in "${kinds[@]}"; do
    minimum=$(awk -v kind="$kind" '$1 == kind { print $2 }' tests/minimums)
    printf '%-8s %8d %8d %8d %8s\n' "$kind" "${passed[$kind]}" "${failed[$kind]}" "${skipped[$kind]}" "${minimum:-none}"
    all=$((all + passed[$kind]))
    bad=$((bad + failed[$kind]))
    if ((rc == 0 && passed[$kind] < ${minimum:-1})); then
      echo "$kind: ${passed[$kind]} tests passed, tests/minimums wants ${minimum:-a number}: were some lost?" >&2
      rc=1
    fi
  done
  if ((rc == 0 || bad > 0)); then
    echo "$all passed, $bad failed"
  else
    echo "$all passed, and the run FAILED: see above, and $LOGS/"
  fi
  exit "$rc"
}

main
