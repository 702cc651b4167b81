// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {ExitTicket, toExitTicket} from "@rota/contracts/types/ExitTicket.sol";
import {Test} from "forge-std/Test.sol";

contract ExitTicket_Test is Test {
    function testFuzz_toExitTicket_ReadsBack(uint8 asset, uint16 generation, bool core, uint24 release) public pure {
        ExitTicket ticket = toExitTicket(asset, generation, core, release);
        assertEq(ticket.asset(), asset);
        assertEq(ticket.generation(), generation);
        assertEq(ticket.isCore(), core);
        assertEq(ticket.release(), release);
    }
}
