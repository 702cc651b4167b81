// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {BondVault} from "@rota/contracts/BondVault.sol";
import {IOperatorRegistry} from "@rota/contracts/interfaces/IOperatorRegistry.sol";
import {IPolicy} from "@rota/contracts/interfaces/IPolicy.sol";

/// @notice Turns from the first operator of the closed set on: a policy with no fault, and what those below are made of.
contract InTurn is IPolicy {
    IOperatorRegistry internal immutable REGISTRY;

    constructor(IOperatorRegistry registry) {
        REGISTRY = registry;
    }

    function fill(uint64 epoch, bytes32, uint16[] memory slots) external view returns (uint16[] memory) {
        (uint16[] memory ids,) = REGISTRY.eligibleSet(epoch);
        if (_isNobody(ids)) return slots;
        uint256 first = _first(ids);
        for (uint256 i; i < slots.length; ++i) {
            if (_isFree(slots[i])) slots[i] = _named(ids[(first + i) % ids.length], i);
        }
        return slots;
    }

    function isReady(uint64) external view virtual returns (bool) {
        return true;
    }

    function _isNobody(uint16[] memory ids) internal pure virtual returns (bool) {
        return ids.length == 0;
    }

    /// @return Position in the set of who has the first slot.
    function _first(uint16[] memory) internal view virtual returns (uint256) {
        return 0;
    }

    function _isFree(uint16 slot) internal pure virtual returns (bool) {
        return slot == 0;
    }

    /// @return Who has a slot when it is `id`'s turn; the last argument is the slot's position.
    function _named(uint16 id, uint256) internal view virtual returns (uint16) {
        return id;
    }
}

/// @notice Its answer is another one in the next block: who times `freeze` chooses.
contract AsksTheBlock is InTurn {
    constructor(IOperatorRegistry registry) InTurn(registry) {}

    function _first(uint16[] memory ids) internal view override returns (uint256) {
        return block.prevrandao % ids.length;
    }
}

/// @notice Has another answer for each sender: who freezes chooses.
contract AsksTheSender is InTurn {
    constructor(IOperatorRegistry registry) InTurn(registry) {}

    function _first(uint16[] memory ids) internal view override returns (uint256) {
        return uint256(keccak256(abi.encode(msg.sender))) % ids.length;
    }
}

/// @notice Begins with the greatest bond of now: a deposit after the seed is known moves every slot.
contract AsksForBonds is InTurn {
    BondVault internal immutable VAULT;

    constructor(IOperatorRegistry registry, BondVault vault) InTurn(registry) {
        VAULT = vault;
    }

    function _first(uint16[] memory ids) internal view override returns (uint256 first) {
        uint256 most;
        for (uint256 i; i < ids.length; ++i) {
            uint256 bond = VAULT.bondOf(ids[i]);
            if (bond > most) (most, first) = (bond, i);
        }
    }
}

/// @notice Takes what an earlier policy gave away, and what was paid for.
contract TakesTakenSlots is InTurn {
    constructor(IOperatorRegistry registry) InTurn(registry) {}

    function _isFree(uint16) internal pure override returns (bool) {
        return true;
    }
}

/// @notice Gives the last slot of an epoch to one who is not of its set.
contract NamesAnOutsider is InTurn {
    uint16 internal immutable OUTSIDER;

    constructor(IOperatorRegistry registry, uint16 outsider) InTurn(registry) {
        OUTSIDER = outsider;
    }

    function _named(uint16 id, uint256 i) internal view override returns (uint16) {
        return i == 44 ? OUTSIDER : id;
    }
}

/// @notice Divides by the size of an empty set.
contract NeedsSomebody is InTurn {
    constructor(IOperatorRegistry registry) InTurn(registry) {}

    function _isNobody(uint16[] memory) internal pure override returns (bool) {
        return false;
    }
}

/// @notice Waits for ever.
contract IsNeverReady is InTurn {
    constructor(IOperatorRegistry registry) InTurn(registry) {}

    function isReady(uint64 epoch) external pure override returns (bool) {
        // Until the one that is asked about.
        return epoch < 4;
    }
}

/// @notice Too dear for a block that has something else to do.
contract BurnsGas is InTurn {
    constructor(IOperatorRegistry registry) InTurn(registry) {}

    function _named(uint16 id, uint256) internal view override returns (uint16) {
        uint256 before = gasleft();
        while (before - gasleft() < 200_000) {}
        return id;
    }
}
