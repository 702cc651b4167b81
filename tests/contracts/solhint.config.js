// solhint of tests/contracts/ and contracts/testing/: as for contracts/, but for what makes a test a test.
const contracts = require("../../solhint.config.js");

module.exports = {
  ...contracts,
  excludedFiles: [],
  rules: {
    ...contracts.rules,
    // Baton_Claim_Test, and other names that say what is tested.
    "contract-name-capwords": "off",
    // An actor answers calls that it has no use for; a test's own fields are nobody's interface.
    "no-unused-vars": "off",
    "state-visibility": "off",
    // Asserts carry no text, and broken tokens revert as real ones do: with a string.
    "gas-custom-errors": "off",
    "reason-string": "off",
    // A handler prints how often each action succeeded.
    "no-console": "off",
    "check-send-result": "off",
    "avoid-call-value": "off",
    "avoid-tx-origin": "off",
    "not-rely-on-block-hash": "off",
  },
};
