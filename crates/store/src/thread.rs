//! Where to wait for the disk.

use std::future::Future;
use tokio::{runtime::Handle, sync::oneshot, task::JoinError};

/// Runs `part` on a thread of its own: one that writes to the store, or reads beside who writes, waits for the disk in between, for
/// milliseconds or, when that is busy, for seconds. On a worker thread the answers to op-node, peers and users would wait with it.
/// Its order of steps stays what it is, and it ends at its next wait if the answer is dropped.
pub async fn on_own_thread<F>(part: F) -> Result<F::Output, JoinError>
where
    F: Future<Output: Send> + Send + 'static,
{
    let runtime = Handle::current();
    let (_wanted, dropped) = oneshot::channel::<()>();
    let ended = tokio::task::spawn_blocking(move || {
        runtime.block_on(async {
            tokio::select! {
                biased;
                ended = part => Some(ended),
                _ = dropped => None,
            }
        })
    });
    Ok(ended.await?.expect("whoever waits here has not dropped it"))
}

#[cfg(test)]
mod tests {
    use super::on_own_thread;
    use std::sync::mpsc;

    #[tokio::test]
    async fn what_blocks_keeps_nobody_else_waiting() {
        let (go_on, blocked) = mpsc::channel();
        let part = on_own_thread(async move { blocked.recv() });
        // On the one worker thread of this test, this would never come to pass.
        let other = async move { go_on.send(7) };
        let (part, other) = tokio::join!(part, other);
        other.unwrap();
        assert_eq!(part.unwrap(), Ok(7));
    }

    #[tokio::test]
    async fn a_part_that_nobody_waits_for_ends() {
        let (held, mut dropped) = tokio::sync::mpsc::channel::<()>(1);
        let part = on_own_thread(async move {
            held.send(()).await.unwrap();
            std::future::pending::<()>().await;
            drop(held);
        });
        tokio::select! {
            ended = part => panic!("{ended:?}"),
            started = dropped.recv() => assert_eq!(started, Some(())),
        }
        assert_eq!(dropped.recv().await, None);
    }
}
