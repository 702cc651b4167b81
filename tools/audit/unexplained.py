"""Compares what slither found with what docs/audit.md explains.

    python unexplained.py SLITHER.json docs/audit.md

A row `| detector | where | why |` of the table explains the findings of one detector in the functions that it names
(`Contract.function`, separated by commas), or `everywhere`. Fails on a finding without a row, and on a place in a row that
nothing is found in any more.
"""

import json
import re
import sys

TABLE = "## Findings of slither"


def main(results_path, document_path):
    with open(results_path, encoding="utf8") as file:
        report = json.load(file)
    if not report["success"]:
        sys.exit(f"slither failed: {report['error']}")
    found = {}
    for finding in report["results"].get("detectors", []):
        found.setdefault((finding["check"], place_of(finding)), finding)
    explained = read_table(document_path)

    unexplained = [
        key for key in found if key not in explained and (key[0], "everywhere") not in explained
    ]
    detectors = {detector for detector, _ in found}
    stale = [
        key for key in explained if key not in found and not (key[1] == "everywhere" and key[0] in detectors)
    ]
    for key in sorted(unexplained):
        print(f"unexplained: {key[0]} in {key[1]} ({found[key]['impact']})\n  {found[key]['description'].strip()}")
    for key in sorted(stale):
        print(f"stale: {document_path} explains {key[0]} in {key[1]}, which slither does not find: delete it")
    if unexplained or stale:
        sys.exit("fix what was found, or tell in docs/audit.md why it stands")
    print(f"slither: {len(report['results'].get('detectors', []))} findings, each of them fixed or explained")


def place_of(finding):
    """The innermost contract and function of what the finding is about."""
    element = finding["elements"][0]
    names = {}
    while element:
        names.setdefault(element["type"], element["name"])
        element = element.get("type_specific_fields", {}).get("parent")
    inner = names.get("function") or names.get("variable") or names.get("event") or names.get("struct")
    return ".".join(name for name in (names.get("contract"), inner) if name) or finding["elements"][0]["name"]


def read_table(path):
    with open(path, encoding="utf8") as file:
        text = file.read()
    if TABLE not in text:
        sys.exit(f"{path} has no part '{TABLE}'")
    rows = set()
    for line in text.split(TABLE, 1)[1].split("\n## ", 1)[0].splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if not line.startswith("|") or len(cells) != 3 or cells[0] == "detector" or set(cells[0]) == {"-"}:
            continue
        detector, places, why = cells
        if not why:
            sys.exit(f"{path}: {detector} has no reason")
        for place in places.split(","):
            rows.add((detector.strip("` "), re.sub("[` ]", "", place)))
    return rows


main(*sys.argv[1:])
