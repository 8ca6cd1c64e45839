//! One connection: HTTP/1.1, or HTTP/2 where the client begins with its preface, under the limits of its clock.

use super::ServerConfig;
use super::clock::{Clock, Limits, Missing, Turn};
use super::socket::Socket;
use bytes::Bytes;
use http_body::{Frame, SizeHint};
use hyper::body::{Body, Incoming};
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use std::convert::Infallible;
use std::error::Error;
use std::net::SocketAddr;
use std::pin::{Pin, pin};
use std::task::{Context, Poll};
use std::time::Instant;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::watch;

/// As many as a page loads at once, and few enough that a client which takes nothing costs little.
const MAX_STREAMS: u32 = 64;
/// What an HTTP/2 stream may have in memory before the client takes it, about a block of media.
const STREAM_BUFFER: usize = 256 * 1024;

/// Whether connections may go on. When its sender is gone they end at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Phase {
    Open,
    /// Open responses may end, no request is taken.
    Draining,
}

/// How connections of a server speak.
#[derive(Debug, Clone)]
pub(super) struct Protocol {
    builder: Builder<TokioExecutor>,
    limits: Limits,
}

impl Protocol {
    pub(super) fn of(config: &ServerConfig) -> Protocol {
        let max_head = usize::try_from(config.max_head).unwrap_or(usize::MAX);
        let mut builder = Builder::new(TokioExecutor::new());
        // The clock of the connection looks after heads: the library's timer would also close idle connections.
        // No `pipeline_flush`: it copies every body into one buffer.
        builder.http1().timer(TokioTimer::new()).header_read_timeout(None).max_buf_size(max_head.max(8 << 10));
        builder
            .http2()
            .timer(TokioTimer::new())
            .max_concurrent_streams(MAX_STREAMS)
            .max_send_buf_size(STREAM_BUFFER)
            .max_header_list_size(u32::try_from(max_head).unwrap_or(u32::MAX));
        Protocol { builder, limits: Limits::of(config) }
    }

    /// Serves `io` until the client or a limit ends it, or `phase` says so and the open responses are gone.
    pub(super) async fn serve<IO, H, F, B>(
        &self,
        io: IO,
        peer: SocketAddr,
        handler: H,
        mut phase: watch::Receiver<Phase>,
    ) where
        IO: AsyncRead + AsyncWrite + Unpin + Send + 'static,
        H: Fn(Request<Incoming>) -> F,
        F: Future<Output = Response<B>> + Send + 'static,
        B: Body<Data = Bytes> + Unpin + Send + 'static,
        B::Error: Into<Box<dyn Error + Send + Sync>>,
    {
        let clock = Clock::start(self.limits);
        let service = service_fn(|request: Request<Incoming>| {
            let turn = clock.request(request.version());
            answer(peer, turn, log_line(&request), handler(request))
        });
        let io = TokioIo::new(Socket::new(io, clock.clone()));
        let mut connection = pin!(self.builder.serve_connection(io, service));
        let mut timer = pin!(tokio::time::sleep_until(clock.next_look()));
        loop {
            tokio::select! {
                ended = connection.as_mut() => {
                    if let Err(error) = ended {
                        tracing::debug!(%peer, error = &*error, "connection ended");
                    }
                    return;
                }
                () = timer.as_mut() => match clock.overdue() {
                    None => {
                        timer.as_mut().reset(clock.next_look());
                        continue;
                    }
                    Some(Missing::Request) if !clock.is_closing() => {}
                    Some(missing) => {
                        tracing::debug!(%peer, ?missing, "connection closed: it took too long");
                        return;
                    }
                },
                changed = phase.changed() => if changed.is_err() {
                    return;
                }
            }
            clock.close();
            connection.as_mut().graceful_shutdown();
            timer.as_mut().reset(clock.next_look());
        }
    }
}

/// What the log says of a request, where it is asked to.
fn log_line(request: &Request<Incoming>) -> Option<String> {
    tracing::enabled!(tracing::Level::DEBUG).then(|| format!("{} {:?}", request.method(), request.uri()))
}

async fn answer<B: Body>(
    peer: SocketAddr,
    turn: Turn,
    line: Option<String>,
    response: impl Future<Output = Response<B>>,
) -> Result<Response<Timed<B>>, Infallible> {
    let start = Instant::now();
    let response = response.await;
    if let Some(line) = line {
        tracing::debug!(%peer, status = response.status().as_u16(), elapsed = ?start.elapsed(), "{line}");
    }
    Ok(response.map(|body| Timed { body, turn }))
}

/// A body that tells the clock whether the client or the server is to take the next step.
#[derive(Debug)]
struct Timed<B> {
    body: B,
    turn: Turn,
}

impl<B: Body + Unpin> Body for Timed<B> {
    type Data = B::Data;
    type Error = B::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Self::Data>, Self::Error>>> {
        let frame = Pin::new(&mut self.body).poll_frame(cx);
        match &frame {
            Poll::Ready(_) => self.turn.is_clients(),
            Poll::Pending => self.turn.is_servers(),
        }
        frame
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
