//! Free loopback ports that stay ours until the processes have bound them.
//!
//! Asking the kernel for a port (bind to 0, close, pass the number on) lets anybody take it in between, an outgoing
//! connection included. So ports come from below the range that the kernel hands out by itself, and each one is reserved
//! against other devnets by holding the **UDP** port of the same number: a lock that ends with this process, however it ends.

use crate::Error;
use std::{
    net::{Ipv4Addr, TcpListener, UdpSocket},
    sync::Mutex,
};

/// Below 32,768, where Linux's ephemeral ports begin; above what common services use.
const FIRST: u16 = 20_000;
const COUNT: u16 = 12_000;

/// The ports of one devnet. Dropping it gives them back.
#[derive(Default)]
pub struct Ports {
    held: Mutex<Vec<UdpSocket>>,
}

impl Ports {
    /// A port on 127.0.0.1 that nothing listens on and no other devnet will choose.
    pub fn take(&self) -> Result<u16, Error> {
        let mut held = self.held.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        // Two devnets begin their search apart, so that they rarely meet; where they do, the UDP port decides.
        let start =
            (std::process::id() as u16).wrapping_mul(97).wrapping_add(held.len() as u16) % COUNT;
        for step in 0..COUNT {
            let port = FIRST + (start + step) % COUNT;
            let Ok(lock) = UdpSocket::bind((Ipv4Addr::LOCALHOST, port)) else { continue };
            // A listener on all interfaces is in the way too, hence the second try.
            let free = TcpListener::bind((Ipv4Addr::UNSPECIFIED, port)).is_ok();
            if free && TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok() {
                held.push(lock);
                return Ok(port);
            }
        }
        Err(Error::NoPort { first: FIRST, count: COUNT })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn two_devnets_never_share_a_port_and_a_listener_is_passed_by() {
        let (a, b) = (Ports::default(), Ports::default());
        let first = a.take().unwrap();
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, first + 1)).unwrap();
        let mut seen = BTreeSet::from([first, listener.local_addr().unwrap().port()]);
        for ports in [&a, &b].repeat(50) {
            assert!(seen.insert(ports.take().unwrap()));
        }
    }
}
