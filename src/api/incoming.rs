//! Bodies of requests: never more than is allowed, and given up when next to nothing comes.

use bytes::{Bytes, BytesMut};
use http_body::Body as _;
use http_body_util::BodyExt;
use http_body_util::combinators::UnsyncBoxBody;
use std::error::Error;
use std::time::Duration;
use tokio::time::{Instant, timeout_at};

/// The body of a request, whatever it comes through.
pub(super) type Incoming = UnsyncBoxBody<Bytes, Box<dyn Error + Send + Sync>>;

/// What has to come before the stall timeout is over, in bytes, or else the end: a byte now and then wins no time.
const STEP: u64 = 16 << 10;

pub(super) fn boxed<B>(body: B) -> Incoming
where
    B: http_body::Body<Data = Bytes> + Send + 'static,
    B::Error: Into<Box<dyn Error + Send + Sync>>,
{
    body.map_err(Into::into).boxed_unsync()
}

/// Why a body could not be had.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum BodyError {
    #[error("the body has more than the {limit} bytes that are allowed")]
    TooLarge { limit: u64 },
    #[error("next to nothing of the body came for {}", seconds(.0))]
    Stalled(Duration),
    #[error("the body broke off")]
    BrokenOff,
}

fn seconds(duration: &Duration) -> String {
    format!("{} s", duration.as_secs_f32())
}

/// A body that is read frame by frame.
pub(super) struct Reader {
    body: Incoming,
    limit: u64,
    pace: Pace,
}

/// How fast a body comes.
struct Pace {
    stall: Duration,
    read: u64,
    /// By when `read` must have reached `goal`.
    deadline: Instant,
    goal: u64,
}

impl Pace {
    fn start(stall: Duration, now: Instant) -> Pace {
        Pace { stall, read: 0, deadline: now + stall, goal: STEP }
    }

    fn took(&mut self, bytes: u64, now: Instant) {
        self.read += bytes;
        if self.read >= self.goal {
            self.goal = self.read + STEP;
            self.deadline = now + self.stall;
        }
    }
}

impl Reader {
    /// Errs where the body says of itself that it is larger than `limit`.
    pub(super) fn new(body: Incoming, limit: u64, stall: Duration) -> Result<Reader, BodyError> {
        if body.size_hint().lower() > limit {
            return Err(BodyError::TooLarge { limit });
        }
        Ok(Reader { body, limit, pace: Pace::start(stall, Instant::now()) })
    }

    /// The next bytes; `None` at the end.
    pub(super) async fn next(&mut self) -> Result<Option<Bytes>, BodyError> {
        loop {
            let stalled = |_| BodyError::Stalled(self.pace.stall);
            let frame = match timeout_at(self.pace.deadline, self.body.frame()).await.map_err(stalled)? {
                None => return Ok(None),
                Some(frame) => frame.map_err(|_| BodyError::BrokenOff)?,
            };
            // Trailers say nothing here.
            let Ok(data) = frame.into_data() else { continue };
            self.pace.took(data.len() as u64, Instant::now());
            if self.pace.read > self.limit {
                return Err(BodyError::TooLarge { limit: self.limit });
            }
            if !data.is_empty() {
                return Ok(Some(data));
            }
        }
    }

    /// What was done with the last bytes took its time: that is not the client's doing.
    pub(super) fn waited(&mut self, time: Duration) {
        self.pace.deadline += time;
    }

    /// All of it.
    pub(super) async fn whole(mut self) -> Result<Bytes, BodyError> {
        let mut bytes = BytesMut::new();
        while let Some(next) = self.next().await? {
            bytes.extend_from_slice(&next);
        }
        Ok(bytes.freeze())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::stream;
    use http_body::Frame;
    use http_body_util::{Full, StreamBody};
    use std::convert::Infallible;

    async fn read(body: Incoming, limit: u64) -> Result<usize, BodyError> {
        Ok(Reader::new(body, limit, Duration::from_secs(60))?.whole().await?.len())
    }

    /// A body of frames, whose length is not said.
    fn frames(lengths: Vec<usize>) -> Incoming {
        let frames = lengths.into_iter().map(|len| Ok::<_, Infallible>(Frame::data(Bytes::from(vec![7; len]))));
        boxed(StreamBody::new(stream::iter(frames)))
    }

    #[tokio::test]
    async fn a_body_is_read_whole_up_to_its_limit() {
        assert_eq!(read(boxed(Full::from("0123456789")), 10).await, Ok(10));
        assert_eq!(read(boxed(Full::from("0123456789")), 9).await, Err(BodyError::TooLarge { limit: 9 }));
        assert_eq!(read(frames(vec![6, 0, 4]), 10).await, Ok(10));
        assert_eq!(read(frames(vec![6, 5]), 10).await, Err(BodyError::TooLarge { limit: 10 }));
    }

    #[tokio::test]
    async fn what_does_not_come_is_given_up() {
        let never = boxed(StreamBody::new(stream::pending::<Result<Frame<Bytes>, Infallible>>()));
        let stall = Duration::from_millis(10);
        let gave_up = Reader::new(never, 10, stall).unwrap().whole().await;
        assert_eq!(gave_up, Err(BodyError::Stalled(stall)));
    }

    #[test]
    fn a_slow_body_may_take_long_but_a_trickle_may_not() {
        let (start, stall) = (Instant::now(), Duration::from_secs(10));
        let mut pace = Pace::start(stall, start);
        for second in 1..1000 {
            pace.took(1, start + Duration::from_secs(second));
        }
        assert_eq!(pace.deadline, start + stall, "a byte now and then wins no time");
        let mut pace = Pace::start(stall, start);
        for round in 1..1000 {
            let now = start + Duration::from_secs(9 * round);
            assert!(now <= pace.deadline);
            pace.took(STEP, now);
        }
    }
}
