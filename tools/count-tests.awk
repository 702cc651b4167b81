# Sums what forge and libtest say at the end of a run: prints "PASSED FAILED SKIPPED"; fails if neither said anything.
{ gsub(/\033\[[0-9;]*m/, "") }
# Ran 12 test suites in 1.20s (2.31s CPU time): 205 tests passed, 0 failed, 0 skipped (205 total tests)
/^Ran [0-9]+ test suites? in .* passed, [0-9]+ failed, [0-9]+ skipped \([0-9]+ total tests?\)/ {
    sub(/^.*: /, "")
    passed += $1; failed += $4; skipped += $6; said = 1
}
# test result: ok. 14 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.02s
/^test result: [a-zA-Z]+\. [0-9]+ passed; [0-9]+ failed; [0-9]+ ignored;/ {
    passed += $4; failed += $6; skipped += $8; said = 1
}
END {
    print passed + 0, failed + 0, skipped + 0
    exit !said
}
