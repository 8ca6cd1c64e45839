//! The edit list (ISO/IEC 14496-12 8.6.5, 8.6.6): when a track starts, and which part of it is shown.

use super::{EditList, Refusal};
use crate::isobmff::BoxError;
use crate::isobmff::boxes::BoxSlice;

/// The edits of a track as one, with its lengths in the track's timescale.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Edit {
    delay: u64,
    media_time: u64,
    /// `None`: to the end.
    length: Option<u64>,
    /// What rounding to the movie's timescale may have cost, in the track's.
    tick: u64,
}

/// One entry as the box has it.
struct Entry {
    /// In the movie's timescale.
    segment_duration: u64,
    /// In the track's timescale; -1 for an empty edit.
    media_time: i64,
    /// 16.16 fixed point.
    rate: u32,
}

/// Media time of an edit that shows nothing.
const EMPTY: i64 = -1;
const NORMAL_RATE: u32 = 0x1_0000;

/// Reads the edit list of `trak`; `None` where it has none.
pub(super) fn read(trak: &BoxSlice, movie_timescale: u32, timescale: u32) -> Result<Option<Edit>, Refusal> {
    let Some(edts) = trak.child(b"edts")? else { return Ok(None) };
    let Some(elst) = edts.child(b"elst")? else { return Ok(None) };
    let scale = Scale { from: movie_timescale, to: timescale };
    join(&elst, read_entries(&elst)?, scale)
}

/// Both versions have one layout, with times of 32 or 64 bits.
fn read_entries(elst: &BoxSlice) -> Result<impl Iterator<Item = Result<Entry, BoxError>>, BoxError> {
    let mut fields = elst.fields();
    let (version, _) = fields.version_and_flags()?;
    let count = fields.u32()?;
    Ok((0..count).map(move |_| {
        let (segment_duration, media_time) = match version {
            1 => (fields.u64()?, fields.u64()? as i64),
            _ => (u64::from(fields.u32()?), i64::from(fields.u32()? as i32)),
        };
        Ok(Entry { segment_duration, media_time, rate: fields.u32()? })
    }))
}

/// Makes one edit of all: empty ones first, then real ones that follow one another in the media.
fn join(
    elst: &BoxSlice,
    entries: impl Iterator<Item = Result<Entry, BoxError>>,
    scale: Scale,
) -> Result<Option<Edit>, Refusal> {
    let refuse = |problem: &str| Err(Refusal::from(elst.error(problem)));
    let mut empty: u64 = 0;
    let mut shown: Option<(u64, u64)> = None;
    let mut to_the_end = false;
    for entry in entries {
        let Entry { segment_duration, media_time, rate } = entry?;
        match (media_time, shown) {
            (EMPTY, None) => empty = empty.saturating_add(segment_duration),
            // Nothing is shown after the end anyway, and what follows it is refused below.
            (EMPTY, Some(_)) => to_the_end |= segment_duration > 0,
            (..0, _) => return refuse("an edit starts at a negative media time; export the track anew"),
            _ if rate != NORMAL_RATE => {
                return refuse("an edit plays at another speed than normal; export the track with its edits applied");
            }
            (start, None) => {
                to_the_end = segment_duration == 0;
                shown = Some((start as u64, segment_duration));
            }
            (_, Some(_)) if segment_duration == 0 => to_the_end = true,
            (start, Some((first, length))) => {
                let expected = first.saturating_add(scale.convert(elst, length)?);
                if to_the_end || expected.abs_diff(start as u64) > scale.tick() {
                    return refuse(
                        "the edits leave out or repeat a part of the media on the way; export the track with its \
                         edits applied",
                    );
                }
                shown = Some((first, length.saturating_add(segment_duration)));
            }
        }
    }
    let (media_time, length) = shown.unwrap_or_default();
    let length = if length == 0 { None } else { Some(scale.convert(elst, length)?) };
    Ok(Some(Edit { delay: scale.convert(elst, empty)?, media_time, length, tick: scale.tick() }))
}

/// From the movie's timescale to the track's.
#[derive(Clone, Copy)]
struct Scale {
    from: u32,
    to: u32,
}

impl Scale {
    fn convert(self, elst: &BoxSlice, time: u64) -> Result<u64, Refusal> {
        if time == 0 {
            return Ok(0);
        }
        if self.from == 0 {
            return Err(elst.error("the movie's timescale is 0, so the length of an edit cannot be told").into());
        }
        let (time, from, to) = (u128::from(time), u128::from(self.from), u128::from(self.to));
        u64::try_from((time * to + from / 2) / from)
            .map_err(|_| elst.error("an edit is longer than can be counted").into())
    }

    fn tick(self) -> u64 {
        u64::from(self.to).div_ceil(u64::from(self.from.max(1)))
    }
}

impl Edit {
    /// What is shown of media that ends at composition time `media_end`. A length that covers the rest says nothing.
    pub(super) fn resolve(self, media_end: u64) -> Result<EditList, Refusal> {
        let Edit { delay, media_time, length, tick } = self;
        if media_time > 0 && media_time >= media_end {
            return Err(Refusal(format!(
                "the edit list starts at media time {media_time}, the media ends at {media_end}; export the track anew"
            )));
        }
        let duration = length.filter(|length| length.saturating_add(tick) < media_end - media_time);
        Ok(EditList { delay, media_time, duration })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::isobmff::write::{boxed, full_box};
    use bytes::BufMut;

    /// Movie at 1,000 ticks per second, track at 48,000; the media ends at 10 s.
    fn resolve(entries: &[(u64, i64, u32)]) -> Result<EditList, Refusal> {
        let mut both = [0, 1].map(|version| {
            let mut bytes = Vec::new();
            boxed(&mut bytes, b"trak", |out| {
                boxed(out, b"edts", |out| {
                    full_box(out, b"elst", version, 0, |out| {
                        out.put_u32(entries.len() as u32);
                        for (length, media_time, rate) in entries {
                            match version {
                                0 => {
                                    out.put_u32(*length as u32);
                                    out.put_i32(*media_time as i32);
                                }
                                _ => {
                                    out.put_u64(*length);
                                    out.put_i64(*media_time);
                                }
                            }
                            out.put_u32(*rate);
                        }
                    });
                });
            });
            let trak = BoxSlice::root(&bytes.into(), 0).unwrap();
            read(&trak, 1000, 48_000).and_then(|edit| edit.unwrap().resolve(480_000))
        });
        assert_eq!(both[0], both[1], "both versions say the same");
        std::mem::replace(&mut both[0], Ok(EditList::default()))
    }

    const RATE: u32 = NORMAL_RATE;

    #[test]
    fn a_skip_is_a_media_time() {
        let edits = EditList { delay: 0, media_time: 1024, duration: None };
        assert_eq!(resolve(&[(0, 1024, RATE)]), Ok(edits));
        assert_eq!(resolve(&[(9979, 1024, RATE)]), Ok(edits), "the length rounds to all that is left");
        assert_eq!(resolve(&[(20_000, 1024, RATE)]), Ok(edits), "longer than the media");
    }

    #[test]
    fn empty_edits_add_up_to_a_delay() {
        let edits = EditList { delay: 36_000, media_time: 0, duration: None };
        assert_eq!(resolve(&[(500, -1, RATE), (250, -1, RATE), (10_000, 0, RATE)]), Ok(edits));
    }

    #[test]
    fn an_early_end_is_a_duration() {
        let edits = EditList { delay: 0, media_time: 2048, duration: Some(240_000) };
        assert_eq!(resolve(&[(5000, 2048, RATE)]), Ok(edits));
    }

    #[test]
    fn edits_that_follow_one_another_are_one() {
        let edits = EditList { delay: 0, media_time: 480, duration: Some(144_000) };
        assert_eq!(resolve(&[(1000, 480, RATE), (2000, 48_480, RATE), (700, -1, RATE)]), Ok(edits));
    }

    #[test]
    fn what_would_need_cutting_is_refused() {
        let problem = |entries: &[(u64, i64, u32)]| resolve(entries).unwrap_err().0;
        assert!(problem(&[(1000, 0, RATE), (1000, 240_000, RATE)]).contains("leave out or repeat"));
        assert!(problem(&[(1000, 0, RATE), (500, -1, RATE), (1000, 48_000, RATE)]).contains("leave out or repeat"));
        assert!(problem(&[(1000, 0, 0)]).contains("another speed"));
        assert!(problem(&[(1000, -2, RATE)]).contains("negative"));
        assert!(problem(&[(1000, 480_000, RATE)]).contains("the media ends at 480000"));
    }

    #[test]
    fn a_list_that_claims_more_than_it_holds_is_refused() {
        let mut bytes = Vec::new();
        boxed(&mut bytes, b"trak", |out| {
            boxed(out, b"edts", |out| full_box(out, b"elst", 0, 0, |out| out.put_u32(u32::MAX)));
        });
        let trak = BoxSlice::root(&bytes.into(), 0).unwrap();
        let problem = read(&trak, 1000, 48_000).unwrap_err().0;
        assert!(problem.starts_with("trak/edts/elst at byte 32: the box is too short"), "{problem}");
    }
}
