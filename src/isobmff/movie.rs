//! The `moov` box: tracks, their facts and their sample indexes.

mod clock;
mod edit_list;
mod fragment;
mod handler;
#[cfg(test)]
mod hostile;
mod language;
mod sample_table;
mod track;
mod user_data;

use super::boxes::BoxSlice;
use super::codec::{self, CodecError};
use super::{BoxError, CodecFacts, SampleIndex};
use crate::track::{Language, TrackType};
use bytes::Bytes;
pub use clock::LONGEST;
use fragment::Defaults;
use std::collections::HashMap;
use track::Draft;

/// What a `moov` (with the `moof`s that follow it, in a fragmented file) says.
#[derive(Debug, Clone, Default)]
pub struct Movie {
    /// The tracks that can be played, in file order.
    pub tracks: Vec<MediaTrack>,
    /// The tracks that cannot, with the reason; the others play.
    pub refused: Vec<RefusedTrack>,
}

/// A track that cannot be played.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefusedTrack {
    /// MP4 track id, 0 where it cannot be read.
    pub id: u32,
    /// By its handler; `None` for a handler that carries no media (timecode, hint, metadata).
    pub track_type: Option<TrackType>,
    /// What is wrong and what to do, naming the four-character code of an unknown codec.
    pub reason: String,
}

/// One playable track.
#[derive(Debug, Clone)]
pub struct MediaTrack {
    /// MP4 track id.
    pub id: u32,
    pub track_type: TrackType,
    /// Ticks per second of all times of this track.
    pub timescale: u32,
    /// From `elng`, else `mdhd`; `None` for `und`.
    pub language: Option<Language>,
    /// `tkhd` flag track_enabled: a disabled track is an alternate, not a hidden one.
    pub enabled: bool,
    /// From `udta/labl`, `udta/name`, or a handler name that says something.
    pub label: Option<String>,
    /// From `udta/kind` and QuickTime `tagc`, in file order.
    pub kinds: Vec<Kind>,
    /// The whole sample entry box, as it is in the file; a QuickTime sound description is given its ISO form.
    pub sample_entry: Bytes,
    pub codec: CodecFacts,
    pub edits: EditList,
    pub samples: SampleIndex,
}

/// A `kind` box (ISO/IEC 14496-12 8.10.4), or a `tagc` tag with an empty scheme.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kind {
    pub scheme: String,
    pub value: String,
}

/// The edit list (ISO/IEC 14496-12 8.6.6), reduced to what a single presentation needs.
///
/// Edits that follow one another in the media count as one. A track whose edits leave something out in between, or play
/// at another rate than 1, is refused: a segment of it would need the media cut or repeated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct EditList {
    /// Time before the track starts, from leading empty edits, in the track's timescale.
    pub delay: u64,
    /// Composition time of the first moment shown (`media_time` of the first real edit), in the track's timescale.
    pub media_time: u64,
    /// Length of what is shown, in the track's timescale, where the edit ends before the media does.
    pub duration: Option<u64>,
}

impl Movie {
    /// Reads a `moov` box, header included. `offset` is its place in the file, `file_size` bounds what samples may
    /// claim. The samples of a fragmented file are added by [`Movie::add_fragment`](MovieReader::add_fragment).
    pub fn parse(moov: &Bytes, offset: u64, file_size: u64) -> Result<MovieReader, BoxError> {
        let moov = BoxSlice::root(moov, offset)?;
        if !moov.is(b"moov") {
            return Err(moov.error("a 'moov' box should be here"));
        }
        if moov.child(b"cmov")?.is_some() {
            return Err(moov.error("the movie header is compressed ('cmov'); write the file anew, uncompressed"));
        }
        let timescale = movie_timescale(&moov)?;
        let mvex = moov.child(b"mvex")?;
        let mut reader = MovieReader {
            drafts: Vec::new(),
            by_id: HashMap::new(),
            defaults: mvex.as_ref().map(fragment::read_defaults).unwrap_or_default(),
            refused: Vec::new(),
            fragmented: mvex.is_some(),
            limits: Limits::of_file(file_size),
        };
        for child in moov.children() {
            let child = child?;
            if child.is(b"trak") {
                if reader.drafts.len() + reader.refused.len() >= MOST_TRACKS {
                    return Err(child.error(format!("more than {MOST_TRACKS} tracks; the file is damaged")));
                }
                reader.add_track(&child, timescale);
            }
        }
        Ok(reader)
    }
}

/// Far more than any film has. A track that is refused costs more memory than the eight bytes it can be made of.
const MOST_TRACKS: usize = 1000;

/// Ticks per second of edit durations (ISO/IEC 14496-12 8.2.2); 0 where it is not said.
fn movie_timescale(moov: &BoxSlice) -> Result<u32, BoxError> {
    let Some(header) = moov.child(b"mvhd")? else { return Ok(0) };
    let mut fields = header.fields();
    let (version, _) = fields.version_and_flags()?;
    fields.skip(if version == 1 { 16 } else { 8 })?;
    fields.u32()
}

/// What the samples of all tracks together may claim, so that tables which need no bytes per sample cost no more than
/// the file they speak of.
#[derive(Debug)]
struct Limits {
    file_size: u64,
    samples_left: u64,
}

impl Limits {
    /// A sample in four bytes, data and table entries together, is more than any codec makes; sixty million are eight
    /// days of AAC beside video.
    fn of_file(file_size: u64) -> Limits {
        Limits { file_size, samples_left: (file_size / 4).min(60_000_000) }
    }

    /// Takes `count` samples off what is left.
    fn take(&mut self, count: u32) -> Result<(), Refusal> {
        let left = self.samples_left.checked_sub(u64::from(count));
        self.samples_left = left.ok_or_else(|| {
            Refusal(format!("its tables claim {count} samples, more than a file of {} bytes can hold", self.file_size))
        })?;
        Ok(())
    }

    /// The end of a sample of `size` bytes at `offset`, which must lie in the file.
    fn check(&self, track: u32, number: u32, offset: u64, size: u32) -> Result<u64, Refusal> {
        let end = offset.saturating_add(u64::from(size));
        if end <= self.file_size {
            return Ok(end);
        }
        let file_size = self.file_size;
        Err(Refusal(format!(
            "the file is cut short: sample {} of track {track} lies at bytes {offset}..{end}, the file has {file_size}; \
             bring the whole file",
            u64::from(number) + 1
        )))
    }
}

/// Why a track is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Refusal(String);

impl From<BoxError> for Refusal {
    fn from(error: BoxError) -> Self {
        Refusal(error.to_string())
    }
}

/// A movie whose fragments may still come.
#[derive(Debug)]
pub struct MovieReader {
    drafts: Vec<Draft>,
    by_id: HashMap<u32, usize>,
    /// By track id: what fragments say once for all.
    defaults: HashMap<u32, Defaults>,
    refused: Vec<RefusedTrack>,
    fragmented: bool,
    limits: Limits,
}

impl MovieReader {
    /// Whether the file has fragments (`mvex`), which must be added before [`MovieReader::finish`].
    pub fn is_fragmented(&self) -> bool {
        self.fragmented
    }

    /// The movie, if nothing of it is to come in fragments.
    pub fn finish_unless_fragmented(self) -> Result<Movie, Box<MovieReader>> {
        if self.fragmented { Err(Box::new(self)) } else { Ok(self.finish()) }
    }

    /// Adds the samples of a `moof` box, header included, that lies at `offset` of the file. Fragments come in file
    /// order. An error means the box as a whole cannot be read; what is wrong with one track only refuses that track.
    pub fn add_fragment(&mut self, moof: &Bytes, offset: u64) -> Result<(), BoxError> {
        let moof = BoxSlice::root(moof, offset)?;
        if !moof.is(b"moof") {
            return Err(moof.error("a 'moof' box should be here"));
        }
        fragment::add(self, &moof)
    }

    /// Packs the indexes. A track without samples, or whose samples lie beyond the file, is refused with the reason.
    pub fn finish(self) -> Movie {
        let mut movie = Movie { tracks: Vec::new(), refused: self.refused };
        for draft in self.drafts {
            let (id, track_type) = (draft.id, draft.track_type);
            match draft.finish() {
                Ok(track) => movie.tracks.push(track),
                Err(Refusal(reason)) => movie.refused.push(RefusedTrack { id, track_type: Some(track_type), reason }),
            }
        }
        movie
    }

    fn add_track(&mut self, trak: &BoxSlice, movie_timescale: u32) {
        match Draft::read(trak, movie_timescale, &mut self.limits) {
            Ok(mut draft) => {
                if self.by_id.contains_key(&draft.id) {
                    draft.problem = Some(Refusal(format!("another track of the file has the id {} too", draft.id)));
                } else {
                    self.by_id.insert(draft.id, self.drafts.len());
                }
                self.drafts.push(draft);
            }
            Err(refused) => self.refused.push(refused),
        }
    }
}

/// The refusal of track `id` for its codec.
fn codec_refusal(error: &CodecError, id: u32) -> Refusal {
    Refusal(match error {
        CodecError::Unknown(kind) => format!("codec '{kind}' (track {id}) is not supported; {}", codec::SUPPORTED),
        other => other.to_string(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::isobmff::testing::{Trak, audio_entry, moov, text_entry, video_entry};
    use crate::isobmff::write::{boxed, full_box};
    use crate::isobmff::{Codec, Sample};
    use bytes::BufMut;

    fn samples(count: u64) -> Vec<Sample> {
        let sample = |number| Sample {
            offset: 1000 + number * 10,
            size: 10,
            decode_time: number * 512,
            duration: 512,
            composition_offset: 1024,
            sync: number == 0,
        };
        (0..count).map(sample).collect()
    }

    fn parse(traks: &[Trak]) -> Movie {
        Movie::parse(&moov(traks, &[]), 0, 10_000).unwrap().finish()
    }

    fn refusal(trak: Trak) -> RefusedTrack {
        let mut movie = parse(&[trak, Trak::audio(99, &samples(1))]);
        assert_eq!(movie.tracks.len(), 1, "the other track plays");
        movie.refused.remove(0)
    }

    #[test]
    fn a_progressive_file_is_read() {
        let mut video = Trak::video(1, &samples(50));
        video.edits = vec![(500, -1), (2000, 1024)];
        let mut audio = Trak::audio(2, &samples(3));
        audio.flags = 2;
        audio.name = "Director's commentary";
        full_box(&mut audio.user_data, b"kind", 0, 0, |out| out.put_slice(b"urn:mpeg:dash:role:2011\0commentary\0"));
        let movie = parse(&[video, audio]);
        assert_eq!(movie.refused, []);
        let [video, audio] = &movie.tracks[..] else { panic!("two tracks") };
        assert_eq!((video.id, video.track_type, video.timescale, video.enabled), (1, TrackType::Video, 12_800, true));
        assert_eq!((video.codec.codec, video.codec.string.as_str()), (Codec::Avc, "avc1.64000a"));
        assert_eq!(video.edits, EditList { delay: 6400, media_time: 1024, duration: None });
        assert_eq!(video.samples.iter_from(0).collect::<Vec<_>>(), samples(50));
        assert_eq!(&video.sample_entry[4..8], b"avc1");
        assert_eq!(
            (audio.track_type, audio.enabled, audio.codec.string.as_str()),
            (TrackType::Audio, false, "mp4a.40.2")
        );
        assert_eq!((audio.label.as_deref(), audio.language.clone()), (Some("Director's commentary"), None));
        assert_eq!(audio.kinds[0].value, "commentary");
    }

    #[test]
    fn sample_entries_do_not_hold_on_to_the_movie() {
        let moov = moov(&[Trak::video(1, &samples(50))], &[]);
        let movie = Movie::parse(&moov, 0, 10_000).unwrap().finish();
        assert!(moov.is_unique(), "only the caller holds the bytes of the moov");
        drop(movie);
    }

    #[test]
    fn an_unknown_codec_is_named_with_its_track() {
        let refused = refusal(Trak::new(3, *b"vide", 600, video_entry(b"xyz1", 64, 36, |_| ()), &samples(5)));
        assert_eq!((refused.id, refused.track_type), (3, Some(TrackType::Video)));
        assert!(refused.reason.starts_with("codec 'xyz1' (track 3) is not supported; "), "{}", refused.reason);
        let pcm = refusal(Trak::new(3, *b"soun", 48_000, audio_entry(b"sowt", 2, 48_000, |_| ()), &samples(5)));
        assert!(pcm.reason.starts_with("codec 'sowt'"), "{}", pcm.reason);
    }

    #[test]
    fn encrypted_tracks_are_refused() {
        let refused = refusal(Trak::new(3, *b"vide", 600, video_entry(b"encv", 64, 36, |_| ()), &samples(5)));
        assert!(refused.reason.contains("encrypted sources are not supported"), "{}", refused.reason);
    }

    #[test]
    fn handlers_without_media_are_passed_over_in_silence() {
        for handler in [*b"tmcd", *b"meta", *b"hint"] {
            let refused = refusal(Trak::new(3, handler, 600, text_entry(b"tmcd", &[0; 26]), &samples(5)));
            assert_eq!(refused.track_type, None);
        }
    }

    #[test]
    fn tracks_that_cannot_play_say_why() {
        assert!(refusal(Trak::video(3, &[])).reason.starts_with("track 3 has no samples"));
        let mut timeless = Trak::video(3, &samples(5));
        timeless.timescale = 0;
        assert!(refusal(timeless).reason.contains("the timescale is 0"));
        let mut elsewhere = Trak::video(3, &samples(5));
        elsewhere.reference.clear();
        full_box(&mut elsewhere.reference, b"url ", 0, 0, |out| out.put_slice(b"file:///other.mov\0"));
        assert!(refusal(elsewhere).reason.contains("the samples lie in another file"));
        let mut no_tables = Trak::video(3, &[]);
        no_tables.tables.clear();
        let reason = refusal(no_tables).reason;
        assert!(reason.starts_with("moov/trak[1]/mdia/minf/stbl at byte "), "{reason}");
        assert!(reason.ends_with(": box 'stsz' is missing"), "{reason}");
        assert!(refusal(Trak::video(99, &samples(5))).reason.contains("has the id 99 too"));
    }

    #[test]
    fn of_several_sample_entries_the_one_that_is_used_counts() {
        let mut trak = Trak::video(3, &samples(5));
        trak.entries.insert(0, video_entry(b"jpeg", 64, 36, |_| ()));
        assert!(refusal(trak).reason.starts_with("codec 'jpeg' (track 3)"), "the tables use the first");
        let mut trak = Trak::video(3, &samples(5));
        trak.entries.push(video_entry(b"jpeg", 64, 36, |_| ()));
        assert_eq!(parse(&[trak]).tracks[0].codec.codec, Codec::Avc);
    }

    #[test]
    fn careless_user_data_refuses_nothing() {
        let mut trak = Trak::video(3, &samples(5));
        trak.user_data.put_slice(b"\0\0\0\x03meta");
        assert_eq!(parse(&[trak]).tracks.len(), 1);
    }

    #[test]
    fn what_is_no_movie_is_an_error() {
        let error = |bytes: &[u8]| Movie::parse(&Bytes::copy_from_slice(bytes), 50, 100).unwrap_err().to_string();
        assert_eq!(error(b"\0\0\0\x08moof"), "moof at byte 50: a 'moov' box should be here");
        assert_eq!(error(b"\0\0"), "file at byte 50: 2 stray bytes where a box should be: too few for a box header");
        assert!(error(b"\0\0\x10\0moov").contains("claims 4096 bytes, 8 are there: the file is cut short"));
        let mut compressed = Vec::new();
        boxed(&mut compressed, b"moov", |out| boxed(out, b"cmov", |_| ()));
        assert!(error(&compressed).contains("compressed"));
    }
}
