use rota_core::{
    Timestamp,
    timeline::{Clock, Delays, Timeline},
};

/// The default devnet's.
pub(super) fn timeline() -> Timeline {
    Timeline {
        clock: Clock {
            genesis: Timestamp(1_000),
            slot_seconds: 16,
            slots_per_epoch: 4,
            l1_block_seconds: 2,
            l2_genesis: Timestamp(1_000),
            l2_block_seconds: 1,
        },
        delays: Delays {
            seed_delay: 2,
            tail_window: 2,
            claim_grace: 6,
            claim_lead: 8,
            answer_blocks: 3,
            dispute_period: 160,
            ring: u64::MAX,
        },
    }
}
