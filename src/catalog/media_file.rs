//! Reads one file of an asset: the indexes of an MP4 file, the cues of a caption file.
//!
//! Of an MP4 file only box headers, `moov` and `moof` boxes are read, by byte range, wherever they lie.

use super::byte_window::ByteWindow;
use crate::document::FoundTrack;
use crate::isobmff::{
    BoxError, BoxHeader, CaptionScan, ClosedCaptions, Codec, LONGEST, MediaTrack, Movie, MovieReader, RefusedTrack,
};
use crate::presentation::{CodedTrack, Media, Time};
use crate::store::{FileVersion, Store, StoreError, StorePath};
use crate::text::{Captions, SampleForm, read_file, read_samples};
use crate::track::TrackType;
use bytes::Bytes;

/// A `moov` or `moof` larger than this is no index but a mistake: ten hours of samples take some 40 MB.
const LARGEST_INDEX_BOX: u64 = 256 << 20;

/// What a file holds.
#[derive(Debug, Clone, Default)]
pub struct MediaFile {
    /// The tracks that can be played.
    pub tracks: Vec<FileTrack>,
    /// Those that cannot, with the reason.
    pub refused: Vec<RefusedTrack>,
    heap_bytes: usize,
}

/// One playable track of a file.
#[derive(Debug, Clone)]
pub struct FileTrack {
    /// What the file says of it.
    pub found: FoundTrack,
    pub media: Media,
}

/// Why a file cannot be used at all.
#[derive(Debug, Clone, thiserror::Error)]
pub enum FileError {
    #[error(transparent)]
    Store(#[from] StoreError),
    /// What is wrong with the bytes and what to do.
    #[error("{0}")]
    Content(String),
}

impl MediaFile {
    /// Reads an MP4 file.
    pub async fn read_movie(
        store: &dyn Store,
        path: &StorePath,
        version: &FileVersion,
    ) -> Result<MediaFile, FileError> {
        let movie = scan(&mut ByteWindow::new(store, path, version), path).await?;
        let (mut tracks, mut refused) = (Vec::new(), movie.refused);
        for track in movie.tracks {
            let found = found_in_movie(&track);
            match track.track_type {
                TrackType::Text => match read_text_track(store, path, version, &track).await? {
                    Ok(captions) => tracks.push(text_track(found, captions)),
                    Err(reason) => {
                        refused.push(RefusedTrack { id: track.id, track_type: Some(TrackType::Text), reason });
                    }
                },
                _ => tracks.push(FileTrack { found, media: track.into() }),
            }
        }
        Ok(MediaFile::new(tracks, refused))
    }

    /// Reads a caption file.
    pub async fn read_captions(
        store: &dyn Store,
        path: &StorePath,
        version: &FileVersion,
        name: &str,
    ) -> Result<MediaFile, FileError> {
        if version.size > crate::text::MAX_FILE_BYTES as u64 {
            let limit = crate::text::MAX_FILE_BYTES;
            return Err(FileError::Content(format!(
                "{} bytes are too many for a caption file; {limit} are allowed",
                version.size
            )));
        }
        let bytes = store.read(path, version, 0..version.size).await?;
        let name = name.to_owned();
        let captions = aside(path, move || read_file(&name, &bytes)).await?;
        let captions = captions.map_err(|error| FileError::Content(error.to_string()))?;
        if captions.end() > LONGEST.as_millis() as u64 {
            let hours = captions.end() / 3_600_000;
            return Err(FileError::Content(format!("a cue ends after {hours} hours; 30 days are the most")));
        }
        let found = FoundTrack {
            track_type: TrackType::Text,
            track_id: None,
            language: captions.language.clone(),
            label: None,
            kinds: Vec::new(),
            enabled: true,
            forced: captions.forced,
        };
        Ok(MediaFile::new(vec![text_track(found, captions)], Vec::new()))
    }

    fn new(tracks: Vec<FileTrack>, refused: Vec<RefusedTrack>) -> MediaFile {
        let media = tracks.iter().map(|track| match &track.media {
            Media::Coded(coded) => {
                let media = coded.media();
                size_of::<CodedTrack>() + media.samples.heap_bytes() + media.sample_entry.len()
            }
            Media::Text(text) => text.captions().heap_bytes(),
        });
        let heap_bytes = media.sum::<usize>() + tracks.len() * size_of::<FileTrack>();
        MediaFile { tracks, refused, heap_bytes }
    }

    /// Memory of the indexes, in bytes.
    pub fn heap_bytes(&self) -> usize {
        self.heap_bytes
    }
}

/// Does what may take long, such as packing the indexes of hours of samples, on a thread that serves nobody.
pub(super) async fn aside<T: Send + 'static>(
    path: &StorePath,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, StoreError> {
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|_| StoreError::Failed {
        path: path.to_string(),
        reason: "reading it broke off; the log says why".to_owned(),
    })
}

fn text_track(mut found: FoundTrack, captions: Captions) -> FileTrack {
    found.forced |= captions.forced;
    if found.language.is_none() {
        found.language = captions.language.clone();
    }
    FileTrack { found, media: captions.into() }
}

fn found_in_movie(track: &MediaTrack) -> FoundTrack {
    FoundTrack {
        track_type: track.track_type,
        track_id: Some(track.id),
        language: track.language.clone(),
        label: track.label.clone(),
        kinds: track.kinds.clone(),
        enabled: track.enabled,
        forced: false,
    }
}

/// Hops from box to box and gives the reader what it needs.
async fn scan(window: &mut ByteWindow<'_>, path: &StorePath) -> Result<Movie, FileError> {
    let size = window.file_size();
    if size == 0 {
        return Err(FileError::Content("the file is empty".to_owned()));
    }
    let content = |error: BoxError| FileError::Content(error.to_string());
    let mut offset = 0;
    let mut reader: Option<MovieReader> = None;
    let mut last = None;
    while offset < size {
        let head = window.bytes(offset, BoxHeader::MAX_SIZE as u64).await?;
        let header = BoxHeader::read(&head, offset, size).map_err(|error| no_box(error, &last))?;
        match &header.kind.0 {
            b"moov" if reader.is_none() => {
                let moov = index_box(window, &header).await?;
                let read = move || Movie::parse(&moov, offset, size).map(MovieReader::finish_unless_fragmented);
                match aside(path, read).await?.map_err(content)? {
                    Ok(whole) => return Ok(whole),
                    Err(fragmented) => reader = Some(*fragmented),
                }
            }
            b"moof" => match reader.take() {
                Some(mut before) => {
                    let moof = index_box(window, &header).await?;
                    let after = aside(path, move || before.add_fragment(&moof, offset).map(|()| before)).await?;
                    reader = Some(after.map_err(content)?);
                }
                None => {
                    return Err(FileError::Content(
                        "a fragment (moof) comes before the movie header (moov): this is a bare segment; put its init segment in front".to_owned(),
                    ));
                }
            },
            _ => {}
        }
        offset = header.end();
        last = Some(header);
    }
    match reader {
        Some(reader) => Ok(aside(path, move || reader.finish()).await?),
        None => Err(FileError::Content(without_movie(last, size))),
    }
}

/// What stands where a box should start is none: at the start of the file, it is a file of another kind.
fn no_box(error: BoxError, before: &Option<BoxHeader>) -> FileError {
    FileError::Content(match before {
        Some(_) => format!("{error}; the file is damaged or cut short, bring it anew"),
        None => format!("it is no MP4 file: {error}"),
    })
}

/// Why there is no movie header. `last` is the box before the end of the file.
fn without_movie(last: Option<BoxHeader>, size: u64) -> String {
    match last {
        Some(last) if last.end() > size && last.offset > 0 => format!(
            "the file is cut short: box '{}' at byte {} has {} bytes, and the file ends after {size} bytes without a \
             movie header (moov); bring the whole file",
            last.kind, last.offset, last.size
        ),
        _ => "it holds no movie header (moov): it is no MP4 file, or was cut short before its end".to_owned(),
    }
}

async fn index_box(window: &mut ByteWindow<'_>, header: &BoxHeader) -> Result<Bytes, FileError> {
    if header.size > LARGEST_INDEX_BOX {
        let problem = format!(
            "{} at byte {} has {} bytes; at most {LARGEST_INDEX_BOX} are read",
            header.kind, header.offset, header.size
        );
        return Err(FileError::Content(problem));
    }
    Ok(window.bytes(header.offset, header.size).await?)
}

/// Looks at the start of the first samples of a video for closed captions.
pub(super) async fn find_captions(
    store: &dyn Store,
    path: &StorePath,
    version: &FileVersion,
    track: &MediaTrack,
) -> Result<ClosedCaptions, StoreError> {
    let Some(mut scan) = CaptionScan::of(&track.codec) else { return Ok(ClosedCaptions::default()) };
    let mut window = ByteWindow::new(store, path, version);
    for sample in track.samples.iter_from(0).take(CaptionScan::SAMPLES as usize) {
        let length = u64::from(sample.size).min(CaptionScan::SAMPLE_BYTES);
        scan.add(&window.bytes(sample.offset, length).await?);
    }
    Ok(scan.finish())
}

/// Text in MP4 is small: all samples are read and become cues. The inner error refuses the track alone.
async fn read_text_track(
    store: &dyn Store,
    path: &StorePath,
    version: &FileVersion,
    track: &MediaTrack,
) -> Result<Result<Captions, String>, StoreError> {
    let form = match track.codec.codec {
        Codec::WebVtt => SampleForm::Wvtt,
        Codec::Ttml => SampleForm::Stpp,
        _ => SampleForm::Tx3g,
    };
    if track.samples.total_bytes() > crate::text::MAX_FILE_BYTES as u64 {
        return Ok(Err(format!("its samples have {} bytes, too many for text", track.samples.total_bytes())));
    }
    let mut window = ByteWindow::new(store, path, version);
    let mut samples = Vec::with_capacity(track.samples.len() as usize);
    let shift = track.edits.delay as i64 - track.edits.media_time as i64;
    // To the nearest: a whole millisecond that no tick lies on must come out as it went in.
    let millis = |ticks: i64| Time::new(ticks.max(0) as u64, track.timescale).in_timescale(1000);
    for sample in track.samples.iter_from(0) {
        let bytes = window.bytes(sample.offset, u64::from(sample.size)).await?;
        let start = sample.decode_time as i64 + i64::from(sample.composition_offset) + shift;
        // A copy, so that a small cue does not keep a whole window in memory.
        let end = start + i64::from(sample.duration);
        samples.push((millis(start), millis(end), Bytes::copy_from_slice(&bytes)));
    }
    let entry = track.sample_entry.clone();
    let captions = aside(path, move || read_samples(form, &entry, samples.into_iter())).await?;
    Ok(captions.map_err(|error| error.to_string()))
}
