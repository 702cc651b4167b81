// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {ExitTicket, toExitTicket} from "@rota/contracts/types/ExitTicket.sol";
import {Test} from "forge-std/Test.sol";

contract ExitTicket_Test is Test {
    function testFuzz_withAmount_KeepsTheRest(bool token, uint128 amount, uint64 release, uint128 left) public pure {
        ExitTicket ticket = toExitTicket(token, amount, release);
        assertEq(ticket.amount(), amount);
        ticket = ticket.withAmount(left);
        assertEq(ticket.isToken(), token);
        assertEq(ticket.amount(), left);
        assertEq(ticket.releaseTime(), release);
        assertEq(ticket.isFree(), left == 0);
    }
}
