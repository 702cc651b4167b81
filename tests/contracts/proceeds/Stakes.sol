// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IRewardHook} from "@rota/contracts/interfaces/IRewardHook.sol";
import {IStakes} from "@rota/contracts/interfaces/IStakes.sol";

/// @notice Stakes as a test sets them, and shares that tell the pool before they move, as the vault's do.
contract Stakes is IStakes {
    IRewardHook public pool;
    mapping(uint16 operator => uint256) internal _self;
    mapping(uint16 operator => uint256[]) internal _ids;
    mapping(uint16 operator => uint256[]) internal _values;
    mapping(uint16 operator => mapping(uint64 epoch => uint256)) internal _commission;
    mapping(address owner => mapping(uint256 id => uint256)) public balanceOf;

    function setPool(IRewardHook pool_) external {
        pool = pool_;
    }

    function setSelf(uint16 operator, uint256 value) external {
        _self[operator] = value;
    }

    function setDelegated(uint16 operator, uint256 id, uint256 value) external {
        uint256[] storage ids = _ids[operator];
        for (uint256 i; i < ids.length; ++i) {
            if (ids[i] != id) continue;
            _values[operator][i] = value;
            return;
        }
        ids.push(id);
        _values[operator].push(value);
    }

    function setCommission(uint16 operator, uint64 epoch, uint256 bps) external {
        _commission[operator][epoch] = bps;
    }

    /// @notice Shares of `operator`'s `id`; from or to nobody (zero): minted or burned.
    function move(uint16 operator, uint256 id, address from, address to, uint256 amount) external {
        pool.onSharesChanged(operator, id, from, to, amount);
        if (from != address(0)) balanceOf[from][id] -= amount;
        if (to != address(0)) balanceOf[to][id] += amount;
    }

    function stakesOf(uint16 operator) external view returns (uint256, uint256[] memory, uint256[] memory) {
        return (_self[operator], _ids[operator], _values[operator]);
    }

    function commissionAt(uint16 operator, uint64 epoch) external view returns (uint256) {
        return _commission[operator][epoch];
    }
}
