//! Our op-batcher runs while derivation listens to one of our keys.

use crate::{Batcher, Role, clients::OpBatcher};
use std::time::Duration;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

/// A batcher that was restarted behind our back is stopped again: repeat what we want from time to time.
const REPEAT: Duration = Duration::from_secs(5);

/// What the batcher should do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wish {
    Run,
    Rest,
    /// Neither start nor stop it.
    Leave,
}

/// Runs from one L1 block after the rotation on, because derivation ignores every outgoing batch in the rotation's own block, and the
/// predecessor's tail must precede our blocks. Until the key moves away it posts our own tail.
pub fn wish(role: &Role) -> Wish {
    match role.batcher {
        Batcher::Ours { since } if role.authority.origins.head > since => Wish::Run,
        Batcher::Ours { .. } => Wish::Leave,
        Batcher::Theirs => Wish::Rest,
    }
}

/// Keeps the batcher as the role wants it until `stop`; then it rests.
pub async fn follow(batcher: OpBatcher, mut role: watch::Receiver<Role>, stop: CancellationToken) {
    let mut carried_out = None;
    let mut said = false;
    loop {
        let wanted = if stop.is_cancelled() { Wish::Rest } else { wish(&role.borrow_and_update()) };
        if wanted != Wish::Leave && carried_out != Some(wanted) {
            let result =
                if wanted == Wish::Run { batcher.start().await } else { batcher.stop().await };
            match result {
                Ok(()) => {
                    tracing::info!(?wanted, "op-batcher follows");
                    (carried_out, said) = (Some(wanted), false);
                }
                // Once an outage.
                Err(error) if !said => {
                    tracing::warn!(?wanted, %error, "op-batcher does not follow");
                    said = true;
                }
                Err(_) => {}
            }
        }
        if stop.is_cancelled() {
            return;
        }
        tokio::select! {
            () = stop.cancelled() => {}
            changed = role.changed() => if changed.is_err() { return },
            () = tokio::time::sleep(REPEAT) => carried_out = None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rota_core::authority::{Authority, Origins};

    #[test]
    fn starts_one_l1_block_after_the_rotation() {
        for (why, batcher, head, expected) in [
            ("somebody else's key", Batcher::Theirs, 10, Wish::Rest),
            ("in the rotation's own block", Batcher::Ours { since: 10 }, 10, Wish::Leave),
            ("one block later", Batcher::Ours { since: 10 }, 11, Wish::Run),
            ("and from then on", Batcher::Ours { since: 10 }, 99, Wish::Run),
        ] {
            let origins = Origins { head, ..Origins::default() };
            let role = Role { authority: Authority { origins, ..Authority::default() }, batcher };
            assert_eq!(wish(&role), expected, "{why}");
        }
    }
}
