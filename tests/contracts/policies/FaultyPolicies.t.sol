// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {
    AsksForBonds,
    AsksTheBlock,
    AsksTheSender,
    BurnsGas,
    InTurn,
    IsNeverReady,
    NamesAnOutsider,
    NeedsSomebody,
    TakesTakenSlots
} from "./FaultyPolicies.sol";
import {BondVault} from "@rota/contracts/BondVault.sol";
import {OperatorRegistry} from "@rota/contracts/OperatorRegistry.sol";
import {RotaConfig} from "@rota/contracts/deploy/RotaDeployer.sol";
import {IPolicy} from "@rota/contracts/interfaces/IPolicy.sol";
import {PolicyConformance} from "@rota/contracts/testing/PolicyConformance.sol";
import {RESERVE} from "@rota/contracts/types/Types.sol";
import {Test} from "forge-std/Test.sol";

enum Fault {
    None,
    Block,
    Sender,
    Bonds,
    TakenSlots,
    Reserve,
    Unknown,
    Nobody,
    NeverReady,
    Gas
}

/// @notice The conformance tests of one faulty policy, for another test to call: with an argument to its constructor, forge does not
/// run them itself.
contract Trial is PolicyConformance {
    Fault internal immutable FAULT;

    constructor(Fault fault) {
        FAULT = fault;
    }

    function _config() internal override returns (RotaConfig memory c) {
        c = super._config();
        c.policies[2][0] = _policyOf(_expected(c).registry, _expected(c).vault);
    }

    function _policy() internal view override returns (IPolicy) {
        return schedule.policiesAt(2, EPOCH)[0];
    }

    function _policyOf(OperatorRegistry registry_, BondVault vault_) private returns (IPolicy) {
        if (FAULT == Fault.Block) return new AsksTheBlock(registry_);
        if (FAULT == Fault.Sender) return new AsksTheSender(registry_);
        if (FAULT == Fault.Bonds) return new AsksForBonds(registry_, vault_);
        if (FAULT == Fault.TakenSlots) return new TakesTakenSlots(registry_);
        if (FAULT == Fault.Reserve) return new NamesAnOutsider(registry_, RESERVE);
        if (FAULT == Fault.Unknown) return new NamesAnOutsider(registry_, 60_000);
        if (FAULT == Fault.Nobody) return new NeedsSomebody(registry_);
        if (FAULT == Fault.NeverReady) return new IsNeverReady(registry_);
        if (FAULT == Fault.Gas) return new BurnsGas(registry_);
        return new InTurn(registry_);
    }
}

/// @notice What {PolicyConformance} is for: each policy that breaks one of its rules fails the test of that rule, and says why.
contract FaultyPoliciesTest is Test {
    Trial internal trial;

    function _try(Fault fault) internal {
        trial = new Trial(fault);
        trial.setUp();
    }

    /// @dev Without a fault all of them pass, in the same surroundings.
    function test_conformance_WithoutFault_Passes() public {
        _try(Fault.None);
        uint256 start = vm.snapshotState();
        bytes[8] memory calls = [
            abi.encodeCall(trial.test_conformance_SameAnswerTwice, ()),
            _asked(),
            _disturbed(),
            _taken(),
            abi.encodeCall(trial.test_conformance_LeavesAFullEpochAlone, ()),
            _named(),
            abi.encodeCall(trial.test_conformance_FreezesWithinItsGas, ()),
            abi.encodeCall(trial.test_conformance_WithoutOperators_FillsNothing, ())
        ];
        for (uint256 i; i < calls.length; ++i) {
            (bool ok, bytes memory answer) = address(trial).call(calls[i]);
            assertTrue(ok, vm.toString(answer));
            vm.revertToState(start);
        }
    }

    function test_conformance_FailsWhen_ItAsksTheBlock() public {
        _try(Fault.Block);
        _assertFails(_asked(), "another answer");
    }

    function test_conformance_FailsWhen_ItAsksTheSender() public {
        _try(Fault.Sender);
        _assertFails(_asked(), "another answer");
    }

    function test_conformance_FailsWhen_ItAsksForBondsOfNow() public {
        _try(Fault.Bonds);
        _assertFails(_disturbed(), "another answer");
    }

    function test_conformance_FailsWhen_ItOverwritesOneTakenSlot() public {
        _try(Fault.TakenSlots);
        _assertFails(_taken(), "a slot that was taken");
    }

    function test_conformance_FailsWhen_ItOverwritesAFullEpoch() public {
        _try(Fault.TakenSlots);
        _assertFails(abi.encodeCall(trial.test_conformance_LeavesAFullEpochAlone, ()), "another answer");
    }

    function test_conformance_FailsWhen_ItNamesTheReserve() public {
        _try(Fault.Reserve);
        _assertFails(_named(), "not eligible");
    }

    function test_conformance_FailsWhen_ItNamesAnUnknownOperator() public {
        _try(Fault.Unknown);
        _assertFails(_named(), "not eligible");
    }

    function test_conformance_FailsWhen_ItRevertsWithoutOperators() public {
        _try(Fault.Nobody);
        bytes memory answer = _failure(abi.encodeCall(trial.test_conformance_WithoutOperators_FillsNothing, ()));
        assertEq(answer, abi.encodeWithSignature("Panic(uint256)", 0x12), "a division by zero");
    }

    function test_conformance_FailsWhen_ItIsNeverReady() public {
        _try(Fault.NeverReady);
        _assertFails(abi.encodeCall(trial.test_conformance_FreezesWithinItsGas, ()), "not ready");
    }

    function test_conformance_FailsWhen_ItBurnsGas() public {
        _try(Fault.Gas);
        _assertFails(abi.encodeCall(trial.test_conformance_FreezesWithinItsGas, ()), "too much gas");
    }

    /* THE CALLS */
    /// @dev By another sender, in another block.
    function _asked() internal view returns (bytes memory) {
        return abi.encodeCall(
            trial.testFuzz_conformance_SameAnswerToWhoeverAsksAndWhen,
            (address(0xA11CE), uint256(keccak256("block")), 3)
        );
    }

    /// @dev One who is in the middle of the set adds to its bond.
    function _disturbed() internal view returns (bytes memory) {
        return abi.encodeCall(trial.testFuzz_conformance_FixedWhenTheSetCloses, (uint256(1 | 33 << 8)));
    }

    /// @dev Every third slot is taken.
    function _taken() internal view returns (bytes memory) {
        return
            abi.encodeCall(trial.testFuzz_conformance_FillsFreeSlotsAlone, (keccak256("seed"), uint256(0x249249249249)));
    }

    function _named() internal view returns (bytes memory) {
        return abi.encodeCall(trial.testFuzz_conformance_NamesEligibleOperatorsAlone, (keccak256("seed")));
    }

    /* INTERNAL */
    function _failure(bytes memory data) internal returns (bytes memory answer) {
        bool ok;
        (ok, answer) = address(trial).call(data);
        assertFalse(ok, "the policy passed");
    }

    /// @dev By an assertion that says `reason`: forge has it in an error of its own with one string.
    function _assertFails(bytes memory data, string memory reason) internal {
        bytes memory answer = _failure(data);
        assertEq(bytes4(answer), bytes4(keccak256("CheatcodeError(string)")));
        bytes memory encoded = new bytes(answer.length - 4);
        for (uint256 i; i < encoded.length; ++i) {
            encoded[i] = answer[i + 4];
        }
        string memory said = abi.decode(encoded, (string));
        assertTrue(vm.contains(said, reason), said);
    }
}
