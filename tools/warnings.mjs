// solc's warnings about our own Solidity, tests and scripts included: any one fails.
//
//   node tools/warnings.mjs
//
// forge cannot tell: it repeats no warning of what it has compiled before, and solc stops at 256 of them, which the sizes of
// the test contracts alone reach. This asks for the analysis without code: seconds, and always about every file.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";

const FOLDERS = ["contracts", "script", "tests/contracts"];
const run = (command, args, options) => execFileSync(command, args, { encoding: "utf8", maxBuffer: 1 << 30, ...options });

const { remappings, evm_version: evmVersion, solc } = JSON.parse(run(process.env.FORGE ?? "node_modules/.bin/forge", ["config", "--json"]));
const files = run("git", ["ls-files", "--cached", "--others", "--exclude-standard", "--", ...FOLDERS])
  .split("\n")
  .filter((path) => path.endsWith(".sol"));
const input = {
  language: "Solidity",
  sources: Object.fromEntries(files.map((path) => [path, { content: readFileSync(path, "utf8") }])),
  settings: { remappings, evmVersion, outputSelection: {} },
};
const { errors = [] } = JSON.parse(run(solc, ["--standard-json"], { input: JSON.stringify(input) }));
const ours = errors.filter((e) => e.severity !== "info" && !e.sourceLocation?.file.startsWith("node_modules/"));
for (const { formattedMessage, message } of ours) console.error(formattedMessage ?? message);
console.log(`${files.length} files, ${ours.length} warnings of ours, ${errors.length - ours.length} of dependencies`);
process.exit(ours.length === 0 && files.length > 0 ? 0 : 1);
