//! What a connection waits for, and how long it may.
//!
//! | it waits for | limit |
//! |---|---|
//! | the head of a request, the first one counted from the start of the connection | header timeout |
//! | the next request | idle timeout; header timeout once the client was told that the connection closes |
//! | the client, to take more of a response | stall timeout |
//! | the server, to make a response or read the next block of it | none: that is not the client's doing |
//!
//! The HTTP library has a timer for heads only, which also runs between requests and not before the first byte; and a
//! socket that takes bytes does not show that an HTTP/2 stream is stalled: they may as well be the answers to pings. So
//! the socket, the service and the response bodies of a connection each tell its clock what they see, and the connection
//! asks the clock when to give up. The handler of a request is trusted to end, also when it reads a body.

use super::ServerConfig;
use hyper::Version;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::time::Instant;

#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    pub(super) header: Duration,
    pub(super) idle: Duration,
    pub(super) stall: Duration,
}

impl Limits {
    pub(super) fn of(config: &ServerConfig) -> Limits {
        Limits { header: config.header_timeout, idle: config.idle_timeout, stall: config.stall_timeout }
    }

    fn shortest(&self) -> Duration {
        self.header.min(self.idle).min(self.stall)
    }
}

/// What did not come in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Missing {
    /// The rest of a request's head.
    Head,
    /// Another request.
    Request,
    /// The client's taking of a response.
    Progress,
}

/// The clock of one connection.
#[derive(Debug)]
pub(super) struct Clock {
    limits: Limits,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    http2: bool,
    /// Requests whose response is not yet wholly in the hands of the HTTP library.
    open: u32,
    /// Those of them for which the server has to take the next step.
    owed: u32,
    /// Since when the socket takes no bytes.
    blocked: Option<Instant>,
    /// When the last step forward was made: in HTTP/1.1 by bytes, in HTTP/2 by requests and response bodies alone.
    moved: Instant,
    /// Since when the head of a request is awaited.
    head: Option<Instant>,
    /// The client was told that no more requests are taken.
    closing: bool,
}

impl Clock {
    /// The clock of a connection that was opened now.
    pub(super) fn start(limits: Limits) -> Arc<Clock> {
        Arc::new(Clock { limits, state: Mutex::new(State::opened(Instant::now())) })
    }

    /// What is missing for too long.
    pub(super) fn overdue(&self) -> Option<Missing> {
        self.due().filter(|(at, _)| *at <= Instant::now()).map(|(_, missing)| missing)
    }

    /// What is missing, and from when on that is too late. Nothing is missing while the server makes a response.
    fn due(&self) -> Option<(Instant, Missing)> {
        self.state().due(&self.limits)
    }

    /// When to ask again. Something else may be missing by then, but what begins to be missing after now is not due
    /// before the shortest limit is over.
    pub(super) fn next_look(&self) -> Instant {
        let soon = Instant::now() + self.limits.shortest();
        self.due().map_or(soon, |(at, _)| at.min(soon))
    }

    /// A request came; the turn it gives lasts until it is dropped with its response.
    pub(super) fn request(self: &Arc<Self>, version: Version) -> Turn {
        self.state().request(version, Instant::now());
        Turn { clock: self.clone(), owed: true }
    }

    /// The client is told that no more requests are taken.
    pub(super) fn close(&self) {
        let mut state = self.state();
        state.closing = true;
        state.moved = Instant::now();
    }

    pub(super) fn is_closing(&self) -> bool {
        self.state().closing
    }

    /// Bytes came from the client.
    pub(super) fn received(&self) {
        self.state().received(Instant::now());
    }

    /// The socket took bytes.
    pub(super) fn sent(&self) {
        self.state().sent(Instant::now());
    }

    /// The socket takes no bytes.
    pub(super) fn blocked(&self) {
        self.state().blocked(Instant::now());
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Whole between any two statements, so a panic elsewhere spoils nothing.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn opened(now: Instant) -> State {
        State { http2: false, open: 0, owed: 0, blocked: None, moved: now, head: Some(now), closing: false }
    }

    fn due(&self, limits: &Limits) -> Option<(Instant, Missing)> {
        if let Some(since) = self.blocked {
            Some((since + limits.stall, Missing::Progress))
        } else if self.open > self.owed {
            Some((self.moved + limits.stall, Missing::Progress))
        } else if self.open > 0 {
            None
        } else if let Some(since) = self.head {
            Some((since + limits.header, Missing::Head))
        } else if self.closing {
            Some((self.moved + limits.header, Missing::Request))
        } else {
            Some((self.moved + limits.idle, Missing::Request))
        }
    }

    fn request(&mut self, version: Version, now: Instant) {
        self.http2 = version == Version::HTTP_2;
        self.head = None;
        self.open += 1;
        self.owed += 1;
        self.moved = now;
    }

    fn received(&mut self, now: Instant) {
        // In HTTP/2 they may as well be a ping or a window update, which begin no request.
        if self.open == 0 && !self.http2 {
            self.head.get_or_insert(now);
        }
    }

    fn blocked(&mut self, now: Instant) {
        self.blocked.get_or_insert(now);
    }

    fn sent(&mut self, now: Instant) {
        self.blocked = None;
        if !self.http2 {
            self.moved = now;
        }
    }

    /// The next step of a response passes between server and client.
    fn pass(&mut self, from: bool, to: bool, now: Instant) {
        self.owed = self.owed + u32::from(to) - u32::from(from);
        self.moved = now;
    }

    fn end(&mut self, owed: bool, now: Instant) {
        self.open -= 1;
        self.owed -= u32::from(owed);
        self.moved = now;
    }
}

/// One request and its response. At first the server has to take the next step.
#[derive(Debug)]
pub(super) struct Turn {
    clock: Arc<Clock>,
    owed: bool,
}

impl Turn {
    /// The server made a step: it is for the client to take it.
    pub(super) fn is_clients(&mut self) {
        self.pass(false);
    }

    /// The server must do something before the client can get more.
    pub(super) fn is_servers(&mut self) {
        self.pass(true);
    }

    fn pass(&mut self, owed: bool) {
        self.clock.state().pass(self.owed, owed, Instant::now());
        self.owed = owed;
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        self.clock.state().end(self.owed, Instant::now());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: Limits =
        Limits { header: Duration::from_secs(10), idle: Duration::from_secs(60), stall: Duration::from_secs(30) };

    /// A state, and the moment that lies `seconds` after its start.
    fn opened() -> (State, impl Fn(u64) -> Instant) {
        let start = Instant::now();
        (State::opened(start), move |seconds| start + Duration::from_secs(seconds))
    }

    #[test]
    fn the_first_head_is_due_from_the_start_even_of_a_silent_client() {
        let (mut state, at) = opened();
        assert_eq!(state.due(&LIMITS), Some((at(10), Missing::Head)));
        state.received(at(9));
        assert_eq!(state.due(&LIMITS), Some((at(10), Missing::Head)), "a byte now and then wins no time");
        state.sent(at(9));
        assert_eq!(state.due(&LIMITS), Some((at(10), Missing::Head)), "nor does an HTTP/2 acknowledgement");
    }

    #[test]
    fn a_handler_may_take_its_time() {
        let (mut state, at) = opened();
        state.request(Version::HTTP_11, at(1));
        assert_eq!(state.due(&LIMITS), None);
        state.received(at(2));
        assert_eq!(state.due(&LIMITS), None, "the client may send the next request meanwhile");
    }

    #[test]
    fn between_requests_the_idle_time_runs_until_the_next_byte() {
        let (mut state, at) = opened();
        state.request(Version::HTTP_11, at(1));
        state.end(true, at(2));
        assert_eq!(state.due(&LIMITS), Some((at(62), Missing::Request)));
        state.sent(at(5));
        assert_eq!(state.due(&LIMITS), Some((at(65), Missing::Request)), "the end of the response went later");
        state.received(at(20));
        state.received(at(29));
        assert_eq!(state.due(&LIMITS), Some((at(30), Missing::Head)));
        state.request(Version::HTTP_11, at(29));
        assert_eq!(state.due(&LIMITS), None);
    }

    #[test]
    fn an_http2_connection_is_idle_whatever_control_frames_come() {
        let (mut state, at) = opened();
        state.request(Version::HTTP_2, at(1));
        state.end(true, at(2));
        state.received(at(3));
        state.sent(at(3));
        assert_eq!(state.due(&LIMITS), Some((at(62), Missing::Request)));
    }

    #[test]
    fn an_http2_stream_moves_by_its_body_whatever_control_frames_go() {
        let (mut state, at) = opened();
        state.request(Version::HTTP_2, at(1));
        state.pass(true, false, at(2));
        state.blocked(at(12));
        state.sent(at(13));
        assert_eq!(state.due(&LIMITS), Some((at(32), Missing::Progress)), "that may have been a ping's answer");
        state.pass(false, false, at(14));
        assert_eq!(state.due(&LIMITS), Some((at(44), Missing::Progress)), "it took some");
    }

    #[test]
    fn a_client_that_takes_nothing_stalls() {
        let (mut state, at) = opened();
        state.request(Version::HTTP_11, at(1));
        state.pass(true, false, at(2));
        assert_eq!(state.due(&LIMITS), Some((at(32), Missing::Progress)));
        state.sent(at(12));
        assert_eq!(state.due(&LIMITS), Some((at(42), Missing::Progress)), "it took some");
        state.pass(false, true, at(13));
        assert_eq!(state.due(&LIMITS), None, "the store is read");
    }

    #[test]
    fn a_socket_that_takes_nothing_stalls_whatever_else_goes_on() {
        let (mut state, at) = opened();
        state.request(Version::HTTP_2, at(1));
        state.blocked(at(50));
        assert_eq!(state.due(&LIMITS), Some((at(80), Missing::Progress)), "counted from when it began");
        state.request(Version::HTTP_2, at(60));
        state.end(true, at(70));
        state.pass(true, false, at(71));
        state.blocked(at(72));
        state.end(false, at(73));
        assert_eq!(state.due(&LIMITS), Some((at(80), Missing::Progress)), "the last of it is still to go");
        state.sent(at(75));
        assert_eq!(state.due(&LIMITS), Some((at(133), Missing::Request)));
    }

    #[test]
    fn one_stalled_stream_is_not_hidden_by_a_busy_handler() {
        let (mut state, at) = opened();
        state.request(Version::HTTP_2, at(1));
        state.pass(true, false, at(2));
        state.request(Version::HTTP_2, at(3));
        assert_eq!(state.due(&LIMITS), Some((at(33), Missing::Progress)));
        state.end(false, at(4));
        assert_eq!(state.due(&LIMITS), None);
    }

    #[test]
    fn the_clock_is_asked_before_anything_can_be_overdue() {
        for limits in [LIMITS, Limits { stall: Duration::from_secs(1), ..LIMITS }] {
            let clock = Clock::start(limits);
            let _turn = clock.request(Version::HTTP_11);
            assert_eq!(clock.due(), None);
            let look = clock.next_look();
            clock.blocked();
            assert!(clock.due().is_some_and(|(at, _)| at >= look));
            clock.sent();
            assert!(clock.due().is_none() && look <= clock.next_look());
        }
    }

    #[test]
    fn a_turn_ends_with_its_response() {
        let clock = Clock::start(LIMITS);
        assert!(!clock.is_closing());
        let mut turn = clock.request(Version::HTTP_11);
        let other = clock.request(Version::HTTP_11);
        turn.is_clients();
        turn.is_servers();
        turn.is_clients();
        assert_eq!(clock.due().map(|(_, missing)| missing), Some(Missing::Progress));
        drop(turn);
        assert_eq!(clock.due(), None);
        drop(other);
        assert_eq!(clock.due().map(|(_, missing)| missing), Some(Missing::Request));
        clock.close();
        assert!(clock.due().is_some_and(|(at, _)| at <= Instant::now() + LIMITS.header));
    }
}
