// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {
    MEMBERS_PER_WORD,
    Member,
    SetVersion,
    memberOf,
    toMember,
    toSetVersion,
    withMember
} from "../types/SetWords.sol";
import {Checkpoints} from "@openzeppelin/contracts/utils/structs/Checkpoints.sol";

/// @dev One version of the set for each epoch from which it changed. A version is written out whole: reading it costs one word
/// for five members, and no later version can touch it.
struct OperatorSet {
    Checkpoints.Trace224 versions;
    mapping(uint256 epoch => mapping(uint256 index => uint256 word)) words;
}

/// @title Operator set
/// @notice A small sorted set of (operator, entity) with its whole history by epoch (INV-44).
/// @dev Linear on purpose: the set is bounded by its owner (64 at most), and order makes the answer independent of who came first.
library OperatorSetLib {
    using Checkpoints for Checkpoints.Trace224;

    /* CHANGES */
    /// @notice Adds a member, or changes its entity, from an epoch on.
    /// @param from Never below that of an earlier change, else `CheckpointUnorderedInsertion`.
    function put(OperatorSet storage self, uint32 from, uint16 id, uint32 entity) internal {
        Member[] memory old = _load(self, _latest(self));
        (uint256 i, bool found) = _find(old, id);
        Member[] memory members = new Member[](found ? old.length : old.length + 1);
        for (uint256 k; k < members.length; ++k) {
            members[k] = k < i ? old[k] : k == i ? toMember(id, entity) : old[found ? k : k - 1];
        }
        _store(self, from, members);
    }

    /// @notice Removes a member from an epoch on; nothing happens if there is none.
    /// @param from As for `put`.
    function remove(OperatorSet storage self, uint32 from, uint16 id) internal {
        Member[] memory old = _load(self, _latest(self));
        (uint256 i, bool found) = _find(old, id);
        if (!found) return;
        Member[] memory members = new Member[](old.length - 1);
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
        Member[] memory members = _load(self, _versionAt(self, epoch));
        (ids, entities) = (new uint16[](members.length), new uint32[](members.length));
        for (uint256 k; k < members.length; ++k) {
            (ids[k], entities[k]) = (members[k].id(), members[k].entity());
        }
    }

    function contains(OperatorSet storage self, uint64 epoch, uint16 id) internal view returns (bool found) {
        (, found) = _find(_load(self, _versionAt(self, epoch)), id);
    }

    /// @return found Whether `id` is a member in `epoch`.
    /// @return entity Its entity then; 0 if it is not.
    function memberAt(OperatorSet storage self, uint64 epoch, uint16 id)
        internal
        view
        returns (bool found, uint32 entity)
    {
        Member[] memory members = _load(self, _versionAt(self, epoch));
        uint256 i;
        (i, found) = _find(members, id);
        if (found) entity = members[i].entity();
    }

    /// @return count Members of `entity` after all changes made so far, `id` not counted.
    function countOf(OperatorSet storage self, uint32 entity, uint16 id) internal view returns (uint256 count) {
        Member[] memory members = _load(self, _latest(self));
        for (uint256 k; k < members.length; ++k) {
            if (members[k].entity() == entity && members[k].id() != id) ++count;
        }
    }

    /// @return The number of members after all changes made so far.
    function size(OperatorSet storage self) internal view returns (uint256) {
        return _latest(self).size();
    }

    /// @notice Takes a member out of an answer, in place; nothing happens if it is not in it.
    function drop(uint16[] memory ids, uint32[] memory entities, uint16 id) internal pure {
        uint256 length = ids.length;
        uint256 kept;
        for (uint256 k; k < length; ++k) {
            if (ids[k] == id) continue;
            (ids[kept], entities[kept]) = (ids[k], entities[k]);
            ++kept;
        }
        // Both arrays end earlier; what follows them in memory is nobody's.
        assembly ("memory-safe") {
            mstore(ids, kept)
            mstore(entities, kept)
        }
    }

    /* INTERNAL */
    function _latest(OperatorSet storage self) private view returns (SetVersion) {
        return SetVersion.wrap(self.versions.latest());
    }

    function _versionAt(OperatorSet storage self, uint64 epoch) private view returns (SetVersion) {
        // No change is made for an epoch beyond 32 bits, so the last of them answers for all later ones.
        // forge-lint: disable-next-line(unsafe-typecast)
        uint32 key = epoch < type(uint32).max ? uint32(epoch) : type(uint32).max;
        return SetVersion.wrap(self.versions.upperLookupRecent(key));
    }

    function _load(OperatorSet storage self, SetVersion version) private view returns (Member[] memory members) {
        members = new Member[](version.size());
        mapping(uint256 => uint256) storage words = self.words[version.from()];
        uint256 word;
        for (uint256 k; k < members.length; ++k) {
            uint256 lane = k % MEMBERS_PER_WORD;
            if (lane == 0) word = words[k / MEMBERS_PER_WORD];
            members[k] = memberOf(word, lane);
        }
    }

    function _store(OperatorSet storage self, uint32 from, Member[] memory members) private {
        mapping(uint256 => uint256) storage words = self.words[from];
        uint256 word;
        for (uint256 k; k < members.length; ++k) {
            uint256 lane = k % MEMBERS_PER_WORD;
            word = withMember(lane == 0 ? 0 : word, lane, members[k]);
            // What a larger set of the same epoch left behind these words is past the size.
            if (lane == MEMBERS_PER_WORD - 1 || k == members.length - 1) words[k / MEMBERS_PER_WORD] = word;
        }
        self.versions.push(from, SetVersion.unwrap(toSetVersion(members.length, from)));
    }

    /// @return i Where `id` stands, or would stand.
    /// @return found Whether it stands there.
    function _find(Member[] memory members, uint16 id) private pure returns (uint256 i, bool found) {
        while (i < members.length && members[i].id() < id) ++i;
        found = i < members.length && members[i].id() == id;
    }
}
