// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Test} from "forge-std/Test.sol";

import {ISealedBidAuction} from "@rota/contracts/interfaces/ISealedBidAuction.sol";
import {AuctionPolicy} from "@rota/contracts/policies/Auction.sol";

/// @notice As much of an auction as the policy asks for: its result, and who bid.
contract ResultAuction {
    bool internal _settled;
    uint16[] internal _winners;
    uint8[] internal _quantities;
    uint16[] internal _bidders;

    function set(bool settled, uint16[] memory winners, uint8[] memory quantities, uint16[] memory bidders_) external {
        (_settled, _winners, _quantities, _bidders) = (settled, winners, quantities, bidders_);
    }

    function resultOf(uint64) external view returns (bool, uint256, uint16[] memory, uint8[] memory) {
        return (_settled, 1 ether, _winners, _quantities);
    }

    function bidders(uint64) external view returns (uint16[] memory) {
        return _bidders;
    }
}

contract AuctionPolicyTest is Test {
    ResultAuction internal auction = new ResultAuction();
    AuctionPolicy internal policy = new AuctionPolicy(ISealedBidAuction(address(auction)));

    /* UNIT */
    function test_fill_InterleavesWinners() public {
        _set(3, 3);
        _check(_free(), [uint16(2), 3, 2, 3, 2, 3]);
    }

    /// @dev Unsold slots are spread too, and stay free for the next policy.
    function test_fill_SpreadsUnsoldSlots() public {
        _set(3, 1);
        _check(_free(), [uint16(2), 0, 2, 3, 0, 2]);
        _set(0, 2);
        _check(_free(), [uint16(0), 3, 0, 0, 3, 0]);
    }

    function test_fill_NothingSold_LeavesAllFree() public {
        _set(0, 0);
        _check(_free(), _free());
    }

    function test_fill_LeavesFilledSlotsAlone() public {
        _set(2, 1);
        _check([uint16(9), 0, 0, 9, 0, 0], [uint16(9), 2, 3, 9, 0, 2]);
    }

    function test_fill_RevertWhen_MoreIsSoldThanFree() public {
        _set(3, 3);
        uint16[] memory slots = new uint16[](6);
        slots[0] = 9;
        vm.expectRevert(abi.encodeWithSelector(AuctionPolicy.AuctionPolicy_TooFewFreeSlots.selector, 4, 5, 6));
        policy.fill(4, 0, slots);
    }

    function test_isReady_OnceSettledOrWithoutBids() public {
        uint16[] memory none;
        uint16[] memory one = new uint16[](1);
        auction.set(false, none, new uint8[](0), none);
        assertTrue(policy.isReady(4), "nobody bid");
        auction.set(false, none, new uint8[](0), one);
        assertFalse(policy.isReady(4), "bids to settle");
        auction.set(true, none, new uint8[](0), one);
        assertTrue(policy.isReady(4), "settled");
    }

    /// @dev 45 winners of a slot each.
    function test_fill_IsBounded() public {
        uint16[] memory winners = new uint16[](45);
        uint8[] memory quantities = new uint8[](45);
        for (uint256 i; i < 45; ++i) {
            (winners[i], quantities[i]) = (uint16(2 + i), 1);
        }
        auction.set(true, winners, quantities, winners);
        uint256 before = gasleft();
        policy.fill(4, 0, new uint16[](45));
        assertLt(before - gasleft(), 2_000_000);
    }

    /* FUZZ */
    function testFuzz_fill_GivesEachWinnerWhatItBought(uint8[5] memory bought, uint256 slotCount, bytes32 seed) public {
        slotCount = bound(slotCount, 1, 45);
        uint16[] memory winners = new uint16[](5);
        uint8[] memory quantities = new uint8[](5);
        uint256 left = slotCount;
        for (uint256 i; i < 5; ++i) {
            quantities[i] = uint8(bought[i] % 12 > left ? left : bought[i] % 12);
            winners[i] = uint16(2 + i);
            left -= quantities[i];
        }
        auction.set(true, winners, quantities, winners);

        uint16[] memory slots = policy.fill(4, seed, new uint16[](slotCount));
        uint256[] memory counts = new uint256[](7);
        for (uint256 i; i < slotCount; ++i) {
            ++counts[slots[i]];
        }
        assertEq(counts[0], left, "unsold");
        for (uint256 i; i < 5; ++i) {
            assertEq(counts[2 + i], quantities[i], "sold");
        }
        uint16[] memory again = policy.fill(4, keccak256(abi.encode(seed)), new uint16[](slotCount));
        assertEq(keccak256(abi.encode(again)), keccak256(abi.encode(slots)), "deterministic");
    }

    /* HELPERS */
    function _set(uint8 a, uint8 b) internal {
        uint16[] memory winners = new uint16[](2);
        uint8[] memory quantities = new uint8[](2);
        (winners[0], winners[1]) = (2, 3);
        (quantities[0], quantities[1]) = (a, b);
        auction.set(true, winners, quantities, winners);
    }

    function _free() internal pure returns (uint16[6] memory slots) {}

    function _check(uint16[6] memory given, uint16[6] memory expected) internal view {
        uint16[] memory slots = new uint16[](6);
        for (uint256 i; i < 6; ++i) {
            slots[i] = given[i];
        }
        slots = policy.fill(4, 0, slots);
        for (uint256 i; i < 6; ++i) {
            assertEq(slots[i], expected[i]);
        }
    }
}
