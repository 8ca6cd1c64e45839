//! Movie fragments (ISO/IEC 14496-12 8.8): the samples of a `moof`, added to the tracks they belong to.

mod run;

use super::track::Draft;
use super::{Limits, MovieReader, Refusal};
use crate::isobmff::boxes::BoxSlice;
use crate::isobmff::{BoxError, Sample};
use run::Run;
use std::collections::HashMap;

/// What `trex` says of all fragments of a track, and `tfhd` of one.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Defaults {
    /// Sample description, counted from 1; 0 where nothing is said.
    description: u32,
    duration: u32,
    size: u32,
    flags: u32,
}

/// Reads the `trex` boxes (8.8.3), by track id. One that cannot be read leaves its track with zeros, as if it were not
/// there.
pub(super) fn read_defaults(mvex: &BoxSlice) -> HashMap<u32, Defaults> {
    let read = |trex: &BoxSlice| -> Result<(u32, Defaults), BoxError> {
        let mut fields = trex.fields();
        fields.skip(4)?;
        let id = fields.u32()?;
        let (description, duration, size, flags) = (fields.u32()?, fields.u32()?, fields.u32()?, fields.u32()?);
        Ok((id, Defaults { description, duration, size, flags }))
    };
    let boxes = mvex.children().map_while(Result::ok).filter(|child| child.is(b"trex"));
    boxes.filter_map(|trex| read(&trex).ok()).collect()
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
        let defaults = reader.defaults.get(&id).copied().unwrap_or_default();
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
        let mut decode_time = read_decode_time(traf)?;
        if let Err(problem) = self.begin(traf, decode_time) {
            self.refuse(problem);
        }
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
            // Also where the samples were not taken: the next run may start where this one ends.
            self.position = self.position.saturating_add(run.bytes(self.header.defaults.size));
        }
        Ok(())
    }

    /// Checks that the fragment goes on where its track is.
    fn begin(&mut self, traf: &BoxSlice, decode_time: Option<u64>) -> Result<(), Refusal> {
        let Some(track) = &mut self.track else { return Ok(()) };
        let last = track.samples.last_start();
        if let Some(decode_time) = decode_time
            && decode_time < last
        {
            let problem = format!(
                "the fragment starts at decode time {decode_time}, before the sample ahead of it, which starts at \
                 {last}; join the fragments anew"
            );
            return Err(traf.error(problem).into());
        }
        // 0 stands for a `trex` that is not there.
        track.use_description(self.header.defaults.description.max(1))
    }

    fn refuse(&mut self, problem: Refusal) {
        if let Some(track) = self.track.take() {
            track.problem = Some(problem);
        }
    }

    /// Adds the samples of a run that lies at `position`. `decode_time` is where it starts, if the `traf` or a run before
    /// said, and then where it ends.
    fn add_run(&mut self, run: &Run<'_>, decode_time: &mut Option<u64>) -> Result<(), Refusal> {
        /// Far beyond any clock, and room left to add to.
        const LATEST: u64 = 1 << 62;
        let Some(track) = &mut self.track else { return Ok(()) };
        let Defaults { duration, size, flags, .. } = self.header.defaults;
        self.limits.take(run.count)?;
        let mut position = self.position;
        let mut time = decode_time.unwrap_or_else(|| track.samples.end_time());
        for number in 0..run.count {
            let entry = run.entry(number);
            let (size, duration) = (entry.size.unwrap_or(size), entry.duration.unwrap_or(duration));
            let number = track.samples.len();
            let end = self.limits.check(track.id, number, position, size)?;
            if time >= LATEST {
                return Err(Refusal(format!(
                    "sample {} of track {} has a decode time that no clock reaches ({time}); write the file anew",
                    u64::from(number) + 1,
                    track.id
                )));
            }
            track.samples.push(Sample {
                offset: position,
                size,
                decode_time: time,
                duration,
                composition_offset: entry.composition_offset,
                sync: is_sync(entry.flags.unwrap_or(flags)),
            });
            position = end;
            time += u64::from(duration);
        }
        *decode_time = Some(time);
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

#[cfg(test)]
mod tests {
    use super::super::{Movie, RefusedTrack};
    use super::*;
    use crate::isobmff::testing::{Trak, moov};
    use crate::isobmff::write::{boxed, full_box};
    use bytes::{BufMut, Bytes};

    const FILE_SIZE: u64 = 100_000;
    const SYNC: u32 = 0x0200_0000;
    const NON_SYNC: u32 = 0x0101_0000;

    /// A fragmented movie with the tracks 1 and 2, and `trex` defaults of 40 ticks, 10 bytes, no sync sample.
    fn reader(samples: &[Sample]) -> MovieReader {
        let mut mvex = Vec::new();
        boxed(&mut mvex, b"mvex", |out| {
            for id in [1, 2] {
                full_box(out, b"trex", 0, 0, |out| {
                    [id, 1, 40, 10, NON_SYNC].into_iter().for_each(|field| out.put_u32(field));
                });
            }
        });
        let moov = moov(&[Trak::video(1, samples), Trak::audio(2, &[])], &mvex);
        Movie::parse(&moov, 0, FILE_SIZE).unwrap()
    }

    fn moof(content: impl FnOnce(&mut Vec<u8>)) -> Bytes {
        let mut out = Vec::new();
        boxed(&mut out, b"moof", |out| {
            full_box(out, b"mfhd", 0, 0, |out| out.put_u32(1));
            content(out);
        });
        out.into()
    }

    fn fields(out: &mut Vec<u8>, kind: &[u8; 4], flags: u32, fields: &[u32]) {
        full_box(out, kind, 0, flags, |out| fields.iter().for_each(|field| out.put_u32(*field)));
    }

    /// `traf` of `track` with a `tfhd` of `flags` and `head` fields, and `runs` as flags and fields of `trun`.
    fn traf(out: &mut Vec<u8>, track: u32, flags: u32, head: &[u32], time: Option<u32>, runs: &[(u32, &[u32])]) {
        boxed(out, b"traf", |out| {
            fields(out, b"tfhd", flags, &[&[track], head].concat());
            if let Some(time) = time {
                fields(out, b"tfdt", 0, &[time]);
            }
            runs.iter().for_each(|(flags, content)| fields(out, b"trun", *flags, content));
        });
    }

    fn samples_of(reader: MovieReader, track: u32) -> Vec<Sample> {
        let movie = reader.finish();
        let found = movie.tracks.iter().find(|found| found.id == track);
        found.unwrap_or_else(|| panic!("refused: {:?}", movie.refused)).samples.iter_from(0).collect()
    }

    /// Offset, size, decode time, duration, composition offset, sync.
    type Row = (u64, u32, u64, u32, i32, bool);

    fn rows(samples: &[Sample]) -> Vec<Row> {
        samples.iter().map(|s| (s.offset, s.size, s.decode_time, s.duration, s.composition_offset, s.sync)).collect()
    }

    fn refusal(reader: MovieReader, track: u32) -> String {
        let refused: Vec<RefusedTrack> = reader.finish().refused;
        refused.into_iter().find(|refused| refused.id == track).unwrap().reason
    }

    #[test]
    fn runs_carry_on_where_the_one_before_ends() {
        let mut reader = reader(&[]);
        assert!(reader.is_fragmented());
        let fragment = moof(|out| {
            traf(
                out,
                1,
                0x2_0000,
                &[],
                Some(1000),
                &[(0x5, &[2, 500, SYNC]), (0xb00, &[2, 30, 11, 5, 31, 12, -5i32 as u32]), (0x401, &[1, 900, SYNC])],
            );
        });
        reader.add_fragment(&fragment, 2000).unwrap();
        let expected: [Row; 5] = [
            (2500, 10, 1000, 40, 0, true),
            (2510, 10, 1040, 40, 0, false),
            (2520, 11, 1080, 30, 5, false),
            (2531, 12, 1110, 31, -5, false),
            (2900, 10, 1141, 40, 0, true),
        ];
        assert_eq!(rows(&samples_of(reader, 1)), expected);
    }

    #[test]
    fn tfhd_goes_before_trex() {
        let mut reader = reader(&[]);
        // Base data offset 5000, then description, duration, size and flags.
        let fragment = moof(|out| traf(out, 1, 0x3b, &[0, 5000, 1, 20, 7, SYNC], None, &[(0, &[2])]));
        reader.add_fragment(&fragment, 2000).unwrap();
        assert_eq!(rows(&samples_of(reader, 1)), [(5000, 7, 0, 20, 0, true), (5007, 7, 20, 20, 0, true)]);
    }

    #[test]
    fn without_a_base_the_data_of_the_traf_before_counts() {
        let mut reader = reader(&[]);
        let fragment = moof(|out| {
            traf(out, 1, 0, &[], None, &[(0x1, &[3, 300])]);
            // A track that the movie does not have still moves the data on.
            traf(out, 9, 0x10, &[50], None, &[(0, &[2])]);
            traf(out, 2, 0, &[], None, &[(0x200, &[2, 5, 6])]);
        });
        reader.add_fragment(&fragment, 2000).unwrap();
        let offsets: Vec<_> = samples_of(reader, 2).iter().map(|sample| sample.offset).collect();
        assert_eq!(offsets, [2430, 2435]);
    }

    #[test]
    fn a_refused_track_does_not_move_the_data_of_the_next() {
        let mut reader = reader(&[]);
        let fragment = moof(|out| {
            // The second fragment of track 1 changes its sample description.
            traf(out, 1, 0, &[], None, &[(0x1, &[2, 300]), (0x200, &[2, 5, 7])]);
            traf(out, 1, 0x2, &[9], None, &[(0x200, &[2, 5, 7])]);
            traf(out, 2, 0, &[], None, &[(0, &[1])]);
        });
        reader.add_fragment(&fragment, 2000).unwrap();
        assert_eq!(samples_of(reader, 2)[0].offset, 2300 + 20 + 12 + 12);
    }

    #[test]
    fn gaps_extend_the_sample_before_and_no_tfdt_carries_on() {
        let mut reader = reader(&[]);
        for time in [None, Some(100), None] {
            let fragment = moof(|out| traf(out, 1, 0x2_0000, &[], time, &[(0x1, &[1, 300])]));
            reader.add_fragment(&fragment, 2000).unwrap();
        }
        let times: Vec<_> = samples_of(reader, 1).iter().map(|s| (s.decode_time, s.duration)).collect();
        assert_eq!(times, [(0, 100), (100, 40), (140, 40)]);
    }

    #[test]
    fn table_samples_come_first() {
        let first = Sample { offset: 900, size: 9, decode_time: 0, duration: 25, composition_offset: 0, sync: true };
        let mut reader = reader(&[first]);
        let fragment = moof(|out| traf(out, 1, 0x2_0000, &[], None, &[(0x1, &[1, 300])]));
        reader.add_fragment(&fragment, 2000).unwrap();
        assert_eq!(rows(&samples_of(reader, 1)), [(900, 9, 0, 25, 0, true), (2300, 10, 25, 40, 0, false)]);
    }

    #[test]
    fn long_decode_times_need_version_1() {
        let mut reader = reader(&[]);
        let fragment = moof(|out| {
            boxed(out, b"traf", |out| {
                fields(out, b"tfhd", 0x2_0000, &[1]);
                full_box(out, b"tfdt", 1, 0, |out| out.put_u64(1 << 40));
                fields(out, b"trun", 0, &[1]);
            });
        });
        reader.add_fragment(&fragment, 2000).unwrap();
        assert_eq!(samples_of(reader, 1)[0].decode_time, 1 << 40);
    }

    #[test]
    fn what_is_wrong_with_a_track_refuses_that_track() {
        let mut reader = reader(&[]);
        let fragment = moof(|out| {
            traf(out, 1, 0x2_0000, &[], None, &[(0x201, &[1, 300, 500_000])]);
            traf(out, 2, 0x2_0000, &[], None, &[(0x1, &[1, 300])]);
        });
        reader.add_fragment(&fragment, 2000).unwrap();
        let movie = reader.finish();
        assert_eq!(movie.tracks.iter().map(|track| track.id).collect::<Vec<_>>(), [2]);
        assert!(
            movie.refused[0].reason.starts_with(
                "the file is cut short: sample 1 of track 1 lies at bytes 2300..502300, the file has 100000"
            ),
            "{}",
            movie.refused[0].reason
        );
    }

    #[test]
    fn time_that_runs_backwards_is_refused() {
        let mut reader = reader(&[]);
        for time in [1000, 0] {
            let fragment = moof(|out| traf(out, 1, 0x2_0000, &[], Some(time), &[(0x1, &[1, 300])]));
            reader.add_fragment(&fragment, 2000).unwrap();
        }
        let reason = refusal(reader, 1);
        assert!(reason.contains("moof/traf[1] at byte 2024: the fragment starts at decode time 0"), "{reason}");
    }

    #[test]
    fn another_sample_description_is_refused() {
        let mut reader = reader(&[]);
        for description in [1, 2] {
            let fragment = moof(|out| traf(out, 1, 0x2_0002, &[description], None, &[(0x1, &[1, 300])]));
            reader.add_fragment(&fragment, 2000).unwrap();
        }
        assert!(refusal(reader, 1).contains("changes its sample description from 1 to 2"));
    }

    #[test]
    fn counts_that_no_bytes_back_cost_nothing() {
        let of = |flags: u32, size: u32, track: u32| {
            let mut reader = reader(&[]);
            let fragment = moof(|out| traf(out, track, 0x2_0010, &[size], None, &[(flags, &[u32::MAX, 0])]));
            let added = reader.add_fragment(&fragment, 2000);
            (added, reader)
        };
        let (added, _) = of(0x201, 0, 1);
        assert!(
            added.unwrap_err().problem.contains("claims 4294967295 samples, 17179869180 bytes of entries, and has 0")
        );
        for size in [0, 1] {
            let (added, reader) = of(0x1, size, 1);
            assert_eq!(added, Ok(()));
            assert!(refusal(reader, 1).contains("claim 4294967295 samples, more than a file of 100000 bytes"));
        }
        assert_eq!(of(0x1, 1, 9).0, Ok(()), "a track that is not there");
    }

    #[test]
    fn a_decode_time_beyond_all_clocks_is_refused() {
        let mut reader = reader(&[]);
        let fragment = moof(|out| {
            boxed(out, b"traf", |out| {
                fields(out, b"tfhd", 0x2_0000, &[1]);
                full_box(out, b"tfdt", 1, 0, |out| out.put_u64(u64::MAX));
                fields(out, b"trun", 0, &[1]);
            });
        });
        reader.add_fragment(&fragment, 2000).unwrap();
        assert!(refusal(reader, 1).contains("no clock reaches"));
    }
}
