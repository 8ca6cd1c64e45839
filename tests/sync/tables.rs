//! Any sample tables at all: from the file to the segments and back, every sample once, at the time the rule gives
//! (ISO/IEC 14496-12 8.6.6): decode time + composition offset − media time of the edit + delay.

use crate::player::{Player, source};
use bytes::BufMut;
use proptest::prelude::*;
use std::time::Duration;

#[derive(Debug, Clone)]
struct Sample {
    size: u32,
    duration: u32,
    composition_offset: i32,
    sync: bool,
}

/// A video of random tables.
#[derive(Debug, Clone)]
struct Video {
    timescale: u32,
    samples: Vec<Sample>,
    samples_per_chunk: u32,
    /// Of an empty edit before the real one.
    delay: u32,
    media_time: i32,
    /// Length of the real edit; 0 for all there is.
    length: u32,
}

impl Video {
    fn decode_times(&self) -> Vec<i64> {
        let next = |time: &mut i64, sample: &Sample| {
            let this = *time;
            *time += i64::from(sample.duration);
            Some(this)
        };
        self.samples.iter().scan(0, next).collect()
    }

    /// When each sample is shown on the file's timeline.
    fn shown(&self) -> Vec<i64> {
        let times = self.decode_times().into_iter().zip(&self.samples);
        let edit = i64::from(self.delay) - i64::from(self.media_time);
        times.map(|(time, sample)| time + i64::from(sample.composition_offset) + edit).collect()
    }

    fn data(&self) -> Vec<Vec<u8>> {
        let bytes =
            |(number, sample): (usize, &Sample)| (0..sample.size).map(|n| (n as usize * 7 + number) as u8).collect();
        self.samples.iter().enumerate().map(bytes).collect()
    }

    fn file(&self) -> Vec<u8> {
        let mut file = Vec::new();
        boxed(&mut file, b"ftyp", |out| out.put_slice(b"isom\0\0\0\0isom"));
        boxed(&mut file, b"mdat", |out| self.data().iter().for_each(|data| out.put_slice(data)));
        let data_start = 20 + 8;
        boxed(&mut file, b"moov", |out| {
            full_box(out, b"mvhd", 0, |out| {
                out.put_u64(0);
                out.put_u32(self.timescale);
                out.put_bytes(0, 84);
            });
            boxed(out, b"trak", |out| {
                full_box(out, b"tkhd", 0, |out| {
                    out.put_u64(0);
                    out.put_u32(1);
                    out.put_bytes(0, 68);
                });
                boxed(out, b"edts", |out| self.write_edits(out));
                boxed(out, b"mdia", |out| {
                    full_box(out, b"mdhd", 0, |out| {
                        out.put_u64(0);
                        out.put_u32(self.timescale);
                        out.put_u64(0);
                    });
                    full_box(out, b"hdlr", 0, |out| out.put_slice(b"\0\0\0\0vide\0\0\0\0\0\0\0\0\0\0\0\0\0"));
                    boxed(out, b"minf", |out| boxed(out, b"stbl", |out| self.write_tables(out, data_start)));
                });
            });
        });
        file
    }

    fn write_edits(&self, out: &mut Vec<u8>) {
        full_box(out, b"elst", 0, |out| {
            out.put_u32(2);
            for (length, media_time) in [(self.delay, -1), (self.length, self.media_time)] {
                out.put_u32(length);
                out.put_i32(media_time);
                out.put_u32(0x1_0000);
            }
        });
    }

    fn write_tables(&self, out: &mut Vec<u8>, mut offset: u32) {
        let count = self.samples.len() as u32;
        full_box(out, b"stsd", 0, |out| {
            out.put_u32(1);
            out.put_slice(&sample_entry());
        });
        full_box(out, b"stts", 0, |out| {
            out.put_u32(count);
            self.samples.iter().for_each(|sample| out.put_u64(1 << 32 | u64::from(sample.duration)));
        });
        full_box(out, b"ctts", 1, |out| {
            out.put_u32(count);
            for sample in &self.samples {
                out.put_u32(1);
                out.put_i32(sample.composition_offset);
            }
        });
        full_box(out, b"stss", 0, |out| {
            let sync: Vec<u32> = (1..).zip(&self.samples).filter(|(_, s)| s.sync).map(|(number, _)| number).collect();
            out.put_u32(sync.len() as u32);
            sync.iter().for_each(|number| out.put_u32(*number));
        });
        full_box(out, b"stsz", 0, |out| {
            out.put_u32(0);
            out.put_u32(count);
            self.samples.iter().for_each(|sample| out.put_u32(sample.size));
        });
        let chunks: Vec<&[Sample]> = self.samples.chunks(self.samples_per_chunk as usize).collect();
        full_box(out, b"stsc", 0, |out| {
            out.put_u32(chunks.len() as u32);
            for (number, chunk) in (1..).zip(&chunks) {
                out.put_u32(number);
                out.put_u32(chunk.len() as u32);
                out.put_u32(1);
            }
        });
        full_box(out, b"stco", 0, |out| {
            out.put_u32(chunks.len() as u32);
            for chunk in &chunks {
                out.put_u32(offset);
                offset += chunk.iter().map(|sample| sample.size).sum::<u32>();
            }
        });
    }
}

/// An AVC sample entry, from a file that has one.
fn sample_entry() -> Vec<u8> {
    let file = std::fs::read(source("avc-aac.mp4")).unwrap();
    let start = file.windows(4).position(|bytes| bytes == b"avc1").and_then(|first| {
        // The first is the brand in `ftyp`.
        Some(first + 4 + file[first + 4..].windows(4).position(|bytes| bytes == b"avc1")? - 4)
    });
    let start = start.unwrap();
    let size = u32::from_be_bytes(file[start..start + 4].try_into().unwrap()) as usize;
    file[start..start + size].to_vec()
}

fn boxed(out: &mut Vec<u8>, kind: &[u8; 4], content: impl FnOnce(&mut Vec<u8>)) {
    let start = out.len();
    out.put_u32(0);
    out.put_slice(kind);
    content(out);
    let size = (out.len() - start) as u32;
    out[start..start + 4].copy_from_slice(&size.to_be_bytes());
}

fn full_box(out: &mut Vec<u8>, kind: &[u8; 4], version: u8, content: impl FnOnce(&mut Vec<u8>)) {
    boxed(out, kind, |out| {
        out.put_u32(u32::from(version) << 24);
        content(out);
    });
}

/// Pictures in groups that can be decoded alone: a group's key frame is shown first, and all of it before the next key
/// frame. Within that, offsets are whatever they are.
fn any_video() -> impl Strategy<Value = Video> {
    let sample = (0u32..200, 1u32..4000, -3000i32..3000, prop::bool::weighted(0.15));
    let samples = prop::collection::vec(sample, 1..150);
    let timescale = prop::sample::select(vec![600u32, 1000, 12_800, 24_000, 90_000]);
    (samples, timescale, 1u32..9, 0u32..5, -2000i32..6000, (0.0f64..0.9, 0.0f64..1.3)).prop_map(
        |(mut rows, timescale, samples_per_chunk, delay, base, (skipped, kept))| {
            // A key frame in the middle where there is none, so that there is something to play.
            let middle = rows.len() / 2;
            rows[middle].3 |= rows.iter().all(|row| !row.3);
            let decode_times: Vec<i64> =
                rows.iter().scan(0, |time, row| Some(std::mem::replace(time, *time + i64::from(row.1)))).collect();
            let end: i64 = rows.iter().map(|row| i64::from(row.1)).sum();
            let sample = |(number, &(size, duration, offset, sync)): (usize, &(u32, u32, i32, bool))| {
                let start = (0..=number).rev().find(|n| rows[*n].3).map_or(0, |n| decode_times[n]);
                let next = (number + 1..rows.len()).find(|n| rows[*n].3).map_or(end, |n| decode_times[n]);
                let shown = (decode_times[number] + i64::from(offset)).clamp(start, next - 1);
                let composition_offset = if sync { 0 } else { (shown - decode_times[number]) as i32 };
                Sample { size, duration, composition_offset: composition_offset + base, sync }
            };
            let samples: Vec<Sample> = rows.iter().enumerate().map(sample).collect();
            // An edit that starts where the media ends shows nothing, and the track is refused.
            let ends = decode_times
                .iter()
                .zip(&samples)
                .map(|(time, sample)| time + i64::from(sample.composition_offset) + i64::from(sample.duration));
            let last_moment = ends.max().map_or(0, |end| (end - 1).max(0)) as i32;
            let media_time = (base.max(0) + (end as f64 * skipped) as i32).min(last_moment);
            let length = if kept < 1.0 { (end as f64 * kept) as u32 + 1 } else { 0 };
            let delay = delay * timescale / 4;
            Video { timescale, samples, samples_per_chunk, delay, media_time, length }
        },
    )
}

async fn check(video: &Video, target: Duration) -> Result<(), TestCaseError> {
    let player = Player::of_files(&[("video.mp4", video.file())], target);
    let asset = player.asset().await;
    prop_assert_eq!(&asset.unusable, &[]);
    let Ok(presentation) = &asset.presentation else {
        // An edit may end before anything that can be decoded is shown.
        let first = video.samples.iter().position(|sample| sample.sync).unwrap();
        let end = i64::from(video.delay) + i64::from(video.length);
        prop_assert!(video.length > 0 && video.shown()[first..].iter().all(|shown| *shown >= end || *shown < 0));
        return Ok(());
    };
    let rendition = &presentation.renditions[0];
    let played = player.play(&rendition.name).await;

    let (shown, data) = (video.shown(), video.data());
    let first_sync = video.samples.iter().position(|sample| sample.sync).unwrap();
    let zero = shown[first_sync].max(0);
    // The run that is served: its place follows from its first sample's distance to the end of the run's last.
    let count = played.samples.len();
    let matches = |start: usize| {
        let samples = played.samples.iter().zip(start..);
        samples.clone().all(|(sample, n)| sample.shown == shown[n] - zero && sample.data == data[n])
    };
    let start = (first_sync..=shown.len() - count).find(|start| matches(*start));
    prop_assert!(start.is_some(), "the samples are a run of the source's, with its bytes, at its times");
    let start = start.unwrap();
    for (sample, source) in played.samples.iter().zip(&video.samples[start..]) {
        prop_assert_eq!((sample.duration, sample.sync), (source.duration, source.sync));
    }
    prop_assert!(video.samples[start].sync);
    prop_assert!(shown[first_sync..start].iter().all(|shown| *shown < zero), "what is left out is not shown");
    if start > first_sync {
        let next = (start + 1..shown.len()).find(|n| video.samples[*n].sync);
        prop_assert!(next.is_none_or(|next| shown[next] > zero), "no more is kept than decoding needs");
    }
    // The edit's end, which is cut to the sample.
    let end = if video.length == 0 { i64::MAX } else { i64::from(video.delay) + i64::from(video.length) };
    prop_assert!(shown[start + count..].iter().all(|shown| *shown + 1 >= end), "nothing that is shown is left out");

    let sizes = rendition.layout().segments;
    prop_assert!(played.segments.iter().map(|segment| segment.bytes).eq(sizes), "announced sizes");
    prop_assert_eq!(played.segments[0].time, 0);
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn every_sample_is_served_once_at_its_time(video in any_video(), target in 1u64..7) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(check(&video, Duration::from_secs(target)))?;
    }
}
