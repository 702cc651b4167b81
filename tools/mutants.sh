#!/usr/bin/env bash
# Breaks the contracts one rule at a time, as tests/contracts/mutants/*.patch say, and fails if an invariant that guards the rule, or a
# test against a model, does not notice; and if there is an invariant that no patch breaks. In a copy of the tree, and without solc's
# optimizer: that compiles in a fifth of the time, and is told apart from what the patches do by a look at the unbroken copy first.
#
#   tools/mutants.sh [WORD...]   those whose name has one of the words; all without any
set -uo pipefail
cd "$(dirname "$0")/.."

FORGE=$(realpath "$(command -v "${FORGE:-node_modules/.bin/forge}")")
MUTANTS=$PWD/tests/contracts/mutants
INVARIANTS=tests/contracts/invariants/README.md
COPY=$PWD/target/mutants
killed=0
bad=()

main() {
  local patches=() patch without
  without=$(unguarded | paste -sd ' ')
  if [[ -n $without ]]; then
    echo "no mutant breaks $without of $INVARIANTS: add a patch to tests/contracts/mutants" >&2
    exit 1
  fi
  for patch in "$MUTANTS"/*.patch; do
    is_wanted "$(basename "$patch" .patch)" "$@" && patches+=("$patch")
  done
  if ((${#patches[@]} == 0)); then
    echo "no mutant is called like that: $*" >&2
    exit 1
  fi
  copy "${patches[@]}"
  unbroken "${patches[@]}" || exit 1
  for patch in "${patches[@]}"; do try "$patch"; done
  echo "${#patches[@]} mutants, $killed killed${bad[*]:+; NOT: ${bad[*]}}"
  ((${#bad[@]} == 0))
}

# is_wanted NAME [WORD...]
is_wanted() {
  local name=$1 word
  shift
  (($# == 0)) && return
  for word in "$@"; do [[ $name == *"$word"* ]] && return; done
  return 1
}

# The numbers of INVARIANTS that no patch names.
unguarded() {
  comm -23 <(sed -n 's/^| \(INV-[0-9]*\) .*/\1/p' "$INVARIANTS" | sort) \
    <(sed -n 's/^Breaks //p' "$MUTANTS"/*.patch | grep -o 'INV-[0-9]*' | sort -u)
}

# copy PATCH...
copy() {
  rm -rf "$COPY"
  mkdir -p "$COPY/tools" "$COPY/script"
  cp -a contracts foundry.toml "$COPY"
  # The tests that look, and what tests are made of; other tests would be compiled for nothing.
  {
    sed -n 's/^Killed by \([^:]*\):.*/\1/p' "$@"
    find tests/contracts -name '*.sol' '(' ! -name '*.t.sol' -o -path '*/invariants/*' ')'
  } | sort -u | xargs cp -a --parents -t "$COPY"
  cp -a tools/solc "$COPY/tools"
  ln -s "$(realpath node_modules)" "$COPY/node_modules"
  cd "$COPY" || exit 1
  unset FOUNDRY_OUT FOUNDRY_CACHE_PATH
  # The copy is in no repository, as far as `git apply` is to know.
  GIT_CEILING_DIRECTORIES=$(dirname "$COPY")
  export GIT_CEILING_DIRECTORIES FOUNDRY_OPTIMIZER=false FOUNDRY_INVARIANT_SHRINK_RUN_LIMIT=0
}

# unbroken PATCH...: whether the invariants that these name hold as long as nothing is broken.
unbroken() {
  local names
  names=$(sed -n 's/^Killed by .*://p' "$@" | sort -u | paste -sd '|')
  "$FORGE" test --match-test "^($names)" >unbroken.log 2>&1 && return
  echo "some of them do not hold unbroken, see $COPY/unbroken.log" >&2
  return 1
}

# try PATCH: applies it, has each invariant look that it names, and takes it back.
try() {
  local name file contract invariant began=$SECONDS verdict=killed why=
  name=$(basename "$1" .patch)
  if git apply "$1"; then
    while IFS=: read -r file contract invariant; do
      look "$file" "$contract" "$invariant" || break
    done < <(sed -n 's/^Killed by //p' "$1")
    git apply -R "$1"
  else
    verdict=BROKEN why="it does not apply"
  fi
  if [[ $verdict == killed ]]; then killed=$((killed + 1)); else bad+=("$name"); fi
  printf '%-8s %-36s %4d s  %s\n' "$verdict" "$name" $((SECONDS - began)) "$why"
}

# look FILE CONTRACT INVARIANT: sets `verdict` and `why`; succeeds if the invariant broke, and not the compilation or the set-up.
look() {
  local log=$name.log rc
  rm -rf cache/invariant
  FOUNDRY_PROFILE=long "$FORGE" test --match-path "$1" --match-contract "^$2\$" --match-test "^$3" >"$log" 2>&1
  rc=$?
  why=$(sed -n '/^\[FAIL/{s/ != \].*/]/;p;q}' "$log" | cut -c 1-100)
  if ((rc == 0)); then
    verdict=SURVIVED why="$3 holds all the same"
  elif [[ -z $why ]] || grep -q 'setUp()' "$log"; then
    verdict=BROKEN why="no verdict of $3, see $COPY/$log"
  fi
  [[ $verdict == killed ]]
}

main "$@"
