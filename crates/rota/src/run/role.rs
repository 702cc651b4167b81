//! From what L1 says to what the sequencer is told.

use rota_chain::{Observation, now};
use rota_core::types::OperatorId;
use rota_sequencer::{Batcher, Role};

/// The role of operator `own` at this observation.
pub fn role(observation: &Observation, own: OperatorId) -> Role {
    let view = &observation.view;
    let authority = view.authority(own, now().timestamp(), observation.answered_at);
    let epoch = view.timeline().epoch_at(view.head().timestamp);
    // Derivation listens to what the adapter answers, whoever rotated and whether or not an event says so.
    let is_ours = view.is_batcher_key(own, view.money.batcher, epoch);
    let since = view.state().rotation.map_or(0, |rotation| rotation.recorded);
    let batcher = if is_ours { Batcher::Ours { since } } else { Batcher::Theirs };
    Role { authority, batcher }
}
