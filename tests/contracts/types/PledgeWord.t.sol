// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {PledgeWord} from "@rota/contracts/types/PledgeWord.sol";
import {Test} from "forge-std/Test.sol";

contract PledgeWord_Test is Test {
    function testFuzz_with_ReadsBack_AndTouchesNothingElse(
        uint16[2] memory bps,
        uint32 bpsFrom,
        uint72[2] memory pledge,
        uint32 pledgeFrom,
        uint64 epoch
    ) public pure {
        epoch %= 2 ** 33;
        PledgeWord word = PledgeWord.wrap(0).withPledge(type(uint72).max, 1, 5).withCommission(1, 2, 3);
        word = word.withCommission(bps[0], bps[1], bpsFrom).withPledge(pledge[0], pledge[1], pledgeFrom);
        assertEq(word.commissionFrom(), bpsFrom);
        assertEq(word.pledgeFrom(), pledgeFrom);
        assertEq(word.commissionAt(epoch), epoch < bpsFrom ? bps[0] : bps[1]);
        assertEq(word.pledgeGweiAt(epoch), epoch < pledgeFrom ? pledge[0] : pledge[1]);
    }
}
