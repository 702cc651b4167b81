//! L1: what happened there, and getting things done there.
//!
//! ```text
//!  endpoints ──> [L1] ──> [Watcher] ──> Observation { ChainView, answered_at }  ──> duties
//!                  ^                                                                   │ intents
//!                  └────────── [TxManager] <───────────────────────────────────────────┘
//! ```
//!
//! - [`L1`] asks one of several endpoints, and another one when that fails.
//! - [`load_deployment`] checks that the contracts are there and belong together, and reads what never changes.
//! - [`Watcher`] turns L1's blocks into [`ChainView`](rota_core::view::ChainView)s: it reads the past from the deployment on,
//!   then each new head. It follows reorgs by parent hash; one deeper than the view's snapshots makes it read the past again.
//! - [`TxManager`] makes transactions of intents. It promises that no intent is under way twice: one intent has one nonce, however
//!   often it is wished for, replaced at a higher fee, or sent again after a restart or a reorg.
//!
//! What it does not do: decide anything. What is due is `core`'s business; this crate only says what is and does as told.

mod deployment;
mod encode;
mod error;
mod l1;
mod reverts;
mod transactions;
mod watcher;

pub use deployment::load_deployment;
pub use encode::{Call, encode};
pub use error::ChainError;
pub use l1::L1;
pub use transactions::{Outcome, TxManager, Wallets};
pub use watcher::{Accounts, Observation, Watcher, now};
