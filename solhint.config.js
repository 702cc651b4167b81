// solhint of contracts/ and script/, on top of its recommended set; every finding fails `make lint`. JavaScript, so that a
// rule that is off can have its reason above it; solhint only reads it by `--config`.
// tests/contracts/solhint.config.js relaxes it for tests and for contracts/testing/, what tests are built from.
module.exports = {
  extends: "solhint:recommended",
  excludedFiles: ["contracts/testing/**"],
  rules: {
    "compiler-version": ["error", "^0.8.30"],
    "func-visibility": ["error", { ignoreConstructors: true }],
    "gas-custom-errors": "error",
    "immutable-vars-naming": ["error", { immutablesAsConstants: true }],

    // It wants @author everywhere and each @param of internal functions; interfaces carry the NatSpec here, the rest inherits it.
    "use-natspec": "off",
    // A value type and its library belong together, as do an interface and the structs it speaks of.
    "one-contract-per-file": "off",
    // The getter of a constant is named as the constant, whether the compiler writes it or we do.
    "func-name-mixedcase": "off",
    // `receive() external payable {}` and a constructor that only calls its parents' are whole as they are.
    "no-empty-blocks": "off",
    // Assembly is a tool of this code base; that each block sits below the Solidity it equals is for review.
    "no-inline-assembly": "off",
    // A call with capped gas and dropped return data can only be written as a low-level call.
    "avoid-low-level-calls": "off",
    // What may be called in which order is proven by attack tests; this rule knows neither locks nor immutables.
    "reentrancy": "off",
    "multiple-sends": "off",
    // Length says nothing about clarity; a function that does too much is for review.
    "function-max-lines": "off",
    "max-states-count": "off",
    // Order of fields and of comparisons is chosen for reading; gas is judged by the measured bars of `make gas`.
    "gas-calldata-parameters": "off",
    "gas-increment-by-one": "off",
    "gas-indexed-events": "off",
    "gas-small-strings": "off",
    "gas-strict-inequalities": "off",
    "gas-struct-packing": "off",
    // It does not know forge's remappings; forge itself refuses an import that is not there.
    "import-path-check": "off",
  },
};
