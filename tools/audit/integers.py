"""A solver for halmos that reads machine words as integers: `integers.py QUERY`.

yices takes words apart bit by bit, which suits lanes and masks, but not products and quotients. cvc5 can state the same query about
integers modulo 2^256, where a quotient is one inequality.
"""

import sys

import cvc5


def main(query: str) -> None:
    solver = cvc5.Solver(cvc5.TermManager())
    solver.setOption("solve-bv-as-int", "iand")
    solver.setOption("produce-models", "true")
    parser = cvc5.InputParser(solver)
    parser.setFileInput(cvc5.InputLanguage.SMT_LIB_2_6, query)
    symbols = parser.getSymbolManager()
    while not (command := parser.nextCommand()).isNull():
        # With nothing held back: halmos reads the answer, and may stop this process at any time.
        print(command.invoke(solver, symbols), end="", flush=True)


main(sys.argv[1])
