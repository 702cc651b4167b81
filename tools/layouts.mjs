// What a review of the deployed contracts should see change: their sizes, and where their storage lies.
//
//   node tools/layouts.mjs check|accept
//
// `check` prints each contract's size and its headroom below the limit of 24,576 bytes, and fails if a size or a layout is not
// the one in tests/contracts/snapshots/; `accept` writes what is now. Sizes are read from forge's `out`, which must be up to
// date; layouts are solc's analysis, which needs no code: seconds, and no second compilation.
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const LIMIT = 24_576;
const SNAPSHOTS = "tests/contracts/snapshots";
const SIZES = "sizes.json";
/** What is deployed: neither what others are built from, nor what tests are. */
const NOT_DEPLOYED = /^contracts\/(interfaces|libraries|testing|types)\//;

const run = (command, args, options) => execFileSync(command, args, { encoding: "utf8", maxBuffer: 1 << 30, ...options });
const config = JSON.parse(run(process.env.FORGE ?? "node_modules/.bin/forge", ["config", "--json"]));

const now = snapshots();
if (process.argv[2] === "accept") accept(now);
else check(now);

function check(now) {
  const sizes = JSON.parse(now[SIZES]);
  console.log(`${"contract".padEnd(24)}${"bytes".padStart(8)}${"headroom".padStart(10)}`);
  for (const [name, size] of Object.entries(sizes))
    console.log(`${name.padEnd(24)}${size.toLocaleString("en").padStart(8)}${(LIMIT - size).toLocaleString("en").padStart(10)}`);
  const wrong = Object.entries(sizes)
    .filter(([, size]) => size > LIMIT)
    .map(([name, size]) => `${name} has ${size} bytes, ${size - LIMIT} above the limit`);

  const then = committed();
  for (const file of new Set([...Object.keys(now), ...Object.keys(then)])) {
    if (now[file] !== then[file]) wrong.push(`${SNAPSHOTS}/${file} is not what the contracts have now:`, ...difference(then[file], now[file]));
  }
  if (wrong.length > 0) wrong.push("if that is meant: `make layouts-accept`, and commit the snapshots");
  for (const line of wrong) console.error(line);
  process.exit(wrong.length > 0 ? 1 : 0);
}

function accept(now) {
  rmSync(SNAPSHOTS, { recursive: true, force: true });
  mkdirSync(SNAPSHOTS, { recursive: true });
  for (const [file, text] of Object.entries(now)) writeFileSync(join(SNAPSHOTS, file), text);
}

/** By file name. */
function snapshots() {
  const contracts = deployed();
  const files = {};
  const sizes = {};
  for (const { name, path, layout } of contracts) {
    const artifact = join(config.out, path.split("/").pop(), `${name}.json`);
    if (!existsSync(artifact)) throw new Error(`${artifact} is missing: run \`make build\``);
    sizes[name] = JSON.parse(readFileSync(artifact, "utf8")).deployedBytecode.object.length / 2 - 1;
    files[`${name}.txt`] = `${rows(layout).join("\n")}\n`;
  }
  files[SIZES] = `${JSON.stringify(sizes, null, 2)}\n`;
  return files;
}

/** Every contract of ours that can be deployed, by name. */
function deployed() {
  const files = run("git", ["ls-files", "--cached", "--others", "--exclude-standard", "--", "contracts"])
    .split("\n")
    .filter((path) => path.endsWith(".sol") && existsSync(path) && !path.startsWith("contracts/testing/"));
  const input = {
    language: "Solidity",
    sources: Object.fromEntries(files.map((path) => [path, { content: readFileSync(path, "utf8") }])),
    settings: {
      remappings: config.remappings,
      evmVersion: config.evm_version,
      outputSelection: { "*": { "*": ["storageLayout"] } },
    },
  };
  const { contracts, errors = [] } = JSON.parse(run(config.solc, ["--standard-json"], { input: JSON.stringify(input) }));
  const fatal = errors.find((e) => e.severity === "error");
  if (fatal) throw new Error(fatal.formattedMessage);
  return files
    .filter((path) => !NOT_DEPLOYED.test(path))
    .flatMap((path) =>
      // Abstract ones and libraries begin otherwise.
      [...input.sources[path].content.matchAll(/^contract (\w+)/gm)].map(([, name]) => ({ name, path, layout: contracts[path][name].storageLayout })),
    )
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** One line a variable: slot, first byte, bytes, name, type; the members of what it holds below it, from its own first slot. */
function rows({ storage, types }) {
  const lines = ["slot  byte  bytes  what"];
  const add = (variables, depth, above) => {
    for (const { slot, offset, label, type } of variables) {
      const { numberOfBytes, label: typeLabel } = types[type];
      lines.push(`${slot.padStart(4)}  ${String(offset).padStart(4)}  ${numberOfBytes.padStart(5)}  ${"  ".repeat(depth)}${label}: ${typeLabel}`);
      const held = content(types, type);
      if (types[held].members && !above.includes(held)) add(types[held].members, depth + 1, [...above, held]);
    }
  };
  add(storage, 0, []);
  if (storage.length === 0) lines.push("   -     -      -  none");
  return lines;
}

/** What a mapping or an array holds in the end. */
function content(types, type) {
  const inner = types[type].value ?? types[type].base;
  return inner ? content(types, inner) : type;
}

function committed() {
  if (!existsSync(SNAPSHOTS)) return {};
  return Object.fromEntries(readdirSync(SNAPSHOTS).map((file) => [file, readFileSync(join(SNAPSHOTS, file), "utf8")]));
}

/** The lines that only one of two files has. */
function difference(then, now) {
  if (then === undefined) return ["  + not committed"];
  if (now === undefined) return ["  - no such contract"];
  const [before, after] = [then.split("\n"), now.split("\n")];
  return [
    ...before.filter((line) => !after.includes(line)).map((line) => `  - ${line}`),
    ...after.filter((line) => !before.includes(line)).map((line) => `  + ${line}`),
  ];
}
