// Code cites the invariants by their number: fails if one of the list is cited nowhere in contracts/, or another is.
//
//   node tools/invariants.mjs
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";

const LIST = "tests/contracts/invariants/README.md";
const files = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard", "--", "contracts"], { encoding: "utf8" });
const sources = files.split("\n").filter((path) => path.endsWith(".sol")).map((path) => readFileSync(path, "utf8"));
const cited = new Set(sources.join("\n").match(/INV-\d\d/g));
const listed = new Set([...readFileSync(LIST, "utf8").matchAll(/^\| (INV-\d\d) \|/gm)].map(([, id]) => id));

const wrong = [...listed].filter((id) => !cited.has(id)).map((id) => `${id} is cited nowhere in contracts/: add (${id}) to the comment where its rule is kept`);
for (const id of cited) if (!listed.has(id)) wrong.push(`${id} is cited in contracts/, and ${LIST} has none: is its number misspelt?`);
for (const line of wrong) console.error(line);
console.log(`${listed.size} invariants, ${cited.size} cited in contracts/`);
process.exit(wrong.length === 0 && listed.size > 0 ? 0 : 1);
