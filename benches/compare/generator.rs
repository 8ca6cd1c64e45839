//! The load generator of `benches/compare/run`: requests over keep-alive connections from one thread, whose bodies the
//! kernel throws away (`recv` with `MSG_TRUNC`), so that it is never slower than the server it measures.
//!
//! ```text
//! generator HOST:PORT URLS --seconds S --connections N            closed loop: each connection asks as soon as it may
//! generator HOST:PORT URLS --seconds S --connections N --rate R   open loop: R requests a second, come what may
//! generator HOST:PORT URLS --seconds S --connections N --take B   slow readers: each takes B bytes a second
//! ```
//!
//! URLS is a file of paths, one a line, asked in turn. Every answer must be a 200 with a Content-Length. The result is
//! one line of JSON; latencies run from the moment a request was due to its last byte, in milliseconds.

use mio::unix::SourceFd;
use mio::{Events, Interest, Poll, Token};
use serde_json::json;
use signalbox::load::Histogram;
use socket2::{Domain, Socket, Type};
use std::collections::{BTreeMap, VecDeque};
use std::io::{self, ErrorKind, Read, Write};
use std::mem::MaybeUninit;
use std::net::SocketAddr;
use std::os::fd::AsRawFd;
use std::time::{Duration, Instant};

/// What `recv` is to throw away rather than to copy (Linux, tcp(7)).
const MSG_TRUNC: i32 = 0x20;
/// The head comes with the first bytes of its body; those alone are copied.
const HEAD: usize = 2048;
/// The most that one call throws away.
const DISCARD: usize = 4 << 20;
/// A slow reader takes something so often.
const TICK: Duration = Duration::from_millis(100);
/// Receive buffer of a slow reader: what is not taken stays with the server.
const SLOW_BUFFER: usize = 16 << 10;

type Failure = Box<dyn std::error::Error>;

struct Arguments {
    address: SocketAddr,
    requests: Vec<Vec<u8>>,
    time: Duration,
    connections: usize,
    rate: Option<f64>,
    take: Option<usize>,
}

impl Arguments {
    fn read() -> Result<Arguments, Failure> {
        let mut arguments = std::env::args().skip(1);
        let mut next = || arguments.next().ok_or("generator HOST:PORT URLS --seconds S --connections N [--rate R]");
        let (address, urls) = (next()?.parse()?, std::fs::read_to_string(next()?)?);
        let mut options = BTreeMap::new();
        while let Ok(name) = next() {
            options.insert(name, next()?.parse::<f64>()?);
        }
        let request = |path: &str| format!("GET {path} HTTP/1.1\r\nHost: {address}\r\n\r\n").into_bytes();
        let requests: Vec<_> = urls.lines().filter(|line| !line.is_empty()).map(request).collect();
        if requests.is_empty() {
            return Err("there are no URLs".into());
        }
        Ok(Arguments {
            address,
            requests,
            time: Duration::from_secs_f64(*options.get("--seconds").ok_or("--seconds is missing")?),
            connections: *options.get("--connections").ok_or("--connections is missing")? as usize,
            rate: options.get("--rate").copied(),
            take: options.get("--take").map(|bytes| *bytes as usize),
        })
    }
}

/// A keep-alive connection and the answer it is reading.
struct Connection {
    socket: Socket,
    /// When the request that is under way was due.
    due: Option<Instant>,
    head: Vec<u8>,
    /// Bytes of the body still to come, once the head is read.
    left: Option<u64>,
}

impl Connection {
    fn open(address: SocketAddr, buffer: Option<usize>) -> io::Result<Connection> {
        let socket = Socket::new(Domain::for_address(address), Type::STREAM, None)?;
        if let Some(buffer) = buffer {
            socket.set_recv_buffer_size(buffer)?;
        }
        socket.connect(&address.into())?;
        socket.set_tcp_nodelay(true)?;
        socket.set_nonblocking(true)?;
        Ok(Connection { socket, due: None, head: Vec::with_capacity(HEAD), left: None })
    }

    /// A request fits into an empty send buffer.
    fn ask(&mut self, request: &[u8], due: Instant) -> io::Result<()> {
        (self.due, self.left) = (Some(due), None);
        self.head.clear();
        self.socket.write_all(request)
    }

    /// Reads at most `most` bytes of what is there. How many they were, and whether the answer is complete.
    fn read(&mut self, sink: &mut [MaybeUninit<u8>], most: usize) -> Result<(u64, bool), Failure> {
        let mut bytes = 0;
        while bytes < most as u64 && self.left != Some(0) {
            let room = (most as u64 - bytes) as usize;
            let read = match self.left {
                None => self.read_head(room),
                Some(left) => {
                    let part = room.min(sink.len()).min(usize::try_from(left)?);
                    self.socket.recv_with_flags(&mut sink[..part], MSG_TRUNC)
                }
            };
            match read {
                Ok(0) => return Err("the server closed the connection".into()),
                Ok(read) => {
                    bytes += read as u64;
                    match &mut self.left {
                        Some(left) => *left -= read as u64,
                        None => self.left = left_after(&self.head)?,
                    }
                }
                Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok((bytes, self.left == Some(0)))
    }

    fn read_head(&mut self, room: usize) -> io::Result<usize> {
        let mut block = [0; HEAD];
        let read = self.socket.read(&mut block[..room.min(HEAD)])?;
        self.head.extend_from_slice(&block[..read]);
        Ok(read)
    }
}

/// Bytes still to come after what was read of an answer; `None` while its head is not complete.
fn left_after(read: &[u8]) -> Result<Option<u64>, Failure> {
    let Some(end) = read.windows(4).position(|window| window == b"\r\n\r\n") else {
        return if read.len() > 64 << 10 { Err("a head without an end".into()) } else { Ok(None) };
    };
    let head = str::from_utf8(&read[..end])?;
    let mut lines = head.split("\r\n");
    let status = lines.next().unwrap_or_default();
    if status.split(' ').nth(1) != Some("200") {
        return Err(format!("the answer is {status:?}").into());
    }
    let length =
        lines.filter_map(|line| line.split_once(':')).find(|(name, _)| name.eq_ignore_ascii_case("content-length"));
    let (_, length) = length.ok_or("an answer without Content-Length")?;
    let here = (read.len() - end - 4) as u64;
    Ok(Some(length.trim().parse::<u64>()?.checked_sub(here).ok_or("more bytes than Content-Length says")?))
}

/// What was counted.
#[derive(Default)]
struct Counts {
    requests: u64,
    bytes: u64,
    latency: Histogram,
}

impl Counts {
    fn print(&self, elapsed: Duration) {
        let milliseconds = |share| self.latency.quantile(share).as_secs_f64() * 1000.0;
        let seconds = elapsed.as_secs_f64();
        let result = json!({
            "requests": self.requests, "bytes": self.bytes, "seconds": seconds,
            "requests_per_second": self.requests as f64 / seconds, "bytes_per_second": self.bytes as f64 / seconds,
            "p50_ms": milliseconds(0.5), "p90_ms": milliseconds(0.9), "p99_ms": milliseconds(0.99),
            "max_ms": self.latency.max().as_secs_f64() * 1000.0,
        });
        println!("{result}");
    }
}

/// Asks as soon as an answer is complete, or at the times of the open loop.
fn run(arguments: &Arguments) -> Result<(), Failure> {
    let mut poll = Poll::new()?;
    let mut connections = Vec::new();
    for number in 0..arguments.connections {
        let connection = Connection::open(arguments.address, None)?;
        poll.registry().register(&mut SourceFd(&connection.socket.as_raw_fd()), Token(number), Interest::READABLE)?;
        connections.push(connection);
    }
    let (mut events, mut sink) = (Events::with_capacity(1024), Vec::<u8>::with_capacity(DISCARD));
    let mut requests = arguments.requests.iter().cycle();
    let mut idle: VecDeque<usize> = (0..connections.len()).collect();
    let (mut counts, start) = (Counts::default(), Instant::now());
    let mut arrivals = 0_u64;
    loop {
        let now = Instant::now();
        if now - start >= arguments.time {
            counts.print(now - start);
            return Ok(());
        }
        // Requests that are due and have to wait for a connection keep their time: waiting is latency.
        while let Some(due) = due(arguments.rate, start, arrivals, now)
            && let Some(number) = idle.pop_front()
        {
            arrivals += 1;
            connections[number].ask(requests.next().expect("URLs are there"), due)?;
        }
        // An open loop does not sleep: the next request may be due in less than a timer can tell.
        let wait = if arguments.rate.is_some() { Duration::ZERO } else { Duration::from_millis(100) };
        match poll.poll(&mut events, Some(wait)) {
            Err(error) if error.kind() != ErrorKind::Interrupted => return Err(error.into()),
            _ => {}
        }
        for event in &events {
            let Token(number) = event.token();
            let (bytes, complete) = connections[number].read(sink.spare_capacity_mut(), usize::MAX)?;
            counts.bytes += bytes;
            if complete && let Some(due) = connections[number].due.take() {
                counts.requests += 1;
                counts.latency.record(due.elapsed());
                idle.push_back(number);
            }
        }
    }
}

/// When the next request is due, if it is: now in a closed loop, evenly spaced in an open one.
fn due(rate: Option<f64>, start: Instant, arrivals: u64, now: Instant) -> Option<Instant> {
    let Some(rate) = rate else { return Some(now) };
    let due = start + Duration::from_secs_f64(arrivals as f64 / rate);
    (due <= now).then_some(due)
}

/// Every connection asks once and takes `take` bytes a second; those that are done ask again.
fn run_slowly(arguments: &Arguments, take: usize) -> Result<(), Failure> {
    let open = |_| Connection::open(arguments.address, Some(SLOW_BUFFER));
    let mut connections = (0..arguments.connections).map(open).collect::<io::Result<Vec<_>>>()?;
    let mut requests = arguments.requests.iter().cycle();
    let mut sink: Vec<u8> = Vec::with_capacity(DISCARD);
    let (mut counts, start) = (Counts::default(), Instant::now());
    let portion = (take as f64 * TICK.as_secs_f64()) as usize;
    while start.elapsed() < arguments.time {
        let tick = Instant::now();
        for connection in &mut connections {
            if connection.due.is_none() {
                connection.ask(requests.next().expect("URLs are there"), tick)?;
            }
            let (bytes, complete) = connection.read(sink.spare_capacity_mut(), portion)?;
            counts.bytes += bytes;
            if complete && let Some(due) = connection.due.take() {
                counts.requests += 1;
                counts.latency.record(due.elapsed());
            }
        }
        std::thread::sleep(TICK.saturating_sub(tick.elapsed()));
    }
    counts.print(start.elapsed());
    Ok(())
}

fn main() -> Result<(), Failure> {
    let arguments = Arguments::read()?;
    match arguments.take {
        Some(take) => run_slowly(&arguments, take),
        None => run(&arguments),
    }
}
