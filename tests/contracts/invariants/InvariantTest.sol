// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Handler} from "./Handler.sol";
import {Baton} from "@rota/contracts/Baton.sol";
import {BondVault} from "@rota/contracts/BondVault.sol";
import {OperatorRegistry} from "@rota/contracts/OperatorRegistry.sol";
import {Pledges} from "@rota/contracts/Pledges.sol";
import {Schedule} from "@rota/contracts/Schedule.sol";
import {OpenBidAuction} from "@rota/contracts/auctions/OpenBidAuction.sol";
import {SealedBidAuction} from "@rota/contracts/auctions/SealedBidAuction.sol";
import {RotaConfig, RotaSystem} from "@rota/contracts/deploy/RotaDeployer.sol";
import {TestToken} from "@rota/contracts/testing/TestToken.sol";
import {Test} from "forge-std/Test.sol";

/// @title Invariant test
/// @notice A system in the hands of the handler, and nothing else that is called.
abstract contract InvariantTest is Test {
    Handler internal handler;
    OperatorRegistry internal registry;
    BondVault internal vault;
    Pledges internal pledges;
    Schedule internal schedule;
    SealedBidAuction internal auction;
    OpenBidAuction internal openAuction;
    Baton internal baton;
    TestToken internal token;
    RotaConfig internal config;

    function setUp() public virtual {
        handler = _newHandler();
        RotaSystem memory system = handler.system();
        (registry, vault, pledges, schedule) = (system.registry, system.vault, system.pledges, system.schedule);
        (auction, openAuction, baton) = (system.auction, system.openAuction, system.baton);
        config = handler.configuration();
        token = TestToken(config.token);
        targetContract(address(handler));
        targetSelector(FuzzSelector({addr: address(handler), selectors: handler.actions()}));
    }

    function afterInvariant() external view {
        handler.report();
    }

    /// @dev The world that the campaign is in.
    function _newHandler() internal virtual returns (Handler) {
        return new Handler();
    }

    /* WHAT ALL LOOK AT */
    /// @dev What only the moment of an action shows is noted by the handler.
    function _assertUnbroken(uint256 invariant) internal view {
        assertEq(handler.breach(invariant), "", string.concat("INV-", vm.toString(invariant)));
    }

    /// @return oldest First slot that the ring knows.
    /// @return newest Last one.
    function _knownSlots() internal view returns (uint64 oldest, uint64 newest) {
        uint64 current = schedule.currentEpoch();
        uint64 perEpoch = config.clock.slotsPerEpoch;
        oldest = (current + 2 > config.ring ? current + 2 - config.ring : 0) * perEpoch;
        newest = (current + 2) * perEpoch - 1;
    }

    function _isKnown(uint64 slot) internal view returns (bool) {
        (uint64 oldest, uint64 newest) = _knownSlots();
        return slot >= oldest && slot <= newest;
    }
}
