//! The client side of requests: how a `request` step asks the server, on a worker that blocks and on one that does not.
//! A task keeps its connection from its first request to its end, as a client with keep-alive does.

use std::io::{self, ErrorKind, Read, Write};
use std::net::TcpStream;
use std::os::fd::AsFd;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::protocol::{self, TAIL};
use crate::state::{Failure, RequestLack};
use crate::units::{Ns, Stamp};

/// The largest piece of an answer that is read at once.
const CHUNK: usize = 64 << 10;

/// Makes a connection hang up at once when it is closed, so that its port is free for the next run, and send without
/// delay.
fn abrupt(stream: &impl AsFd) -> io::Result<()> {
    rustix::net::sockopt::set_socket_linger(stream, Some(Duration::ZERO))?;
    rustix::net::sockopt::set_tcp_nodelay(stream, true)?;
    Ok(())
}

/// A task's line to the server, for a worker that waits.
#[derive(Default)]
pub(super) struct Line(Option<TcpStream>);

impl Line {
    /// Asks the server at `port` for `bytes`.
    ///
    /// # Errors
    /// If it fails.
    pub(super) fn send(&mut self, port: u16, latency: Ns, bytes: u64) -> Result<(), Failure> {
        self.try_send(port, latency, bytes).map_err(refused)
    }

    /// Waits for all of the answer, `bytes` long; returns when the server sent the last of it.
    ///
    /// # Errors
    /// If it fails.
    pub(super) fn receive(&mut self, bytes: u64) -> Result<Stamp, Failure> {
        self.try_receive(bytes).map_err(refused)
    }

    fn try_send(&mut self, port: u16, latency: Ns, bytes: u64) -> io::Result<()> {
        let stream = match &mut self.0 {
            Some(stream) => stream,
            none => {
                let stream = TcpStream::connect(protocol::address(port))?;
                abrupt(&stream)?;
                none.insert(stream)
            }
        };
        stream.write_all(&protocol::ask(latency, bytes))
    }

    fn try_receive(&mut self, bytes: u64) -> io::Result<Stamp> {
        let stream = self.0.as_mut().ok_or(ErrorKind::NotConnected)?;
        let mut buffer = vec![0; CHUNK.min(TAIL + bytes as usize)];
        let mut answer = Answer::new(bytes);
        while !answer.is_whole() {
            let n = retry(|| stream.read(&mut buffer))?;
            answer.take(&buffer[..n])?;
        }
        Ok(answer.sent())
    }
}

fn retry(mut read: impl FnMut() -> io::Result<usize>) -> io::Result<usize> {
    loop {
        match read() {
            Err(e) if e.kind() == ErrorKind::Interrupted => {}
            other => return other,
        }
    }
}

/// A task's line to the server, on an event loop.
#[derive(Default)]
pub(super) struct AsyncLine(Option<tokio::net::TcpStream>);

impl AsyncLine {
    /// Asks the server at `port`, and waits for all of the answer, giving way meanwhile; returns when the server sent
    /// the last of it.
    ///
    /// # Errors
    /// If it fails.
    pub(super) async fn ask(&mut self, port: u16, latency: Ns, bytes: u64) -> Result<Stamp, Failure> {
        self.try_ask(port, latency, bytes).await.map_err(refused)
    }

    async fn try_ask(&mut self, port: u16, latency: Ns, bytes: u64) -> io::Result<Stamp> {
        let stream = match &mut self.0 {
            Some(stream) => stream,
            none => {
                let stream = tokio::net::TcpStream::connect(protocol::address(port)).await?;
                abrupt(&stream)?;
                none.insert(stream)
            }
        };
        stream.write_all(&protocol::ask(latency, bytes)).await?;
        let mut buffer = vec![0; CHUNK.min(TAIL + bytes as usize)];
        let mut answer = Answer::new(bytes);
        while !answer.is_whole() {
            let n = stream.read(&mut buffer).await?;
            answer.take(&buffer[..n])?;
        }
        Ok(answer.sent())
    }
}

/// An answer as it comes in.
struct Answer {
    tail: [u8; TAIL],
    /// Bytes before the tail.
    body: u64,
    read: u64,
}

impl Answer {
    fn new(bytes: u64) -> Answer {
        Answer { tail: [0; TAIL], body: bytes, read: 0 }
    }

    fn take(&mut self, bytes: &[u8]) -> io::Result<()> {
        if bytes.is_empty() {
            return Err(ErrorKind::UnexpectedEof.into());
        }
        let from = self.body.saturating_sub(self.read).min(bytes.len() as u64);
        let at = (self.read + from).saturating_sub(self.body) as usize;
        for (place, byte) in self.tail.iter_mut().skip(at).zip(&bytes[from as usize..]) {
            *place = *byte;
        }
        self.read += bytes.len() as u64;
        Ok(())
    }

    fn is_whole(&self) -> bool {
        self.read >= self.body + TAIL as u64
    }

    fn sent(&self) -> Stamp {
        Stamp(u64::from_le_bytes(self.tail))
    }
}

/// The failure of a request that the error `e` ended.
fn refused(e: io::Error) -> Failure {
    use ErrorKind::{BrokenPipe, ConnectionRefused, ConnectionReset, UnexpectedEof};
    use rustix::io::Errno;
    let lack = match e.raw_os_error().map(Errno::from_raw_os_error) {
        Some(Errno::MFILE | Errno::NFILE) => RequestLack::Descriptors,
        Some(Errno::ADDRNOTAVAIL | Errno::ADDRINUSE) => RequestLack::Ports,
        Some(Errno::NETUNREACH | Errno::HOSTUNREACH | Errno::NETDOWN) => RequestLack::Route,
        // The server hangs up on a client only if it lacks a descriptor for its end of the connection.
        _ if matches!(e.kind(), ConnectionReset | ConnectionRefused | UnexpectedEof | BrokenPipe) => {
            RequestLack::Server
        }
        _ => RequestLack::Other,
    };
    Failure::Request { lack, system: e.into() }
}

#[cfg(test)]
mod tests {
    use super::super::server::Server;
    use super::*;

    #[test]
    fn the_server_answers_after_the_latency_with_so_many_bytes() {
        let server = Server::start(&[]).expect("a server");
        let mut lines: Vec<Line> = (0..3).map(|_| Line::default()).collect();
        for bytes in [0, 1, 1_000, 300_000] {
            for line in &mut lines {
                let from = crate::machine::sys::now();
                line.send(server.port, Ns::from_micros(300), bytes).expect("a request");
                let sent = line.receive(bytes).expect("an answer");
                assert!(sent.since(from) >= Ns::from_micros(300));
            }
        }
        assert!(server.cpu() > Ns::ZERO);
    }

    #[test]
    fn an_answer_ends_with_its_stamp_in_whatever_pieces_it_comes() {
        let whole: Vec<u8> = [b'.'; 5].into_iter().chain(0x0102_0304_0506_0708_u64.to_le_bytes()).collect();
        for size in 1..=whole.len() {
            let mut answer = Answer::new(5);
            for piece in whole.chunks(size) {
                assert!(!answer.is_whole());
                answer.take(piece).expect("some bytes");
            }
            assert!(answer.is_whole());
            assert_eq!(answer.sent(), Stamp(0x0102_0304_0506_0708), "{size}");
        }
        assert!(Answer::new(5).take(&[]).is_err(), "it hung up");
    }

    #[test]
    fn an_event_loop_gets_the_same_answers_while_a_long_one_is_on_its_way() {
        let server = Server::start(&[]).expect("a server");
        let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build().expect("a loop");
        let answers = runtime.block_on(async {
            let ask = |latency| async move { AsyncLine::default().ask(server.port, latency, 2_000_000).await };
            let (slow, quick) = (tokio::spawn(ask(Ns::from_millis(3))), tokio::spawn(ask(Ns::from_micros(100))));
            (slow.await.expect("no panic"), quick.await.expect("no panic"))
        });
        assert!(answers.0.expect("the first") > answers.1.expect("the second"));
    }

    #[test]
    fn a_line_to_nobody_lacks_a_server() {
        let unused = std::net::TcpListener::bind((std::net::Ipv4Addr::LOCALHOST, 0)).expect("a port");
        let port = unused.local_addr().expect("an address").port();
        drop(unused);
        let why = Line::default().send(port, Ns::ZERO, 1).expect_err("nobody listens");
        assert!(matches!(why, Failure::Request { lack: RequestLack::Server, .. }), "{why:?}");
    }
}
