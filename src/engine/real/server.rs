//! The server that `request` steps ask: real TCP on the loopback interface, one thread of the runner, timers finer than
//! a millisecond. It answers each request after the latency that the request names. It is overhead, never a task.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::io::{self, ErrorKind, IoSlice, Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::sync::mpsc::channel;
use std::thread;

use polling::{Event, Events};

use super::protocol::{self, ASKED, TAIL};
use crate::machine::sys::{self, Poller, Watched};
use crate::machine::{cores, process};
use crate::state::{Failure, ThreadPurpose};
use crate::units::{Ns, Stamp};

/// The filler of answers: the most bytes that are sent at once before the tail.
static CHUNK: [u8; 64 << 10] = [b'.'; 64 << 10];
/// The most clients that may wait to be accepted, unless the system allows fewer. A loop lets all its tasks go at once;
/// a client that finds no place tries again a second later.
const DOOR: i32 = 4096;
/// The listener's key; connections have the numbers from 0.
const LISTENER: usize = usize::MAX - 1;

/// The server at work. It ends with its process.
#[derive(Clone, Copy, Debug)]
pub(super) struct Server {
    /// The port on 127.0.0.1 that it listens on.
    pub(super) port: u16,
    /// Its thread.
    tid: u32,
}

impl Server {
    /// Starts the server, on none of the cores `taken` if others are allowed.
    ///
    /// # Errors
    /// If it cannot listen on a port, or its thread cannot be started.
    pub(super) fn start(taken: &[u16]) -> Result<Server, Failure> {
        let refused = |e: io::Error| Failure::Server { descriptors: process::lacks_descriptors(&e), system: e.into() };
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).map_err(refused)?;
        rustix::net::listen(&listener, DOOR).map_err(|e| refused(e.into()))?;
        let port = listener.local_addr().map_err(refused)?.port();
        let (say, hear) = channel();
        let free: Vec<u16> = cores::allowed().into_iter().filter(|core| !taken.contains(core)).collect();
        let serve = move || {
            cores::pin(&free);
            sys::take_short_turns();
            match Desk::open(listener) {
                Ok(mut desk) => {
                    let _ = say.send(Ok(sys::thread_id()));
                    // It fails only if the kernel has no memory left: then requests go unanswered, and their failures
                    // say so.
                    let _ = desk.serve();
                }
                Err(e) => {
                    let _ = say.send(Err(e));
                }
            }
        };
        thread::Builder::new().name("server".to_owned()).spawn(serve).map_err(|e| {
            let (purpose, number) = (ThreadPurpose::Server, None);
            Failure::Thread { purpose, number, system: e.into() }
        })?;
        let tid = hear.recv().map_err(io::Error::other).flatten().map_err(refused)?;
        Ok(Server { port, tid })
    }

    /// Its thread, by the kernel's number.
    pub(super) fn tid(self) -> u32 {
        self.tid
    }

    /// The CPU time that its thread has used.
    pub(super) fn cpu(self) -> Ns {
        sys::thread_cpu_of(self.tid).unwrap_or_default()
    }
}

/// A connection, the request that is read from it and the answer that is sent on it.
struct Client {
    stream: Watched<TcpStream>,
    asked: [u8; ASKED],
    read: usize,
    /// Bytes of the answer, its tail included, that were not sent yet.
    unsent: u64,
    tail: [u8; TAIL],
    /// Whether the rest of the answer waits until the connection takes more bytes.
    stuck: bool,
}

struct Desk {
    poller: Poller,
    /// `None` once a client could not be accepted: later clients are refused, instead of waiting for ever.
    listener: Option<Watched<TcpListener>>,
    clients: Vec<Option<Client>>,
    free: Vec<usize>,
    /// When each answer is due, and the key of its client.
    due: BinaryHeap<Reverse<(Stamp, usize)>>,
}

impl Desk {
    fn open(listener: TcpListener) -> io::Result<Desk> {
        listener.set_nonblocking(true)?;
        let poller = Poller::new()?;
        let listener = Some(poller.watch(listener, Event::readable(LISTENER))?);
        Ok(Desk { poller, listener, clients: Vec::new(), free: Vec::new(), due: BinaryHeap::new() })
    }

    fn serve(&mut self) -> io::Result<()> {
        let mut events = Events::new();
        loop {
            self.answer_all();
            let limit = self.due.peek().map(|Reverse((at, _))| at.since(sys::now()));
            events.clear();
            self.poller.wait(&mut events, limit)?;
            for event in events.iter() {
                if event.key == LISTENER {
                    self.welcome();
                } else if event.writable
                    && self.clients.get(event.key).is_some_and(|c| c.as_ref().is_some_and(|c| c.stuck))
                {
                    self.send(event.key);
                } else {
                    self.hear(event.key);
                }
            }
        }
    }

    /// Accepts the clients that have connected.
    fn welcome(&mut self) {
        loop {
            let Some(listener) = &self.listener else { return };
            let stream = match listener.accept() {
                Ok((stream, _)) => stream,
                Err(e) if e.kind() == ErrorKind::WouldBlock => return,
                Err(e) if matches!(e.kind(), ErrorKind::Interrupted | ErrorKind::ConnectionAborted) => continue,
                // No file descriptor is left, and the poller would report the listener again and again. Closing it
                // hangs up on all waiting clients; one refused client ends the run anyway.
                Err(_) => {
                    self.listener = None;
                    return;
                }
            };
            let key = self.free.pop().unwrap_or(self.clients.len());
            let ready = stream.set_nonblocking(true).and_then(|()| stream.set_nodelay(true));
            let watched = ready.and_then(|()| self.poller.watch(stream, Event::readable(key)));
            let client = watched.ok().map(|stream| Client {
                stream,
                asked: [0; ASKED],
                read: 0,
                unsent: 0,
                tail: [0; TAIL],
                stuck: false,
            });
            if client.is_none() {
                self.free.push(key);
            }
            match self.clients.get_mut(key) {
                Some(place) => *place = client,
                None => self.clients.push(client),
            }
        }
    }

    /// Reads what `key` asks.
    fn hear(&mut self, key: usize) {
        let Some(Some(client)) = self.clients.get_mut(key) else { return };
        match (&*client.stream).read(&mut client.asked[client.read..]) {
            Ok(0) => self.leave(key),
            Ok(n) => {
                client.read += n;
                if client.read == ASKED {
                    client.read = 0;
                    let (latency, bytes) = protocol::asked(client.asked);
                    client.unsent = bytes.saturating_add(TAIL as u64);
                    self.due.push(Reverse((sys::now() + latency, key)));
                }
            }
            Err(e) if matches!(e.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted) => {}
            Err(_) => self.leave(key),
        }
    }

    fn answer_all(&mut self) {
        while let Some(Reverse((at, key))) = self.due.peek().copied() {
            let now = sys::now();
            if at > now {
                return;
            }
            self.due.pop();
            self.send(key);
        }
    }

    /// Sends as much as the connection takes.
    fn send(&mut self, key: usize) {
        let Some(Some(client)) = self.clients.get_mut(key) else { return };
        loop {
            let tail = TAIL as u64;
            let filler = client.unsent.saturating_sub(tail).min(CHUNK.len() as u64);
            let rest = client.unsent - filler;
            // As long as no byte of the tail was sent, its instant can still be corrected.
            if rest == tail {
                client.tail = sys::now().0.to_le_bytes();
            }
            let end = if rest <= tail { &client.tail[TAIL - rest as usize..] } else { &[] };
            let pieces = [IoSlice::new(&CHUNK[..filler as usize]), IoSlice::new(end)];
            let sent = match (&*client.stream).write_vectored(&pieces) {
                Ok(n) => n as u64,
                Err(e) if e.kind() == ErrorKind::Interrupted => continue,
                Err(e) if e.kind() == ErrorKind::WouldBlock => {
                    if !client.stuck {
                        client.stuck = self.poller.change(&client.stream, Event::all(key)).is_ok();
                    }
                    return;
                }
                Err(_) => return self.leave(key),
            };
            client.unsent -= sent.min(client.unsent);
            if client.unsent == 0 {
                if std::mem::take(&mut client.stuck) {
                    let _ = self.poller.change(&client.stream, Event::readable(key));
                }
                return;
            }
        }
    }

    /// Forgets a client that has hung up, and any answer due to it, so that its key can be used again.
    fn leave(&mut self, key: usize) {
        self.clients[key] = None;
        self.due.retain(|Reverse((_, other))| *other != key);
        self.free.push(key);
    }
}
