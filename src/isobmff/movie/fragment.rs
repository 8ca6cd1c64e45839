//! Movie fragments (ISO/IEC 14496-12 8.8): the samples of a `moof`, added to the tracks they belong to.

use super::track::Draft;
use super::{Limits, MovieReader, Refusal};
use crate::isobmff::boxes::{BoxSlice, Fields};
use crate::isobmff::{BoxError, Sample};

/// What `trex` says of all fragments of a track, and `tfhd` of one.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Defaults {
    /// Sample description, counted from 1; 0 where nothing is said.
    description: u32,
    duration: u32,
    size: u32,
    flags: u32,
}

/// Reads a `trex` box (8.8.3): a track's id, and its defaults.
pub(super) fn read_trex(trex: &BoxSlice) -> Result<(u32, Defaults), BoxError> {
    let mut fields = trex.fields();
    fields.skip(4)?;
    let id = fields.u32()?;
    let (description, duration, size, flags) = (fields.u32()?, fields.u32()?, fields.u32()?, fields.u32()?);
    Ok((id, Defaults { description, duration, size, flags }))
}

/// Adds the samples of `moof`. Each `traf` may start where the data of the one before it ends.
pub(super) fn add(reader: &mut MovieReader, moof: &BoxSlice) -> Result<(), BoxError> {
    let mut data_end = moof.offset();
    for traf in moof.children() {
        let traf = traf?;
        if !traf.is(b"traf") {
            continue;
        }
        let tfhd = traf.require(b"tfhd")?;
        let id = track_of(&tfhd)?;
        let draft = reader.by_id.get(&id).and_then(|at| reader.drafts.get_mut(*at));
        let defaults = draft.as_ref().map_or(Defaults::default(), |draft| draft.defaults);
        let header = TrackFragmentHeader::read(&tfhd, defaults, moof.offset(), data_end)?;
        let mut fragment = TrackFragment {
            header,
            position: header.base,
            track: draft.filter(|draft| draft.problem.is_none()),
            limits: &mut reader.limits,
        };
        fragment.add(&traf)?;
        data_end = fragment.position;
    }
    Ok(())
}

/// The track id in `tfhd`.
fn track_of(tfhd: &BoxSlice) -> Result<u32, BoxError> {
    let mut fields = tfhd.fields();
    fields.skip(4)?;
    fields.u32()
}

/// `tfhd` (8.8.7), with the defaults of `trex` where it is silent.
#[derive(Debug, Clone, Copy)]
struct TrackFragmentHeader {
    /// What data offsets count from.
    base: u64,
    defaults: Defaults,
}

impl TrackFragmentHeader {
    fn read(tfhd: &BoxSlice, defaults: Defaults, moof: u64, data_end: u64) -> Result<TrackFragmentHeader, BoxError> {
        const BASE_DATA_OFFSET: u32 = 0x1;
        const DESCRIPTION: u32 = 0x2;
        const DURATION: u32 = 0x8;
        const SIZE: u32 = 0x10;
        const FLAGS: u32 = 0x20;
        const BASE_IS_MOOF: u32 = 0x2_0000;
        let mut fields = tfhd.fields();
        let (_, flags) = fields.version_and_flags()?;
        fields.skip(4)?;
        let said = |flag: u32| flags & flag != 0;
        let base = match (said(BASE_DATA_OFFSET), said(BASE_IS_MOOF)) {
            (true, _) => fields.u64()?,
            (false, true) => moof,
            // Before default-base-is-moof there was this rule: from the moof for the first traf, then from the end of
            // the data of the traf before.
            (false, false) => data_end,
        };
        let mut field = |flag: u32, default: u32| if said(flag) { fields.u32() } else { Ok(default) };
        let defaults = Defaults {
            description: field(DESCRIPTION, defaults.description)?,
            duration: field(DURATION, defaults.duration)?,
            size: field(SIZE, defaults.size)?,
            flags: field(FLAGS, defaults.flags)?,
        };
        Ok(TrackFragmentHeader { base, defaults })
    }
}

/// The runs of one `traf`.
struct TrackFragment<'a> {
    header: TrackFragmentHeader,
    /// Where the next run's data lies, unless it says otherwise.
    position: u64,
    /// `None` for a track that is refused or that the movie does not have: its runs are only walked for where they end.
    track: Option<&'a mut Draft>,
    limits: &'a mut Limits,
}

impl TrackFragment<'_> {
    /// What is wrong with the samples refuses the track; what is wrong with the boxes is an error.
    fn add(&mut self, traf: &BoxSlice) -> Result<(), BoxError> {
        if let Err(problem) = self.begin(traf)? {
            self.refuse(problem);
        }
        let mut decode_time = read_decode_time(traf)?;
        for trun in traf.children() {
            let trun = trun?;
            if !trun.is(b"trun") {
                continue;
            }
            let run = Run::read(&trun)?;
            if let Some(data_offset) = run.data_offset {
                self.position = self.header.base.saturating_add_signed(i64::from(data_offset));
            }
            if let Err(problem) = self.add_run(&run, &mut decode_time) {
                self.refuse(problem);
            }
        }
        Ok(())
    }

    /// Checks that the fragment goes on where its track is; the inner result says why not.
    fn begin(&mut self, traf: &BoxSlice) -> Result<Result<(), Refusal>, BoxError> {
        let decode_time = read_decode_time(traf)?;
        let Some(track) = &mut self.track else { return Ok(Ok(())) };
        if let Some(decode_time) = decode_time
            && !track.samples.is_empty()
            && decode_time < track.samples.last_start()
        {
            let last = track.samples.last_start();
            return Ok(Err(traf
                .error(format!(
                    "the fragment starts at decode time {decode_time}, before the sample ahead of it, which starts at \
                     {last}; join the fragments anew"
                ))
                .into()));
        }
        // 0 stands for a `trex` that is not there.
        Ok(track.use_description(self.header.defaults.description.max(1)))
    }

    fn refuse(&mut self, problem: Refusal) {
        if let Some(track) = self.track.take() {
            track.problem = Some(problem);
        }
    }

    /// Adds a run, and moves on by its bytes and time. `decode_time` is where it starts, if the `traf` says.
    fn add_run(&mut self, run: &Run<'_>, decode_time: &mut Option<u64>) -> Result<(), Refusal> {
        /// Far beyond any clock, and room left to add to.
        const LATEST: u64 = 1 << 62;
        let Defaults { duration, size, flags, .. } = self.header.defaults;
        if self.track.is_some() {
            self.limits.take(run.count)?;
        } else if run.sizes_are_equal() {
            // Nothing has to be kept, so the end can be told at once.
            self.position = self.position.saturating_add(u64::from(size) * u64::from(run.count));
            return Ok(());
        }
        for number in 0..run.count {
            let entry = run.entry(number);
            let size = entry.size.unwrap_or(size);
            let end = self.position.saturating_add(u64::from(size));
            if let Some(track) = &mut self.track {
                let at = decode_time.unwrap_or_else(|| track.samples.end_time());
                let number = track.samples.len();
                self.limits.check(track.id, number, self.position, size)?;
                if at >= LATEST {
                    return Err(Refusal(format!(
                        "sample {} of track {} has a decode time that no clock reaches ({at}); write the file anew",
                        u64::from(number) + 1,
                        track.id
                    )));
                }
                let duration = entry.duration.unwrap_or(duration);
                track.samples.push(Sample {
                    offset: self.position,
                    size,
                    decode_time: at,
                    duration,
                    composition_offset: entry.composition_offset,
                    sync: is_sync(entry.flags.unwrap_or(flags)),
                });
                *decode_time = Some(at + u64::from(duration));
            }
            self.position = end;
        }
        Ok(())
    }
}

/// `sample_is_non_sync_sample` (8.8.3.1).
fn is_sync(flags: u32) -> bool {
    const NON_SYNC: u32 = 0x1_0000;
    flags & NON_SYNC == 0
}

/// `tfdt` (8.8.12); a fragment without one goes on where the track is.
fn read_decode_time(traf: &BoxSlice) -> Result<Option<u64>, BoxError> {
    let Some(tfdt) = traf.child(b"tfdt")? else { return Ok(None) };
    let mut fields = tfdt.fields();
    let (version, _) = fields.version_and_flags()?;
    Ok(Some(if version == 1 { fields.u64()? } else { u64::from(fields.u32()?) }))
}

/// `trun` (8.8.8).
struct Run<'a> {
    flags: u32,
    count: u32,
    data_offset: Option<i32>,
    first_flags: Option<u32>,
    /// As many entries as samples, of as many 32-bit fields as the flags say.
    entries: &'a [u8],
}

/// A field per sample, where the run has it.
struct RunEntry {
    duration: Option<u32>,
    size: Option<u32>,
    flags: Option<u32>,
    composition_offset: i32,
}

impl<'a> Run<'a> {
    const DATA_OFFSET: u32 = 0x1;
    const FIRST_FLAGS: u32 = 0x4;
    const DURATION: u32 = 0x100;
    const SIZE: u32 = 0x200;
    const FLAGS: u32 = 0x400;
    const COMPOSITION_OFFSET: u32 = 0x800;

    fn read(trun: &'a BoxSlice) -> Result<Run<'a>, BoxError> {
        let mut fields = trun.fields();
        let (_, flags) = fields.version_and_flags()?;
        let count = fields.u32()?;
        let field = |fields: &mut Fields<'_>, flag: u32| {
            if flags & flag != 0 { fields.u32().map(Some) } else { Ok(None) }
        };
        let data_offset = field(&mut fields, Self::DATA_OFFSET)?.map(|offset| offset as i32);
        let first_flags = field(&mut fields, Self::FIRST_FLAGS)?;
        let mut run = Run { flags, count, data_offset, first_flags, entries: &[] };
        let (claimed, left) = (run.entry_size() as u64 * u64::from(count), fields.left() as u64);
        if claimed > left {
            return Err(fields.error(format!(
                "the box claims {count} samples, {claimed} bytes of entries, and has {left}; the file is damaged"
            )));
        }
        run.entries = fields.rest();
        Ok(run)
    }

    /// Bytes per entry.
    fn entry_size(&self) -> usize {
        let present = self.flags & (Self::DURATION | Self::SIZE | Self::FLAGS | Self::COMPOSITION_OFFSET);
        present.count_ones() as usize * 4
    }

    fn sizes_are_equal(&self) -> bool {
        self.flags & Self::SIZE == 0
    }

    fn entry(&self, number: u32) -> RunEntry {
        let mut rest = self.entries.get(number as usize * self.entry_size()..).unwrap_or_default();
        let mut field = |flag: u32| {
            if self.flags & flag == 0 {
                return None;
            }
            let (bytes, after) = rest.split_first_chunk::<4>()?;
            rest = after;
            Some(u32::from_be_bytes(*bytes))
        };
        let (duration, size, flags) = (field(Self::DURATION), field(Self::SIZE), field(Self::FLAGS));
        // As with `ctts`: unsigned in version 0 by the book, signed in practice.
        let composition_offset = field(Self::COMPOSITION_OFFSET).unwrap_or(0) as i32;
        let first_flags = self.first_flags.filter(|_| number == 0);
        RunEntry { duration, size, flags: first_flags.or(flags), composition_offset }
    }
}
