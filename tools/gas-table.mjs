// `bars`: prints what calls cost beside their bars, and fails if a bar is broken. `regressions`: fails if a measured value is
// not the committed one.
//
//   node tools/gas-table.mjs MEASURED COMMITTED bars|regressions
//
// MEASURED and COMMITTED are folders of forge's snapshots, `{ "name": "gas" }` per file; the rows below are those of Bars.json.
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";

// Whole transactions, cold, each call isolated. Peer: the best that was measured under the same rules.
const BARS = [
  { name: "outbid, prefunded, steady", peer: 51_327, bar: 46_000 },
  { name: "batch of 10 open bids, a slot, empty", peer: 56_377, bar: 30_000 },
  { name: "batch of 10 open bids, a slot, outbid", peer: 23_378, bar: 16_000 },
  { name: "settle two, steady", peer: 89_911, bar: 82_000 },
  { name: "settle two, first", peer: 89_911, bar: 130_000 },
  { name: "repeat deposit, ETH", peer: 59_188, bar: 33_000 },
  { name: "repeat deposit, ERC-20", peer: 59_188, bar: 50_000 },
  { name: "who sequences now, cold", peer: 12_544, bar: 8_500 },
  { name: "claim, steady", peer: 39_040, bar: 39_000 },
  { name: "claim that rotates", bar: 60_000 },
  { name: "freeze 32 slots, reused", peer: 24_700, bar: 52_000, note: "the peer's is for posting alone" },
  { name: "freeze 32 slots, stake, n = 10,000", bar: 52_000, note: "without the draws: what is left is the same for any policy" },
  { name: "recordSeed", bar: 75_000 },
  { name: "equivocation proof, one asset", bar: 115_000 },
  { name: "equivocation proof, four assets", bar: 175_000 },
  { name: "weighted draw, first, n = 1,000", peer: 38_200, bar: 21_000 },
  { name: "weighted draw, first, n = 10,000", peer: 47_800, bar: 24_000 },
  { name: "weighted draw, average of 32", bar: 12_000, note: "n = 10,000, without replacement" },
  { name: "threshold BLS commitment", peer: 134_941, bar: 142_000, note: "hash to curve included; the peer's is without" },
];

const [measuredDir, committedDir, what] = process.argv.slice(2);
const measured = snapshots(measuredDir);
const broken =
  what === "bars" ? printBars(measured["Bars.json"] ?? {}) : differences(measured, snapshots(committedDir));
for (const line of broken) console.error(line);
process.exit(broken.length === 0 ? 0 : 1);

/** Prints one row per bar that is measured; returns what is wrong with them. */
function printBars(gas) {
  const wrong = [];
  const later = [];
  console.log(row("call", "best peer", "bar", "Rota", "of bar"));
  for (const { name, peer, bar, note } of BARS) {
    if (!(name in gas)) {
      later.push(name);
      continue;
    }
    const used = Number(gas[name]);
    console.log(row(name, peer, bar, used, `${Math.round((100 * used) / bar)} %`) + (note ? `  (${note})` : ""));
    if (used > bar) wrong.push(`bar broken: ${name} takes ${used} gas, ${used - bar} above its bar of ${bar}`);
  }
  if (later.length > 0) console.log(`later: ${later.join("; ")}`);
  for (const name of Object.keys(gas).filter((name) => !BARS.some((bar) => bar.name === name)))
    wrong.push(`Bars.json has "${name}", which is no row of tools/gas-table.mjs: is its name misspelt?`);
  return wrong;
}

/** What was measured otherwise than committed, one line each. */
function differences(measured, committed) {
  const lines = [];
  for (const file of new Set([...Object.keys(measured), ...Object.keys(committed)])) {
    const [now, then] = [measured[file] ?? {}, committed[file] ?? {}];
    for (const name of new Set([...Object.keys(now), ...Object.keys(then)])) {
      if (now[name] === then[name]) continue;
      lines.push(`${file}: ${name}: ${then[name] ?? "not committed"} -> ${now[name] ?? "no longer measured"}`);
    }
  }
  if (lines.length > 0) lines.push("gas changed: if it is meant to, run `make gas-accept` and commit the snapshots");
  else console.log(`all ${count(measured)} measured values are the committed ones`);
  return lines;
}

function snapshots(dir) {
  if (!existsSync(dir)) return {};
  const files = readdirSync(dir).filter((file) => file.endsWith(".json"));
  return Object.fromEntries(files.map((file) => [file, JSON.parse(readFileSync(join(dir, file), "utf8"))]));
}

function count(files) {
  return Object.values(files).reduce((sum, values) => sum + Object.keys(values).length, 0);
}

function row(name, ...cells) {
  const shown = cells.map((cell) => (typeof cell === "number" ? cell.toLocaleString("en") : (cell ?? "-")));
  return name.padEnd(40) + shown.map((cell) => cell.padStart(11)).join("");
}
