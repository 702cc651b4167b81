// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {BondedTest} from "./BondedTest.sol";

/// @notice From the start of epoch E - 1 on, no call by anybody alters what the registry answers for E, then or ever after.
contract OperatorRegistry_ClosedSet_Test is BondedTest {
    string[5] internal names = ["alice", "bob", "carol", "dave", "erin"];
    uint16[5] internal ids;
    bytes32[] internal closed;
    uint256 internal succeeded;

    function setUp() public override {
        super.setUp();
        _deploy(address(token), 0);
        for (uint256 i; i < names.length; ++i) {
            _whitelist(_owner(names[i]), FOUNDATION_ENTITY);
            ids[i] = _activate(names[i], MIN_BOND + 1 ether);
        }
    }

    /// forge-config: default.fuzz.runs = 32
    /// forge-config: long.fuzz.runs = 500
    function testFuzz_eligibleSet_NoCallAltersAClosedEpoch(uint256 seed) public {
        for (uint256 step; step < 80; ++step) {
            uint256 dice = uint256(keccak256(abi.encode(seed, step)));
            // Steps are shorter than an epoch, so that several calls share one, and some hit its first or last second.
            if (dice % 3 == 0) vm.warp(block.timestamp + (dice >> 8) % EPOCH);
            else if (dice % 3 == 1) vm.warp(_startOf(registry.currentEpoch() + 1) - (dice >> 8) % 2);
            _close();
            _act(dice >> 64);
            _assertUnchangedFrom(closed.length > 4 ? closed.length - 4 : 0);
        }
        _assertUnchangedFrom(0);
        assertGt(succeeded, 20, "too many calls were refused to show anything");
    }

    /* INTERNAL */
    function _act(uint256 dice) internal {
        uint256 i = dice % 5;
        address owner = registry.ownerOf(ids[i]);
        uint256 kind = (dice >> 8) % 9;
        if (kind == 0) _try(owner, abi.encodeCall(registry.activate, (ids[i])));
        else if (kind == 1) _try(owner, abi.encodeCall(registry.deactivate, (ids[i])));
        else if (kind == 2) _jail(ids[i]);
        else if (kind == 3) _try(GOVERNANCE, abi.encodeCall(registry.setWhitelisted, (owner, uint32(dice >> 16) % 4)));
        else if (kind == 4) _changeOwner(ids[i], _owner(names[(dice >> 16) % 5]));
        else if (kind == 5) _changeSequencerKey(ids[i], owner, dice >> 16);
        else if (kind == 6) _changeBatcherKey(ids[i], owner, dice >> 16);
        else if (kind == 7) _try(GOVERNANCE, abi.encodeCall(registry.advanceStage, ()));
        else _deposit(ids[i], 2 ether);
    }

    function _jail(uint16 operator) internal {
        vm.prank(BATON);
        vault.leak(operator, 3 ether, 0);
        _try(address(this), abi.encodeCall(registry.jailUnderbonded, (operator)));
    }

    function _changeOwner(uint16 operator, address newOwner) internal {
        _try(registry.ownerOf(operator), abi.encodeCall(registry.offerOwnership, (operator, newOwner)));
        _try(newOwner, abi.encodeCall(registry.acceptOwnership, (operator)));
    }

    function _changeSequencerKey(uint16 operator, address owner, uint256 dice) internal {
        string memory name = string.concat(vm.toString(operator), "/", vm.toString(dice % 3));
        bytes memory proof = _proof(name, owner);
        _try(owner, abi.encodeCall(registry.setSequencerKey, (operator, _sequencer(name), proof)));
    }

    function _changeBatcherKey(uint16 operator, address owner, uint256 dice) internal {
        string memory name = string.concat(vm.toString(operator), "/", vm.toString(dice % 5));
        bytes memory proof = _batcherProof(name, owner);
        _try(owner, abi.encodeCall(registry.setBatcherKey, (operator, uint8((dice >> 8) % 4), _batcher(name), proof)));
    }

    function _try(address caller, bytes memory data) internal {
        vm.prank(caller);
        (bool ok,) = address(registry).call(data);
        if (ok) ++succeeded;
    }

    /// @dev Notes what is answered for every epoch closed by now, before anybody has acted in this second.
    function _close() internal {
        while (closed.length <= registry.currentEpoch() + 1) {
            closed.push(_answer(uint64(closed.length)));
        }
    }

    function _assertUnchangedFrom(uint256 first) internal view {
        for (uint64 epoch = uint64(first); epoch < closed.length; ++epoch) {
            assertEq(_answer(epoch), closed[epoch], "a closed epoch changed");
        }
    }

    function _answer(uint64 epoch) internal view returns (bytes32 answer) {
        (uint16[] memory members, uint32[] memory entities) = registry.eligibleSet(epoch);
        answer = keccak256(abi.encode(members, entities, registry.stageAt(epoch)));
        for (uint256 i; i < ids.length; ++i) {
            answer = keccak256(
                abi.encode(answer, registry.isEligible(ids[i], epoch), registry.sequencerKeyAt(ids[i], epoch))
            );
            for (uint8 k; k < 4; ++k) {
                answer = keccak256(abi.encode(answer, registry.batcherKeyAt(ids[i], k, epoch)));
            }
        }
    }
}
