// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Checkpoints} from "@openzeppelin/contracts/utils/structs/Checkpoints.sol";

/// @dev One version of the set for each epoch from which it changed. A version is written out whole: reading it costs one word
/// for five members, and no later version can touch it.
/// Checkpoint value: 16 bits number of members | 32 bits the checkpoint's own epoch, under which its words stand.
/// Words: 5 members of 48 bits each, lowest first: 16 bits id | 32 bits entity.
struct OperatorSet {
    Checkpoints.Trace224 versions;
    mapping(uint256 epoch => mapping(uint256 index => uint256 word)) words;
}

/// @title Operator set
/// @notice A small sorted set of (operator, entity) with its whole history by epoch.
/// @dev Linear on purpose: the set is bounded by its owner (64 at most), and order makes the answer independent of who came first.
library OperatorSetLib {
    using Checkpoints for Checkpoints.Trace224;

    uint256 private constant MEMBERS_PER_WORD = 5;
    uint256 private constant MEMBER_BITS = 48;

    /* CHANGES */
    /// @notice Adds a member, or changes its entity, from an epoch on.
    /// @param from Never below that of an earlier change, else `CheckpointUnorderedInsertion`.
    function put(OperatorSet storage self, uint32 from, uint16 id, uint32 entity) internal {
        uint256[] memory old = _load(self, self.versions.latest());
        (uint256 i, bool found) = _find(old, id);
        uint256[] memory members = new uint256[](found ? old.length : old.length + 1);
        for (uint256 k; k < members.length; ++k) {
            members[k] = k < i ? old[k] : k == i ? uint256(entity) << 16 | id : old[found ? k : k - 1];
        }
        _store(self, from, members);
    }

    /// @notice Removes a member from an epoch on; nothing happens if there is none.
    function remove(OperatorSet storage self, uint32 from, uint16 id) internal {
        uint256[] memory old = _load(self, self.versions.latest());
        (uint256 i, bool found) = _find(old, id);
        if (!found) return;
        uint256[] memory members = new uint256[](old.length - 1);
        for (uint256 k; k < members.length; ++k) {
            members[k] = old[k < i ? k : k + 1];
        }
        _store(self, from, members);
    }

    /* VIEWS */
    /// @return ids In ascending order.
    /// @return entities Of each.
    function membersAt(OperatorSet storage self, uint64 epoch)
        internal
        view
        returns (uint16[] memory ids, uint32[] memory entities)
    {
        uint256[] memory members = _load(self, _versionAt(self, epoch));
        (ids, entities) = (new uint16[](members.length), new uint32[](members.length));
        for (uint256 k; k < members.length; ++k) {
            (ids[k], entities[k]) = (uint16(members[k]), uint32(members[k] >> 16));
        }
    }

    function contains(OperatorSet storage self, uint64 epoch, uint16 id) internal view returns (bool found) {
        (, found) = _find(_load(self, _versionAt(self, epoch)), id);
    }

    /// @return The number of members after all changes made so far.
    function size(OperatorSet storage self) internal view returns (uint256) {
        return uint16(self.versions.latest());
    }

    /* INTERNAL */
    function _versionAt(OperatorSet storage self, uint64 epoch) private view returns (uint224) {
        return self.versions.upperLookupRecent(epoch > type(uint32).max ? type(uint32).max : uint32(epoch));
    }

    function _load(OperatorSet storage self, uint224 version) private view returns (uint256[] memory members) {
        members = new uint256[](uint16(version));
        mapping(uint256 => uint256) storage words = self.words[uint32(version >> 16)];
        uint256 word;
        for (uint256 k; k < members.length; ++k) {
            if (k % MEMBERS_PER_WORD == 0) word = words[k / MEMBERS_PER_WORD];
            members[k] = uint48(word);
            word >>= MEMBER_BITS;
        }
    }

    function _store(OperatorSet storage self, uint32 from, uint256[] memory members) private {
        mapping(uint256 => uint256) storage words = self.words[from];
        uint256 word;
        for (uint256 k; k < members.length; ++k) {
            word |= members[k] << k % MEMBERS_PER_WORD * MEMBER_BITS;
            // The last word of a version may stay partly empty; members left over from before are past its size.
            if (k % MEMBERS_PER_WORD == MEMBERS_PER_WORD - 1 || k == members.length - 1) {
                words[k / MEMBERS_PER_WORD] = word;
                word = 0;
            }
        }
        self.versions.push(from, uint224(from) << 16 | uint16(members.length));
    }

    /// @return i Where `id` stands, or would stand.
    /// @return found Whether it stands there.
    function _find(uint256[] memory members, uint16 id) private pure returns (uint256 i, bool found) {
        while (i < members.length && uint16(members[i]) < id) ++i;
        found = i < members.length && uint16(members[i]) == id;
    }
}
