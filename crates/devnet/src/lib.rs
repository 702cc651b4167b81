//! A whole OP Stack chain on loopback whose sequencer Rota decides.
//!
//! ```text
//!                    anvil (L1): SystemConfig behind its Proxy, owned by our adapter; our contracts
//!                      |                 |                      |
//!   operator 1 (reserve)          operator 2 ..          follower, the witness
//!   op-geth - op-node - rota      the same               op-geth - op-node <- rota follow
//!             op-batcher --'                                                  (operators' public streams)
//! ```
//!
//! [`Stack::up`] makes a folder with everything in it, starts each program as its own process with its own log, and returns
//! before slot 0 begins; [`Stack::down`] ends what it started. The steps:
//!
//! 1. keys, by the keeper's own command: the devnet learns addresses only ([`operator`]);
//! 2. the L1 with the chain's real SystemConfig on it ([`l1`]);
//! 3. side by side: our contracts, by the script that deploys them anywhere ([`deploy`]), and the rollup's nodes on a genesis
//!    of the real predeploys ([`genesis`], [`node`]);
//! 4. the keepers, one after the other, so that the ids are those of the folders; then the follower.
//!
//! [`run`] does that for the user's command: it sends transfers, injects faults, watches the follower, and judges what it saw
//! ([`run::report`], [`run::rules`]). The report's format is `report.schema.json`.
//!
//! **What it promises.** After funding it signs nothing but its users' transfers, and it calls no admin method of an op-node: every keeper is
//! `rota run --config FILE`, as a stranger would start it. Whatever ends it, no process stays behind ([`process`]). It waits
//! for conditions with a deadline, never for a time, and an error quotes the log of the process that died.
//!
//! **What it leaves out on purpose.** No portal and no bridges on the L1: nothing is deposited or withdrawn, and the reward pool is given
//! at the start what a chain's fee vault would withdraw to it. No gossip between
//! the op-nodes: payloads travel by the keepers' relay, which is what a devnet has to show.

pub mod curves;
pub mod deploy;
mod error;
pub mod genesis;
pub mod l1;
pub mod node;
pub mod operator;
mod policy;
pub mod ports;
pub mod process;
pub mod rpc;
pub mod run;
pub mod solo;
pub mod stack;
pub mod tools;

pub use error::Error;
pub use policy::Policy;
pub use stack::{Options, Stack};
pub use tools::Tools;
