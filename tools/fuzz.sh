#!/usr/bin/env bash
# Every fuzz test and every invariant, long, from a fresh seed, which it prints first and last; all output is kept in target/fuzz/.
# Fails if a test does, if a campaign made fewer than 10,000 calls, or if one of its actions succeeded in less than 5 % of its tries.
#
#   FUZZ_SEED  repeats the run of that seed
set -uo pipefail
cd "$(dirname "$0")/.."

FORGE=${FORGE:-node_modules/.bin/forge}
LOG=target/fuzz/log
CALLS=10000
: "${FUZZ_SEED:=0x$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')}"
# The campaigns that measure how often actions succeed draw from it, too.
export FUZZ_SEED

main() {
  local rc=0
  mkdir -p target/fuzz
  echo "seed $FUZZ_SEED; again: make fuzz FUZZ_SEED=$FUZZ_SEED"
  FOUNDRY_PROFILE=long "$FORGE" test -vv --fuzz-seed "$FUZZ_SEED" --match-test '^(testFuzz|invariant|test_campaign)' 2>&1 |
    tee $LOG | grep --line-buffered -E '^(\[FAIL|Suite|Ran|Error|Encountered)'
  rc=${PIPESTATUS[0]}
  rates || rc=1
  campaigns || rc=1
  ((rc == 0)) && echo "passed, seed $FUZZ_SEED" || echo "FAILED, seed $FUZZ_SEED: see $LOG; again: make fuzz FUZZ_SEED=$FUZZ_SEED"
  exit "$rc"
}

# How often each action succeeded, as the campaigns print it at their end.
rates() {
  awk '
    /^Ran [0-9]+ tests? for / { suite = $NF; sub(/.*:/, "", suite) }
    /^\[/ { campaign = /test_campaign/ }
    campaign && /^  .*: [0-9]+ of [0-9]+$/ {
      action = $0; sub(/^ +/, "", action); sub(/: [0-9]+ of [0-9]+$/, "", action)
      printf "%-28s %-28s %5d of %5d  %3d %%\n", suite, action, $(NF - 2), $NF, 100 * $(NF - 2) / $NF
      ++actions
      if ($(NF - 2) * 20 < $NF) { ++rare; print "  below 5 %" }
    }
    END {
      printf "%d actions, %d of them below 5 %%\n", actions, rare
      exit actions == 0 || rare > 0
    }' $LOG
}

campaigns() {
  awk -v least=$CALLS '
    /^\[PASS\] invariant_/ {
      calls = $0; sub(/.*calls: /, "", calls); sub(/,.*/, "", calls)
      ++campaigns; all += calls
      if (calls + 0 < least) { ++few; print "only " calls " calls: " $2 }
    }
    /^\[PASS\] testFuzz/ { ++tests; runs = $0; sub(/.*runs: /, "", runs); sub(/,.*/, "", runs); sum += runs }
    END {
      printf "%d invariants, %d calls; %d fuzz tests, %d runs\n", campaigns, all, tests, sum
      exit campaigns == 0 || few > 0
    }' $LOG
}

main
