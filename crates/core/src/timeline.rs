//! Every instant of the protocol, as a function of the clock alone: the twin of `contracts/libraries/Timeline.sol`.
//!
//! Nothing else in the keeper adds or divides seconds. Windows are half open: `opens <= now < closes`.

use crate::types::{Epoch, Slot, Timestamp};
use serde::{Deserialize, Serialize};

/// The clock of a deployment, as `Schedule.clock()` tells it; all lengths in seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Clock {
    /// Start of slot 0.
    pub genesis: Timestamp,
    pub slot_seconds: u64,
    pub slots_per_epoch: u64,
    pub l1_block_seconds: u64,
    /// Timestamp of L2 block 0.
    pub l2_genesis: Timestamp,
    pub l2_block_seconds: u64,
}

/// What the contracts were deployed with besides the clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delays {
    /// From the closing of an epoch's set to its seed's block, seconds.
    pub seed_delay: u64,
    /// From the start of a turn until anybody may rotate the batcher, seconds.
    pub tail_window: u64,
    /// From the start of a turn until an unclaimed turn may be taken over, seconds.
    pub claim_grace: u64,
    /// How long before its start a turn may be claimed, seconds.
    pub claim_lead: u64,
    /// L1 blocks in which a call-out can be answered, the call-out's own not counted (G).
    pub answer_blocks: u64,
    /// How long after its end the slots of an epoch can be disputed, seconds.
    pub dispute_period: u64,
    /// Epochs that the schedule remembers (R).
    pub ring: u64,
}

/// A span of time: `opens <= now < closes`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Window {
    pub opens: Timestamp,
    pub closes: Timestamp,
}

impl Window {
    pub fn contains(&self, now: Timestamp) -> bool {
        self.opens <= now && now < self.closes
    }
}

/// The only source of instants.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Timeline {
    pub clock: Clock,
    pub delays: Delays,
}

impl Timeline {
    /// The first epoch that bids, a seed and a freeze can be for; those before it are the reserve's.
    pub const FIRST_SCHEDULED_EPOCH: Epoch = Epoch(2);
    /// Part of epoch - 2 in which bids are committed, percent.
    const COMMIT_PERCENT: u64 = 60;
    /// L1 blocks from the block that records a take-over to the time from which it holds, and that a return is made ahead.
    pub const CHANGE_LEAD_BLOCKS: u64 = 2;

    /* SLOTS AND EPOCHS */

    /// The slot in progress; slot 0 before genesis.
    pub fn slot_at(&self, now: Timestamp) -> Slot {
        Slot(now.0.saturating_sub(self.clock.genesis.0) / self.clock.slot_seconds)
    }

    /// The epoch in progress; epoch 0 before genesis.
    pub fn epoch_at(&self, now: Timestamp) -> Epoch {
        self.epoch_of(self.slot_at(now))
    }

    pub fn has_begun(&self, now: Timestamp) -> bool {
        now >= self.clock.genesis
    }

    pub fn epoch_of(&self, slot: Slot) -> Epoch {
        Epoch(slot.0 / self.clock.slots_per_epoch)
    }

    /// Position of `slot` in its epoch, from 0.
    pub fn index_of(&self, slot: Slot) -> usize {
        (slot.0 % self.clock.slots_per_epoch) as usize
    }

    pub fn first_slot_of(&self, epoch: Epoch) -> Slot {
        Slot(epoch.0 * self.clock.slots_per_epoch)
    }

    /// The slots of `epoch`, in order.
    pub fn slots_of(&self, epoch: Epoch) -> impl DoubleEndedIterator<Item = Slot> + use<> {
        let first = self.first_slot_of(epoch).0;
        (first..first + self.clock.slots_per_epoch).map(Slot)
    }

    pub fn start_of(&self, slot: Slot) -> Timestamp {
        Timestamp(self.clock.genesis.0 + slot.0 * self.clock.slot_seconds)
    }

    /// First second after `slot`.
    pub fn end_of(&self, slot: Slot) -> Timestamp {
        self.start_of(slot.next())
    }

    pub fn epoch_seconds(&self) -> u64 {
        self.clock.slot_seconds * self.clock.slots_per_epoch
    }

    pub fn start_of_epoch(&self, epoch: Epoch) -> Timestamp {
        self.start_of(self.first_slot_of(epoch))
    }

    /// First second after `epoch`.
    pub fn end_of_epoch(&self, epoch: Epoch) -> Timestamp {
        self.start_of_epoch(epoch.next())
    }

    /* EPOCH PIPELINE */

    /// When bids for `epoch` are committed: the first 60 % of epoch - 2. None for the first two epochs.
    pub fn commit_window(&self, epoch: Epoch) -> Option<Window> {
        let opens = self.start_of_epoch(Epoch(epoch.0.checked_sub(2)?));
        Some(Window {
            opens,
            closes: Timestamp(opens.0 + self.epoch_seconds() * Self::COMMIT_PERCENT / 100),
        })
    }

    /// When bids for `epoch` are revealed: the rest of epoch - 2.
    pub fn reveal_window(&self, epoch: Epoch) -> Option<Window> {
        let opens = self.commit_window(epoch)?.closes;
        Some(Window { opens, closes: self.freeze_window(epoch)?.opens })
    }

    /// When `epoch` is seeded, settled and frozen: epoch - 1.
    pub fn freeze_window(&self, epoch: Epoch) -> Option<Window> {
        if epoch < Self::FIRST_SCHEDULED_EPOCH {
            return None;
        }
        Some(Window {
            opens: self.start_of_epoch(Epoch(epoch.0 - 1)),
            closes: self.start_of_epoch(epoch),
        })
    }

    /// The first L1 block at or after this time seeds `epoch`.
    pub fn seed_time(&self, epoch: Epoch) -> Option<Timestamp> {
        Some(Timestamp(self.freeze_window(epoch)?.opens.0 + self.delays.seed_delay))
    }

    /// When the slots of `epoch` can be disputed no more.
    pub fn end_of_dispute(&self, epoch: Epoch) -> Timestamp {
        Timestamp(self.end_of_epoch(epoch).0 + self.delays.dispute_period)
    }

    /// The oldest epoch that the schedule remembers while `current` is in progress.
    pub fn oldest_epoch(&self, current: Epoch) -> Epoch {
        Epoch((current.0 + 2).saturating_sub(self.delays.ring))
    }

    /* TURNS */

    /// From when the turn that begins with `first` may be claimed.
    pub fn claim_opens(&self, first: Slot) -> Timestamp {
        Timestamp(self.start_of(first).0.saturating_sub(self.delays.claim_lead))
    }

    /// From when the turn that begins with `first` may be taken over if nobody claimed it.
    pub fn grace_ends(&self, first: Slot) -> Timestamp {
        Timestamp(self.start_of(first).0 + self.delays.claim_grace)
    }

    /// From when anybody may rotate the batcher to the holder of the turn that begins with `first`.
    pub fn tail_ends(&self, first: Slot) -> Timestamp {
        Timestamp(self.start_of(first).0 + self.delays.tail_window)
    }

    /// From when a change of holder recorded in an L1 block of time `recorded` can hold.
    pub fn change_effective(&self, recorded: Timestamp) -> Timestamp {
        self.l1_later(recorded, Self::CHANGE_LEAD_BLOCKS)
    }

    /// `blocks` L1 blocks after `from`, at the L1's own pace.
    pub fn l1_later(&self, from: Timestamp, blocks: u64) -> Timestamp {
        Timestamp(from.0 + blocks * self.clock.l1_block_seconds)
    }

    /* L2 BLOCKS */

    /// The only timestamp that the L2 block of this number can have.
    pub fn l2_timestamp(&self, number: u64) -> Timestamp {
        Timestamp(self.clock.l2_genesis.0 + number * self.clock.l2_block_seconds)
    }

    /// Whether the L2 block of this number, which anybody may name, is dated `timestamp`.
    pub fn is_l2_block(&self, number: u64, timestamp: Timestamp) -> bool {
        self.first_l2_block(timestamp) == number && self.l2_timestamp(number) == timestamp
    }

    /// `blocks` L2 blocks after `from`.
    pub fn l2_later(&self, from: Timestamp, blocks: u64) -> Timestamp {
        Timestamp(from.0 + blocks * self.clock.l2_block_seconds)
    }

    /// Number of the first L2 block dated `from` or later.
    pub fn first_l2_block(&self, from: Timestamp) -> u64 {
        from.0.saturating_sub(self.clock.l2_genesis.0).div_ceil(self.clock.l2_block_seconds)
    }

    /// Number of the last L2 block dated before `until`; none if that is before L2's genesis.
    pub fn last_l2_block(&self, until: Timestamp) -> Option<u64> {
        self.first_l2_block(until).checked_sub(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    prop_compose! {
        fn timelines()(
            genesis in 1u64..4_000_000_000, l1 in 1u64..=24, blocks in 8u64..=150, slots in 1u64..=45, l2_gap in 0u64..1_000,
            l2 in 1u64..=24, seed_delay in 0u64..400, dispute in 0u64..1_000_000, ring in 3u64..=128,
        ) -> Timeline {
            Timeline {
                clock: Clock {
                    genesis: Timestamp(genesis), slot_seconds: l1 * blocks, slots_per_epoch: slots, l1_block_seconds: l1,
                    l2_genesis: Timestamp(genesis.saturating_sub(l2_gap)), l2_block_seconds: l2.min(l1),
                },
                delays: Delays {
                    seed_delay: seed_delay % (l1 * blocks * slots), tail_window: l1, claim_grace: 3 * l1, claim_lead: 4 * l1,
                    answer_blocks: 3, dispute_period: dispute, ring,
                },
            }
        }
    }

    proptest! {
        #[test]
        fn every_second_is_in_exactly_one_slot(t in timelines(), after in 0u64..1_000_000_000) {
            let now = Timestamp(t.clock.genesis.0 + after);
            let slot = t.slot_at(now);
            prop_assert!(t.start_of(slot) <= now && now < t.end_of(slot));
            prop_assert_eq!(t.slot_at(t.start_of(slot)), slot);
            prop_assert_eq!(t.end_of(slot), t.start_of(slot.next()));
        }

        #[test]
        fn every_slot_is_in_exactly_one_epoch(t in timelines(), slot in 0u64..10_000_000) {
            let slot = Slot(slot);
            let epoch = t.epoch_of(slot);
            prop_assert_eq!(t.first_slot_of(epoch).0 + t.index_of(slot) as u64, slot.0);
            prop_assert!(t.slots_of(epoch).any(|other| other == slot));
            prop_assert!(t.start_of_epoch(epoch) <= t.start_of(slot) && t.end_of(slot) <= t.end_of_epoch(epoch));
        }

        #[test]
        fn the_windows_of_an_epoch_follow_each_other_without_a_gap(t in timelines(), epoch in 2u64..1_000_000) {
            let epoch = Epoch(epoch);
            let (commit, reveal) = (t.commit_window(epoch).unwrap(), t.reveal_window(epoch).unwrap());
            let freeze = t.freeze_window(epoch).unwrap();
            prop_assert_eq!(commit.opens, t.start_of_epoch(Epoch(epoch.0 - 2)));
            prop_assert_eq!((commit.closes, reveal.closes, freeze.closes), (reveal.opens, freeze.opens, t.start_of_epoch(epoch)));
            prop_assert!(commit.opens < commit.closes && reveal.opens < reveal.closes);
            prop_assert!(freeze.contains(t.seed_time(epoch).unwrap()));
        }

        #[test]
        fn the_blocks_of_neighbouring_spans_neither_overlap_nor_leave_a_gap(t in timelines(), slot in 1u64..1_000_000) {
            let start = t.start_of(Slot(slot));
            let (last, first) = (t.last_l2_block(start), t.first_l2_block(start));
            prop_assert!(t.l2_timestamp(first) >= start);
            prop_assert_eq!(last.map(|n| n + 1).unwrap_or(0), first);
            prop_assert!(last.is_none_or(|n| t.l2_timestamp(n) < start));
            for (number, is_dated) in [(first, true), (first + 1, false), (u64::MAX, false)] {
                prop_assert_eq!(t.is_l2_block(number, t.l2_timestamp(first)), is_dated);
            }
        }
    }

    #[test]
    fn before_genesis_everything_reads_as_at_genesis() {
        let clock = Clock {
            genesis: Timestamp(1_000),
            slot_seconds: 16,
            slots_per_epoch: 4,
            l1_block_seconds: 2,
            l2_genesis: Timestamp(1_000),
            l2_block_seconds: 1,
        };
        let delays = Delays {
            seed_delay: 2,
            tail_window: 2,
            claim_grace: 6,
            claim_lead: 8,
            answer_blocks: 3,
            dispute_period: 160,
            ring: 8,
        };
        let t = Timeline { clock, delays };
        assert_eq!((t.slot_at(Timestamp(0)), t.epoch_at(Timestamp(999))), (Slot(0), Epoch(0)));
        assert_eq!((t.commit_window(Epoch(1)), t.freeze_window(Epoch(1))), (None, None));
        // 60 % of 64 s, rounded down.
        assert_eq!(
            t.commit_window(Epoch(2)),
            Some(Window { opens: Timestamp(1_000), closes: Timestamp(1_038) })
        );
    }
}
