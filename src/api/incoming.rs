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
    stall: Duration,
    limit: u64,
    read: u64,
    /// By when `read` must have reached `goal`.
    deadline: Instant,
    goal: u64,
}

impl Reader {
    /// Errs where the body says of itself that it is larger than `limit`.
    pub(super) fn new(body: Incoming, limit: u64, stall: Duration) -> Result<Reader, BodyError> {
        if body.size_hint().lower() > limit {
            return Err(BodyError::TooLarge { limit });
        }
        Ok(Reader { body, stall, limit, read: 0, deadline: Instant::now() + stall, goal: STEP })
    }

    /// The next bytes; `None` at the end.
    pub(super) async fn next(&mut self) -> Result<Option<Bytes>, BodyError> {
        loop {
            let stalled = |_| BodyError::Stalled(self.stall);
            let frame = match timeout_at(self.deadline, self.body.frame()).await.map_err(stalled)? {
                None => return Ok(None),
                Some(frame) => frame.map_err(|_| BodyError::BrokenOff)?,
            };
            // Trailers say nothing here.
            let Ok(data) = frame.into_data() else { continue };
            self.read += data.len() as u64;
            if self.read > self.limit {
                return Err(BodyError::TooLarge { limit: self.limit });
            }
            if self.read >= self.goal {
                self.goal = self.read + STEP;
                self.deadline = Instant::now() + self.stall;
            }
            if !data.is_empty() {
                return Ok(Some(data));
            }
        }
    }

    /// What was done with the last bytes took its time: that is not the client's doing.
    pub(super) fn waited(&mut self, time: Duration) {
        self.deadline += time;
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

    const STALL: Duration = Duration::from_secs(10);

    /// A body whose frames of so many bytes come after so many seconds each.
    fn slow(frames: Vec<(u64, usize)>) -> Incoming {
        let frames = stream::unfold(frames.into_iter(), |mut frames| async {
            let (pause, len) = frames.next()?;
            tokio::time::sleep(Duration::from_secs(pause)).await;
            Some((Ok::<_, Infallible>(Frame::data(Bytes::from(vec![7; len]))), frames))
        });
        boxed(StreamBody::new(frames))
    }

    async fn read(body: Incoming, limit: u64) -> Result<usize, BodyError> {
        Ok(Reader::new(body, limit, STALL)?.whole().await?.len())
    }

    #[tokio::test(start_paused = true)]
    async fn a_body_is_read_whole_up_to_its_limit() {
        assert_eq!(read(boxed(Full::from("0123456789")), 10).await, Ok(10));
        assert_eq!(read(boxed(Full::from("0123456789")), 9).await, Err(BodyError::TooLarge { limit: 9 }));
        assert_eq!(read(slow(vec![(0, 6), (0, 0), (0, 4)]), 10).await, Ok(10), "of unknown length");
        assert_eq!(read(slow(vec![(0, 6), (0, 5)]), 10).await, Err(BodyError::TooLarge { limit: 10 }));
    }

    #[tokio::test(start_paused = true)]
    async fn a_slow_body_may_take_long_but_a_trickle_may_not() {
        assert_eq!(read(slow(vec![(9, 16 << 10); 100]), u64::MAX).await, Ok(1_638_400));
        let trickle = slow((0..1000).map(|_| (1, 1)).collect());
        assert_eq!(read(trickle, u64::MAX).await, Err(BodyError::Stalled(STALL)));
        assert_eq!(read(slow(vec![(11, 1)]), u64::MAX).await, Err(BodyError::Stalled(STALL)));
        assert_eq!(read(slow(vec![(9, 1)]), u64::MAX).await, Ok(1), "small, but whole in time");
    }
}
