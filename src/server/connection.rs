//! One connection: HTTP/1.1, or HTTP/2 where the client begins with its preface, under the limits of its clock.

use super::ServerConfig;
use super::clock::{Clock, Limits, Missing, Turn};
use super::socket::Socket;
use crate::api::without_secrets;
use bytes::Bytes;
use http_body::{Frame, SizeHint};
use hyper::body::{Body, Incoming};
use hyper::service::service_fn;
use hyper::{Request, Response, Version};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use std::convert::Infallible;
use std::error::Error;
use std::net::SocketAddr;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, ready};
use std::time::Instant;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::watch;

/// As many as a page loads at once, and few enough that a client which takes nothing costs little.
const MAX_STREAMS: u32 = 64;
/// What an HTTP/2 stream may have in memory before the client takes it.
const STREAM_BUFFER: usize = 64 * 1024;
/// Bytes of a body that an HTTP/2 stream is given at a time, as many as its frames carry (RFC 9113 4.2). The clock counts
/// its steps by them: blocks of media would be too much for a slow client to take within the stall timeout.
const STREAM_STEP: usize = 16 * 1024;

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
            let step = if request.version() == Version::HTTP_2 { STREAM_STEP } else { usize::MAX };
            answer(peer, turn, step, log_line(&request), handler(request))
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

/// What the log says of a request, where it is asked to: no query, which may hold a CDN's token or a signature.
fn log_line(request: &Request<Incoming>) -> Option<String> {
    tracing::enabled!(tracing::Level::DEBUG)
        .then(|| format!("{} {:?}", request.method(), without_secrets(request.uri())))
}

async fn answer<B: Body>(
    peer: SocketAddr,
    mut turn: Turn,
    step: usize,
    line: Option<String>,
    response: impl Future<Output = Response<B>>,
) -> Result<Response<Timed<B>>, Infallible> {
    let start = Instant::now();
    let response = response.await;
    if let Some(line) = line {
        tracing::debug!(%peer, status = response.status().as_u16(), elapsed = ?start.elapsed(), "{line}");
    }
    // Of a stream without a window the body is not even asked for.
    turn.is_clients();
    Ok(response.map(|body| Timed { body, rest: Bytes::new(), step, turn }))
}

/// A body that tells the clock whether the client or the server is to take the next step.
#[derive(Debug)]
struct Timed<B> {
    body: B,
    /// Of the body's last frame, what is still to go.
    rest: Bytes,
    /// Most bytes of a step.
    step: usize,
    turn: Turn,
}

impl<B: Body<Data = Bytes> + Unpin> Timed<B> {
    fn poll_step(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, B::Error>>> {
        if self.rest.is_empty() {
            match ready!(Pin::new(&mut self.body).poll_frame(cx)).map(|frame| frame.map(Frame::into_data)) {
                Some(Ok(Ok(data))) => self.rest = data,
                Some(Ok(Err(trailers))) => return Poll::Ready(Some(Ok(trailers))),
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                None => return Poll::Ready(None),
            }
        }
        let step = self.rest.split_to(self.step.min(self.rest.len()));
        Poll::Ready(Some(Ok(Frame::data(step))))
    }
}

impl<B: Body<Data = Bytes> + Unpin> Body for Timed<B> {
    type Data = Bytes;
    type Error = B::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Self::Data>, Self::Error>>> {
        let frame = self.poll_step(cx);
        match &frame {
            Poll::Ready(_) => self.turn.is_clients(),
            Poll::Pending => self.turn.is_servers(),
        }
        frame
    }

    fn is_end_stream(&self) -> bool {
        self.rest.is_empty() && self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        let (rest, body) = (self.rest.len() as u64, self.body.size_hint());
        let mut hint = SizeHint::new();
        hint.set_lower(rest.saturating_add(body.lower()));
        if let Some(upper) = body.upper() {
            hint.set_upper(rest.saturating_add(upper));
        }
        hint
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use http_body_util::{BodyExt, Full};
    use std::time::Duration;

    fn timed(length: usize, step: usize) -> Timed<Full<Bytes>> {
        let long = Duration::from_secs(60);
        let clock = Clock::start(Limits { header: long, idle: long, stall: long });
        let turn = clock.request(Version::HTTP_2);
        Timed { body: Full::from(vec![7; length]), rest: Bytes::new(), step, turn }
    }

    #[tokio::test]
    async fn a_body_goes_in_steps_that_a_slow_client_can_take() {
        for (length, step, steps) in [(100, 40, &[40, 40, 20][..]), (80, 40, &[40, 40]), (100, usize::MAX, &[100])] {
            let (mut body, mut left) = (timed(length, step), length);
            for &expected in steps {
                assert!(!body.is_end_stream());
                assert_eq!(body.size_hint().exact(), Some(left as u64));
                assert_eq!(body.frame().await.unwrap().unwrap().into_data().unwrap().len(), expected);
                left -= expected;
            }
            assert!(body.is_end_stream() && body.frame().await.is_none());
        }
    }
}
