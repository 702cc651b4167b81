// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IComposite} from "../interfaces/IComposite.sol";
import {IPolicy} from "../interfaces/IPolicy.sol";
import {SmoothWeightedRoundRobin} from "../libraries/SmoothWeightedRoundRobin.sol";
import {RESERVE} from "../types/Types.sol";

/// @title Composite
/// @notice A pattern of a hundred slots, two bits each, says which policy fills which.
/// @dev Each policy sees the slots that are not its own as taken, those that nobody has yet as the reserve's. It needs no trust with
/// them: what it writes there is not read. A sealed-bid auction does not fit in: it sells whole epochs.
///
/// Gas: that of its policies, at most 4, and a copy of the slots for each.
contract Composite is IComposite {
    /* CONSTANTS AND IMMUTABLES */
    uint256 internal constant MAX_PARTS = 4;
    uint256 internal constant PERIOD = 100;

    /// @inheritdoc IComposite
    uint256 public immutable PARTS;
    /// @dev The part that each of a hundred slots belongs to, 2 bits each, lowest first.
    uint256 internal immutable PATTERN;

    IPolicy internal immutable PART0;
    IPolicy internal immutable PART1;
    IPolicy internal immutable PART2;
    IPolicy internal immutable PART3;

    /* CONSTRUCTOR */
    /// @param policies May be addresses computed in advance: they are not called here.
    /// @param percents Share of the slots of each.
    constructor(IPolicy[] memory policies, uint8[] memory percents) {
        uint256 parts = policies.length;
        if (parts < 2 || parts > MAX_PARTS || percents.length != parts) {
            revert Composite_PartsOutOfRange(parts, percents.length);
        }
        uint256[] memory shares = new uint256[](parts);
        uint256 sum;
        for (uint256 i; i < parts; ++i) {
            (shares[i], sum) = (percents[i], sum + percents[i]);
        }
        for (uint256 i; i < parts; ++i) {
            if (sum != PERIOD || shares[i] == 0) revert Composite_SharesOutOfRange(sum, shares[i]);
        }

        uint256[] memory order = SmoothWeightedRoundRobin.sequence(shares, PERIOD);
        uint256 pattern;
        for (uint256 i; i < PERIOD; ++i) {
            pattern |= order[i] << (2 * i);
        }
        (PARTS, PATTERN, PART0, PART1) = (parts, pattern, policies[0], policies[1]);
        PART2 = parts > 2 ? policies[2] : IPolicy(address(0));
        PART3 = parts > 3 ? policies[3] : IPolicy(address(0));
    }

    /* POLICY */
    /// @inheritdoc IPolicy
    function fill(uint64 epoch, bytes32 seed, uint16[] memory slots) external view returns (uint16[] memory filled) {
        filled = new uint16[](slots.length);
        for (uint256 part; part < PARTS; ++part) {
            uint16[] memory own = new uint16[](slots.length);
            for (uint256 i; i < slots.length; ++i) {
                bool free = slots[i] == 0 && partOf(epoch, i, slots.length) == part;
                own[i] = free ? 0 : slots[i] == 0 ? RESERVE : slots[i];
            }
            uint16[] memory answer = policyOf(part).fill(epoch, seed, own);
            if (answer.length != slots.length) {
                revert Composite_PartBroke(policyOf(part), slots.length, answer.length);
            }
            for (uint256 i; i < slots.length; ++i) {
                if (partOf(epoch, i, slots.length) == part) filled[i] = slots[i] == 0 ? answer[i] : slots[i];
            }
        }
    }

    /// @inheritdoc IPolicy
    function isReady(uint64 epoch) external view returns (bool) {
        for (uint256 part; part < PARTS; ++part) {
            if (!policyOf(part).isReady(epoch)) return false;
        }
        return true;
    }

    /* VIEWS */
    /// @inheritdoc IComposite
    function partOf(uint64 epoch, uint256 index, uint256 slots) public view returns (uint256) {
        return (PATTERN >> (2 * ((uint256(epoch) * slots + index) % PERIOD))) & 3;
    }

    /// @inheritdoc IComposite
    function policyOf(uint256 part) public view returns (IPolicy) {
        if (part == 0) return PART0;
        if (part == 1) return PART1;
        return part == 2 ? PART2 : part == 3 ? PART3 : IPolicy(address(0));
    }
}
