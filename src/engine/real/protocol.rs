//! What client and server send each other. A request is two numbers: the latency in nanoseconds, and the number of
//! bytes wanted. The answer is that many bytes, and then the instant at which the server sent the last of them: from
//! then on the client can go on.

use std::net::{Ipv4Addr, SocketAddr};

use crate::units::Ns;

/// Bytes of a request.
pub(super) const ASKED: usize = 16;
/// Bytes of an answer after the bytes that were asked for.
pub(super) const TAIL: usize = 8;

/// The address of the server that listens on `port`.
pub(super) fn address(port: u16) -> SocketAddr {
    (Ipv4Addr::LOCALHOST, port).into()
}

/// A request for an answer of `bytes` bytes after `latency`.
pub(super) fn ask(latency: Ns, bytes: u64) -> [u8; ASKED] {
    let mut asked = [0; ASKED];
    asked[..8].copy_from_slice(&latency.0.to_le_bytes());
    asked[8..].copy_from_slice(&bytes.to_le_bytes());
    asked
}

/// What a client asks: after which latency, and for how many bytes.
pub(super) fn asked(asked: [u8; ASKED]) -> (Ns, u64) {
    let number = |at: usize| asked[at..].first_chunk().map_or(0, |bytes| u64::from_le_bytes(*bytes));
    (Ns(number(0)), number(8))
}
