//! Waiting for conditions: each with a deadline, and an error that says what was seen last.

use eyre::{Result, bail};
use std::time::Duration;
use tokio::time::{Instant, sleep};

/// How often a condition is looked at.
pub const AGAIN: Duration = Duration::from_millis(100);

/// Looks until there is something.
pub async fn until<T>(
    what: &str,
    within: Duration,
    mut look: impl AsyncFnMut() -> Result<Option<T>>,
) -> Result<T> {
    let deadline = Instant::now() + within;
    loop {
        let seen = match look().await {
            Ok(Some(found)) => return Ok(found),
            Ok(None) => "not yet".to_owned(),
            Err(error) => format!("{error:#}"),
        };
        if Instant::now() >= deadline {
            bail!("{what}: not within {within:?} ({seen})");
        }
        sleep(AGAIN).await;
    }
}
