//! A whole OP Stack chain on loopback.

mod error;
pub mod genesis;
pub mod l1;
pub mod node;
pub mod ports;
pub mod process;
pub mod rpc;
pub mod tools;

pub use error::Error;
