#!/usr/bin/env bash
# A devnet by each policy, one after the other, two scheduled epochs each. Fails if one does: its own checks (a run whose slots all
# fall to the reserve is one) or an L2 block that was missed. Reports and logs stay in target/policies/.
# Needs what `make devnet` needs, and two cores with nothing else to do for about four minutes a policy.
set -uo pipefail
cd "$(dirname "$0")/.."

ROTA=${ROTA:-target/debug/rota}
OUT=target/policies
policies=(round-robin auction open-auction stake performance composite)
failed=()

mkdir -p "$OUT"
for policy in "${policies[@]}"; do
  printf '\n[%s] rota devnet --policy %s --epochs 2\n' "$policy" "$policy"
  rm -f "$OUT/$policy.json"
  if "$ROTA" devnet --policy "$policy" --epochs 2 --dir "$OUT/$policy" --report "$OUT/$policy.json" 2>&1 | tee "$OUT/$policy.log" &&
    node -e '
      const report = JSON.parse(require("fs").readFileSync(process.argv[1], "utf8"));
      console.log(`[${report.policy}] missed ${report.blocks.missed} of blocks ${report.blocks.first} to ${report.blocks.last};`,
        "slots by operator", JSON.stringify(report.assigned));
      process.exit(report.blocks.missed === 0 ? 0 : 1);
    ' "$OUT/$policy.json"; then
    continue
  fi
  failed+=("$policy")
done

printf '\n%d of %d policies passed\n' $((${#policies[@]} - ${#failed[@]})) ${#policies[@]}
if ((${#failed[@]})); then
  echo "failed: ${failed[*]}; see $OUT/"
  exit 1
fi
