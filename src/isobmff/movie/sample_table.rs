//! The sample tables of a progressive file (ISO/IEC 14496-12 8.5 to 8.7), read in place and side by side: each block of
//! the index takes its durations, composition offsets, sizes, places and sync flags from five cursors that move on
//! together.

mod chunks;
mod columns;
mod sizes;

use super::{Limits, Refusal};
use crate::isobmff::boxes::BoxSlice;
use crate::isobmff::index::{BLOCK, Columns, Flags};
use crate::isobmff::{BoxError, SampleIndexBuilder};
use chunks::Chunks;
use columns::{Runs, SyncNumbers};
use sizes::Sizes;

/// Reads the tables of `stbl` into `samples`; gives the sample description that they use, `None` without samples.
pub(super) fn read(
    stbl: &BoxSlice,
    track: u32,
    limits: &mut Limits,
    samples: &mut SampleIndexBuilder,
) -> Result<Option<u32>, Refusal> {
    let tables = Tables::read(stbl)?;
    let sizes = tables.sizes(limits.file_size)?;
    let count = sizes.len();
    if count == 0 {
        return Ok(None);
    }
    limits.take(count)?;
    let mut reader = Reader {
        stbl,
        track,
        sizes,
        durations: Runs::read(tables.required(&tables.durations, "stts")?)?,
        offsets: tables.composition_offsets.as_ref().map(Runs::read).transpose()?,
        syncs: tables.sync.as_ref().map(SyncNumbers::read).transpose()?,
        chunks: Chunks::read(&tables)?,
    };
    samples.reserve(count);
    for first in (0..count).step_by(BLOCK) {
        samples.add_block(|block| reader.fill(block, first, limits))?;
    }
    Ok(reader.chunks.description)
}

/// The tables, each read up to the same sample.
struct Reader<'a> {
    stbl: &'a BoxSlice,
    track: u32,
    sizes: Sizes<'a>,
    durations: Runs<'a>,
    offsets: Option<Runs<'a>>,
    syncs: Option<SyncNumbers<'a>>,
    chunks: Chunks<'a>,
}

impl Reader<'_> {
    /// The samples from `first` on, as many as a block holds.
    fn fill(&mut self, block: &mut Columns, first: u32, limits: &Limits) -> Result<(), Refusal> {
        let count = (self.sizes.len() - first).min(BLOCK as u32) as usize;
        self.sizes.fill(first, count, &mut block.sizes);
        self.chunks.place(first, block, self.track, limits)?;
        let timed = self.durations.fill(count, &mut block.durations, u64::from);
        if timed < count {
            let (timed, count) = (first as usize + timed, self.sizes.len());
            return Err(self.stbl.error(format!("'stts' times only {timed} of the {count} samples")).into());
        }
        match &mut self.offsets {
            // Version 0 is unsigned by the book, but writers put negative offsets there too, and none above 2^31.
            Some(offsets) => drop(offsets.fill(count, &mut block.composition_offsets, |offset| offset as i32)),
            None => block.composition_offsets.push(0),
        }
        match &mut self.syncs {
            Some(syncs) => syncs.fill(first, count, &mut block.sync)?,
            None => block.sync = Flags::ALL,
        }
        Ok(())
    }
}

/// The boxes of a sample table.
struct Tables<'a> {
    stbl: &'a BoxSlice,
    durations: Option<BoxSlice>,
    composition_offsets: Option<BoxSlice>,
    sync: Option<BoxSlice>,
    sizes: Option<BoxSlice>,
    compact_sizes: Option<BoxSlice>,
    chunks: Option<BoxSlice>,
    offsets: Option<BoxSlice>,
    large_offsets: Option<BoxSlice>,
}

impl<'a> Tables<'a> {
    fn read(stbl: &'a BoxSlice) -> Result<Tables<'a>, BoxError> {
        let mut tables = Tables {
            stbl,
            durations: None,
            composition_offsets: None,
            sync: None,
            sizes: None,
            compact_sizes: None,
            chunks: None,
            offsets: None,
            large_offsets: None,
        };
        for child in stbl.children() {
            let child = child?;
            let table = match &child.kind().0 {
                b"stts" => &mut tables.durations,
                b"ctts" => &mut tables.composition_offsets,
                b"stss" => &mut tables.sync,
                b"stsz" => &mut tables.sizes,
                b"stz2" => &mut tables.compact_sizes,
                b"stsc" => &mut tables.chunks,
                b"stco" => &mut tables.offsets,
                b"co64" => &mut tables.large_offsets,
                _ => continue,
            };
            table.get_or_insert(child);
        }
        Ok(tables)
    }

    fn required<'t>(&self, table: &'t Option<BoxSlice>, kind: &str) -> Result<&'t BoxSlice, BoxError> {
        table.as_ref().ok_or_else(|| self.stbl.error(format!("box '{kind}' is missing")))
    }

    fn sizes(&self, file_size: u64) -> Result<Sizes<'_>, BoxError> {
        match (&self.sizes, &self.compact_sizes) {
            (Some(stsz), _) => Sizes::read(stsz, file_size),
            (None, Some(stz2)) => Sizes::read_compact(stz2),
            (None, None) => Err(self.stbl.error("box 'stsz' is missing")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::isobmff::Sample;
    use crate::isobmff::testing::{table, tables_of};
    use crate::isobmff::write::{boxed, full_box};
    use bytes::BufMut;
    use proptest::prelude::*;

    fn stbl(tables: &[u8]) -> BoxSlice {
        let mut bytes = Vec::new();
        boxed(&mut bytes, b"stbl", |out| out.put_slice(tables));
        BoxSlice::root(&bytes.into(), 0).unwrap()
    }

    fn read_tables(tables: &[u8], file_size: u64) -> Result<(Vec<Sample>, Option<u32>), String> {
        let mut samples = SampleIndexBuilder::default();
        let description =
            read(&stbl(tables), 7, &mut Limits::of_file(file_size), &mut samples).map_err(|Refusal(reason)| reason)?;
        Ok((samples.finish().iter_from(0).collect(), description))
    }

    /// Tables with `sizes` as the size box, one run of 40 ticks, and chunks of two samples at 1000, 2000, …
    fn with_sizes(sizes: impl FnOnce(&mut Vec<u8>)) -> Vec<u32> {
        let mut out = Vec::new();
        sizes(&mut out);
        table(&mut out, b"stts", 1, &[100, 40]);
        table(&mut out, b"stsc", 1, &[1, 2, 1]);
        table(&mut out, b"stco", 3, &[1000, 2000, 3000]);
        let (samples, _) = read_tables(&out, 10_000).unwrap();
        samples.iter().map(|sample| sample.size).collect()
    }

    /// Good tables, with one of them in another form.
    fn with(kind: &[u8; 4], count: u32, fields: &[u32]) -> Vec<u8> {
        let usual: [(&[u8; 4], u32, &[u32]); 4] = [
            (b"stts", 1, &[4, 40]),
            (b"stsz", 0, &[4, 10, 11, 12, 13]),
            (b"stsc", 1, &[1, 2, 1]),
            (b"stco", 2, &[1000, 2000]),
        ];
        let mut out = Vec::new();
        for (name, usual_count, usual_fields) in usual {
            if name != kind {
                table(&mut out, name, usual_count, usual_fields);
            }
        }
        table(&mut out, kind, count, fields);
        out
    }

    fn problem(kind: &[u8; 4], count: u32, fields: &[u32]) -> String {
        read_tables(&with(kind, count, fields), 10_000).unwrap_err()
    }

    #[test]
    fn the_tables_are_read_side_by_side() {
        let (samples, description) = read_tables(&with(b"ctts", 2, &[1, 0, 3, 80]), 10_000).unwrap();
        let expected = [(1000, 10, 0, 0), (1010, 11, 40, 80), (2000, 12, 80, 80), (2012, 13, 120, 80)];
        let expected = expected.map(|(offset, size, decode_time, composition_offset)| Sample {
            offset,
            size,
            decode_time,
            duration: 40,
            composition_offset,
            sync: true,
        });
        assert_eq!((samples, description), (expected.to_vec(), Some(1)));
    }

    #[test]
    fn sizes_come_in_all_widths() {
        let compact = |width: u32, bytes: &[u8]| {
            with_sizes(|out| {
                full_box(out, b"stz2", 0, 0, |out| {
                    out.put_u32(width);
                    out.put_u32(3);
                    out.put_slice(bytes);
                });
            })
        };
        assert_eq!(compact(4, &[0x12, 0x30]), [1, 2, 3]);
        assert_eq!(compact(8, &[200, 201, 202]), [200, 201, 202]);
        assert_eq!(compact(16, &[1, 0, 2, 0, 3, 0]), [256, 512, 768]);
        assert_eq!(with_sizes(|out| table(out, b"stsz", 77, &[3])), [77; 3]);
        assert_eq!(with_sizes(|out| table(out, b"stsz", 0, &[2, 5, 6])), [5, 6]);
    }

    #[test]
    fn a_wrong_size_width_is_named() {
        let mut out = Vec::new();
        table(&mut out, b"stz2", 5, &[1, 0]);
        assert!(read_tables(&out, 100).unwrap_err().contains("sizes have 5 bits; 4, 8 and 16 are known"));
    }

    #[test]
    fn sync_samples_are_those_listed() {
        let syncs = |count, numbers: &[u32]| -> Vec<bool> {
            let (samples, _) = read_tables(&with(b"stss", count, numbers), 10_000).unwrap();
            samples.iter().map(|sample| sample.sync).collect()
        };
        assert_eq!(syncs(2, &[1, 4]), [true, false, false, true]);
        assert_eq!(syncs(0, &[]), [false; 4], "an empty table lists none");
        assert_eq!(syncs(3, &[2, 2, 9]), [false, true, false, false], "repeated, and beyond the end");
        assert!(problem(b"stss", 2, &[3, 1]).contains("do not ascend"));
    }

    #[test]
    fn chunks_may_change_their_size_and_go_backwards() {
        let mut tables = Vec::new();
        table(&mut tables, b"stts", 1, &[6, 1]);
        table(&mut tables, b"stsz", 10, &[6]);
        table(&mut tables, b"stsc", 3, &[1, 3, 1, 2, 1, 1, 4, 2, 1]);
        full_box(&mut tables, b"co64", 0, 0, |out| {
            out.put_u32(4);
            [500, 300, 400, 100].into_iter().for_each(|offset| out.put_u64(offset));
        });
        let (samples, _) = read_tables(&tables, 10_000).unwrap();
        let offsets: Vec<_> = samples.iter().map(|sample| sample.offset).collect();
        assert_eq!(offsets, [500, 510, 520, 300, 400, 100]);
    }

    #[test]
    fn empty_chunks_are_passed_over() {
        let tables = with(b"stsc", 2, &[1, 0, 1, 2, 4, 1]);
        let (samples, _) = read_tables(&tables, 10_000).unwrap();
        assert_eq!(samples[0].offset, 2000);
    }

    #[test]
    fn no_samples_need_no_other_tables() {
        let mut tables = Vec::new();
        table(&mut tables, b"stsz", 0, &[0]);
        assert_eq!(read_tables(&tables, 100), Ok((Vec::new(), None)));
    }

    #[test]
    fn a_cut_file_is_named_with_the_sample_and_its_place() {
        let reason = read_tables(&with(b"stss", 1, &[1]), 2020).unwrap_err();
        assert!(
            reason
                .starts_with("the file is cut short: sample 4 of track 7 lies at bytes 2012..2025, the file has 2020"),
            "{reason}"
        );
    }

    #[test]
    fn what_does_not_add_up_is_named() {
        assert!(problem(b"stts", 1, &[3, 40]).contains("'stts' times only 3 of the 4 samples"));
        assert!(problem(b"stco", 1, &[1000]).contains("the chunks hold only 2 samples"));
        assert!(problem(b"stco", 0, &[]).contains("the chunks hold only 0 samples"));
        assert!(problem(b"stsc", 0, &[]).contains("do not start at the first chunk"));
        assert!(problem(b"stsc", 1, &[2, 2, 1]).contains("do not start at the first chunk"));
        assert!(problem(b"stsc", 1, &[1, 0, 1]).contains("the chunks hold only 0 samples"));
        assert!(problem(b"stsc", 2, &[1, 1, 1, 2, 3, 2]).contains("the sample descriptions 1 and 2"));
        let mut out = Vec::new();
        table(&mut out, b"stts", 1, &[4, 40]);
        assert!(read_tables(&out, 100).unwrap_err().ends_with("box 'stsz' is missing"));
    }

    #[test]
    fn counts_that_no_bytes_back_are_refused_at_once() {
        const LIE: u32 = u32::MAX;
        for kind in [b"stts", b"stsc", b"stco", b"ctts", b"stss"] {
            let reason = problem(kind, LIE, &[1, 1, 1]);
            assert!(reason.contains("claims 4294967295 entries"), "{reason}");
        }
        assert!(problem(b"stsz", 0, &[LIE, 1]).contains("claims 4294967295 entries and has room for 1"));
        assert!(problem(b"stsz", 1, &[LIE]).contains("claims 4294967295 samples of 1 bytes"));
        let mut out = Vec::new();
        table(&mut out, b"stz2", 4, &[LIE, 1]);
        assert!(read_tables(&out, 100).unwrap_err().contains("claims 2147483648 entries and has room for 4"));
    }

    prop_compose! {
        fn any_samples()(sizes in proptest::collection::vec((0..1000u32, 0..50u32, -100..100i32, any::<bool>(), 0..3u64), 1..60))
            -> Vec<Sample> {
            let (mut offset, mut decode_time) = (100, 0);
            sizes.into_iter().map(|(size, duration, composition_offset, sync, jump)| {
                offset += jump * 500;
                let sample = Sample { offset, size, decode_time, duration, composition_offset, sync };
                offset += u64::from(size);
                decode_time += u64::from(duration);
                sample
            }).collect()
        }
    }

    proptest! {
        /// Chunks and runs of any length, empty ones too, over several blocks of the index.
        #[test]
        fn samples_lie_where_their_chunks_do(
            runs in proptest::collection::vec((1..20u32, prop_oneof![0..4u32, 0..700u32], any::<bool>()), 1..40),
        ) {
            let (mut stsc, mut stco, mut expected) = (Vec::new(), Vec::new(), Vec::new());
            let (mut chunk, mut offset) = (1u32, 1000u32);
            for (chunks, samples, apart) in runs {
                stsc.extend([chunk, samples, 1]);
                chunk += chunks;
                for _ in 0..chunks {
                    stco.push(offset);
                    expected.extend((0..samples).map(|sample| u64::from(offset + sample * 5)));
                    offset += samples * 5 + u32::from(apart) * 100;
                }
            }
            prop_assume!(!expected.is_empty());
            let mut tables = Vec::new();
            table(&mut tables, b"stts", 1, &[expected.len() as u32, 40]);
            table(&mut tables, b"stsz", 5, &[expected.len() as u32]);
            table(&mut tables, b"stsc", stsc.len() as u32 / 3, &stsc);
            table(&mut tables, b"stco", stco.len() as u32, &stco);
            let (samples, _) = read_tables(&tables, u64::from(offset)).unwrap();
            prop_assert_eq!(samples.into_iter().map(|sample| sample.offset).collect::<Vec<_>>(), expected);
        }

        #[test]
        fn tables_say_what_was_written(samples in any_samples()) {
            prop_assert_eq!(read_tables(&tables_of(&samples), 1 << 20), Ok((samples, Some(1))));
        }
    }
}
