//! The whole system, tested as it runs: a real OP Stack chain on loopback (`rota-devnet`), keepers started as strangers would,
//! and everything judged from anvil's logs, the follower's op-geth and the machine's process table.
//!
//! | file | its boot | boot to end, about | what happens on its one chain |
//! |---|---|---|---|
//! | `baton_passes.rs` | L1 1 s, slots 4 x 14 s | 5 min | nothing fails; every field of the report made again from the chain ([`recomputed`]) |
//! | `checks_bite.rs` | L1 1 s, slots 2 x 20 s | 3.5 min | the devnet breaks three promises, and its own checks notice each; an operator is killed, and what the report says of that is true |
//! | `l1_and_everybody_fail/` | L1 2 s, slots 2 x 16 s | 4.5 min | each thing that an operator can get wrong; L1 takes blocks back; nobody freezes; nobody bids |
//! | `operator_fails.rs` | L1 1 s, slots 2 x 20 s | 5 min | a keeper, its node or its disk is lost: in a turn, or between commit and reveal |
//!
//! Scenarios that do not disturb each other share a boot ([`suite`]): most of a boot's time goes by until the first auctioned
//! epoch. Each is followed by the checks that hold at any time ([`chain::Chain::check`]): the Slasher's rules over everything
//! that was signed in public ([`rules`], a second reading of DESIGN.md), and that no transaction is lost that an entrance
//! answered for. A scenario waits for what it wants to see, with a deadline ([`until`]), never for a time.
//!
//! Every process's log stays in `target/e2e/NAME/logs`. `cargo test -p e2e --test operator_fails -- frozen` runs one scenario.

pub mod between;
pub mod chain;
pub mod l1;
pub mod recomputed;
pub mod rules;
pub mod streams;
pub mod suite;
pub mod until;
pub mod users;
pub mod watched;
pub mod witness;
