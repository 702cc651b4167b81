// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {PolicyName} from "@rota/contracts/deploy/PolicyChoice.sol";
import {RotaConfig} from "@rota/contracts/deploy/RotaDeployer.sol";
import {Operator, RotaFixture} from "@rota/contracts/testing/RotaFixture.sol";

/// @notice Operators are added, removed, bonded and slashed in mid-epoch: of 513 trials with a peer's turn check, 448 changed whose
/// turn it was. Here none does, whoever is drawn by whatever policy.
contract TurnChangesTest is RotaFixture {
    /// @dev With each of four policies.
    uint256 internal constant TRIALS = 128;

    PolicyName internal name;

    function _config() internal override returns (RotaConfig memory c) {
        c = super._config();
        (c.choice.names[2][0], c.choice.names[2][1]) = (name, PolicyName.RoundRobin);
        c.slasher = address(this);
    }

    function test_attack_ChangesInMidEpoch_RoundRobin() public {
        _checkTrials(PolicyName.RoundRobin);
    }

    function test_attack_ChangesInMidEpoch_Stake() public {
        _checkTrials(PolicyName.Stake);
    }

    function test_attack_ChangesInMidEpoch_Performance() public {
        _checkTrials(PolicyName.Performance);
    }

    function test_attack_ChangesInMidEpoch_Composite() public {
        _checkTrials(PolicyName.Composite);
    }

    function _checkTrials(PolicyName name_) private {
        name = name_;
        _deployRota();
        for (uint256 i; i < operators.length; ++i) {
            _queue(operators[i].id);
        }
        _run(2);
        _prepare(3);
        uint256 start = vm.snapshotState();
        uint256 changes;
        for (uint256 trial; trial < TRIALS; ++trial) {
            if (_isTurnChangedBy(trial)) ++changes;
            vm.revertToState(start);
        }
        assertEq(changes, 0);
    }

    /// @dev At any time in epoch 2, in any slot of it and of the frozen next one.
    function _isTurnChangedBy(uint256 trial) private returns (bool) {
        uint256 word = uint256(keccak256(abi.encode(trial)));
        _mine(word % ((schedule.startOfEpoch(3) - vm.getBlockTimestamp()) / _l1BlockSeconds));
        bytes32 before = _turns();
        Operator memory operator = operators[(word >> 16) % operators.length];
        uint256 kind = trial % 4;
        if (kind == 0) {
            Operator memory added = _register(string.concat("added ", vm.toString(trial)), 500);
            _bond(added.id, 1000 ether);
            _activate(added);
            _queue(added.id);
        } else if (kind == 1) {
            vm.prank(operator.owner);
            registry.deactivate(operator.id);
            if (word >> 32 & 1 == 1) _queue(operator.id);
        } else if (kind == 2) {
            vault.slash(operator.id, vault.bondOf(operator.id), address(0));
            if (word >> 32 & 1 == 1) registry.jailUnderbonded(operator.id);
            _queue(operator.id);
        } else {
            _bond(operator.id, 500 ether);
            _queue(operator.id);
        }
        return _turns() != before;
    }

    function _turns() private view returns (bytes32) {
        return keccak256(
            abi.encode(schedule.currentHolder(), schedule.slotsOf(2), schedule.slotsOf(3), _holders(8), _holders(12))
        );
    }

    function _holders(uint64 first) private view returns (uint16[4] memory holders) {
        for (uint64 i; i < 4; ++i) {
            holders[i] = schedule.holderAt(first + i, type(uint256).max);
        }
    }
}
