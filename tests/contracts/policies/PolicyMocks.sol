// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// @notice As much of a registry as policies ask for: who is a member, of which entity, in any epoch.
contract MemberRegistry {
    struct Membership {
        bool eligible;
        uint32 entity;
    }

    mapping(uint16 operator => Membership) internal _members;
    uint16[] internal _ids;

    function set(uint16 operator, bool eligible, uint32 entity) public {
        _members[operator] = Membership(eligible, entity);
    }

    /// @notice Members `from` to `from + count - 1`, an entity each.
    function setMany(uint16 from, uint256 count) external {
        for (uint256 i; i < count; ++i) {
            set(uint16(from + i), true, uint32(1000 + i));
        }
    }

    function memberAt(uint16 operator, uint64) external view returns (bool, uint32) {
        Membership memory member = _members[operator];
        return (member.eligible, member.entity);
    }

    function setIds(uint16[] memory ids) external {
        _ids = ids;
    }

    function eligibleSet(uint64) external view returns (uint16[] memory ids, uint32[] memory entities) {
        ids = _ids;
        entities = new uint32[](ids.length);
        for (uint256 i; i < ids.length; ++i) {
            entities[i] = _members[ids[i]].entity;
        }
    }
}

/// @notice As much of a vault and of its pledges as the stake policy asks for: bonds and pledges, wei.
contract BondBook {
    uint256 public constant IDLE_BPS = 2500;
    mapping(uint16 operator => uint256) public bondOf;
    mapping(uint16 operator => uint256) internal _pledges;

    function set(uint16 operator, uint256 bond) external {
        bondOf[operator] = bond;
    }

    function setPledge(uint16 operator, uint256 pledge) external {
        _pledges[operator] = pledge;
    }

    function PLEDGES() external view returns (address) {
        return address(this);
    }

    function pledgeAt(uint16 operator, uint64) external view returns (uint256) {
        return _pledges[operator];
    }
}
