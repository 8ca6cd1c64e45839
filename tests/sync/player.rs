//! A player for tests: asks the origin for playlists, init segments and segments, and computes from their bytes alone
//! what is shown when. MP4 is read with `shiguredo_mp4`, which shares no line with the reader of this crate.

use bytes::Bytes;
use http_body_util::{BodyExt, Empty};
use hyper::Request;
use shiguredo_mp4::boxes::{FtypBox, MoofBox, MoovBox};
use shiguredo_mp4::{BoxHeader, BoxType, Decode};
use signalbox::catalog::{Catalog, CatalogOptions, LoadedAsset};
use signalbox::origin::{Origin, OriginOptions};
use signalbox::store::LocalStore;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

/// The name of the asset under test.
pub const ASSET: &str = "asset";

/// A file of `tests/media/sources`.
pub fn source(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/media/sources").join(name)
}

/// An asset and who plays it.
pub struct Player {
    _folder: tempfile::TempDir,
    catalog: Arc<Catalog>,
    origin: Origin,
}

impl Player {
    /// Plays files, by name and content, as one asset with segments of `target`.
    pub fn of_files(files: &[(&str, Vec<u8>)], target: Duration) -> Player {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join(ASSET)).unwrap();
        for (name, content) in files {
            std::fs::write(folder.path().join(ASSET).join(name), content).unwrap();
        }
        let options = CatalogOptions { cache_bytes: 1 << 24, max_staleness: Duration::ZERO, segment_duration: target };
        let store = Arc::new(LocalStore::open(folder.path()).unwrap());
        let catalog = Arc::new(Catalog::new(store, None, options));
        let origin = Origin::new(Arc::clone(&catalog), &OriginOptions::default());
        Player { _folder: folder, catalog, origin }
    }

    /// Plays one file of `tests/media/sources`.
    pub fn of(name: &str, target: Duration) -> Player {
        Player::of_files(&[(name, std::fs::read(source(name)).unwrap())], target)
    }

    pub async fn asset(&self) -> Arc<LoadedAsset> {
        self.catalog.asset(ASSET).await.unwrap()
    }

    /// The body of an answer that must be there and as long as announced.
    pub async fn get(&self, path: &str) -> Bytes {
        let request = Request::get(format!("http://origin/{ASSET}/{path}")).body(Empty::<Bytes>::new()).unwrap();
        let response = self.origin.respond(request).await;
        assert_eq!(response.status(), 200, "{path}");
        let announced: u64 = response.headers()["content-length"].to_str().unwrap().parse().unwrap();
        let body = response.into_body().collect().await.unwrap().to_bytes();
        assert_eq!(body.len() as u64, announced, "{path}: Content-Length");
        body
    }

    pub async fn text(&self, path: &str) -> String {
        String::from_utf8(self.get(path).await.to_vec()).unwrap()
    }

    /// Plays a coded track to the end.
    pub async fn play(&self, track: &str) -> Played {
        let playlist = self.text(&format!("{track}.m3u8")).await;
        let init = playlist.lines().find_map(|line| line.strip_prefix("#EXT-X-MAP:URI=")).expect("EXT-X-MAP");
        let mut played = Played::new(self.get(init.trim_matches('"')).await);
        for (duration, uri) in segments_of(&playlist) {
            let time = uri.rsplit('/').next().unwrap().trim_end_matches(".m4s").parse().unwrap();
            played.add_segment(time, duration, &self.get(&uri).await);
        }
        played
    }
}

/// EXTINF in seconds and URI of each segment of a media playlist.
pub fn segments_of(playlist: &str) -> Vec<(f64, String)> {
    let lines: Vec<&str> = playlist.lines().collect();
    let segment = |pair: &[&str]| {
        let duration = pair[0].strip_prefix("#EXTINF:")?.trim_end_matches(',').parse().unwrap();
        Some((duration, pair[1].to_owned()))
    };
    lines.windows(2).filter_map(segment).collect()
}

/// What a player makes of one track.
pub struct Played {
    pub init: Bytes,
    pub moov: MoovBox,
    pub timescale: u32,
    /// From the edit list.
    pub skip: i64,
    pub segments: Vec<PlayedSegment>,
    pub samples: Vec<PlayedSample>,
    /// Of the last fragment.
    sequence_number: u32,
}

pub struct PlayedSegment {
    /// From the URL, in the track's timescale.
    pub time: u64,
    /// EXTINF, in seconds.
    pub duration: f64,
    pub bytes: u64,
    pub first_sample: usize,
    pub sample_count: usize,
}

#[derive(Debug, Clone, PartialEq)]
pub struct PlayedSample {
    pub decode_time: u64,
    pub duration: u32,
    /// In the track's timescale, after the edit list.
    pub shown: i64,
    pub sync: bool,
    pub data: Bytes,
}

impl PlayedSample {
    /// As ffmpeg writes it.
    pub fn crc(&self) -> u32 {
        let mut crc = flate2::Crc::new();
        crc.update(&self.data);
        crc.sum()
    }
}

impl Played {
    /// Reads the init segment, and checks what ISO/IEC 23000-19 7.3.1 asks of it.
    pub fn new(init: Bytes) -> Played {
        let kinds: Vec<[u8; 4]> = top_level(&init).into_iter().map(|(kind, _)| kind).collect();
        assert_eq!(kinds, [*b"ftyp", *b"moov"]);
        let (ftyp, size) = FtypBox::decode(&init).expect("ftyp");
        let moov = MoovBox::decode(&init[size..]).expect("moov").0;
        let has_brand = |brand: &[u8; 4]| ftyp.compatible_brands.iter().any(|other| other.get() == *brand);
        assert!(has_brand(b"iso6") && has_brand(b"cmfc"));
        let [trak] = &moov.trak_boxes[..] else { panic!("one track") };
        let stbl = &trak.mdia_box.minf_box.stbl_box;
        assert_eq!((moov.mvhd_box.duration, trak.tkhd_box.duration, trak.mdia_box.mdhd_box.duration), (0, 0, 0));
        assert_eq!(stbl.stsd_box.entries.len(), 1);
        assert!(stbl.stts_box.entries.is_empty() && stbl.stsc_box.entries.is_empty(), "no samples");
        let trex = &moov.mvex_box.as_ref().expect("mvex").trex_boxes;
        assert_eq!(trex.iter().map(|trex| trex.track_id).collect::<Vec<_>>(), [trak.tkhd_box.track_id]);
        let edits = trak.edts_box.as_ref().and_then(|edts| edts.elst_box.as_ref());
        let skip = edits.map_or(0, |elst| {
            let [edit] = &elst.entries[..] else { panic!("one edit") };
            assert!(edit.edit_duration == 0 && edit.media_time > 0, "a skip to where the presentation starts");
            edit.media_time
        });
        assert_eq!(has_brand(b"cmf2"), skip == 0, "cmf2 promises that there is no edit list");
        let timescale = trak.mdia_box.mdhd_box.timescale.get();
        Played { init, moov, timescale, skip, segments: Vec::new(), samples: Vec::new(), sequence_number: 0 }
    }

    /// The type of the sample entry, as it stands in `stsd`.
    pub fn sample_entry(&self) -> [u8; 4] {
        let stsd = self.init.windows(4).position(|bytes| bytes == b"stsd").unwrap();
        self.init[stsd + 16..stsd + 20].try_into().unwrap()
    }

    /// Reads a segment, and checks what ISO/IEC 23000-19 7.3.2 and 7.3.3 ask of it.
    pub fn add_segment(&mut self, time: u64, duration: f64, bytes: &Bytes) {
        let first_sample = self.samples.len();
        let mut boxes = top_level(bytes).into_iter();
        assert_eq!(boxes.next().map(|(kind, _)| kind), Some(*b"styp"), "a segment starts with its type");
        while let Some((kind, range)) = boxes.next() {
            assert_eq!(kind, *b"moof");
            let (mdat, data) = boxes.next().expect("an mdat after its moof");
            assert_eq!(mdat, *b"mdat");
            self.add_fragment(bytes, range.start, data);
        }
        let sample_count = self.samples.len() - first_sample;
        self.segments.push(PlayedSegment { time, duration, bytes: bytes.len() as u64, first_sample, sample_count });
    }

    fn add_fragment(&mut self, bytes: &Bytes, start: usize, mdat: std::ops::Range<usize>) {
        let moof = MoofBox::decode(&bytes[start..]).expect("moof").0;
        let [traf] = &moof.traf_boxes[..] else { panic!("one traf") };
        let [trun] = &traf.trun_boxes[..] else { panic!("one trun") };
        let (header, track) = (&traf.tfhd_box, &self.moov.trak_boxes[0]);
        let trex = &self.moov.mvex_box.as_ref().unwrap().trex_boxes[0];
        assert!(header.default_base_is_moof && header.base_data_offset.is_none());
        assert_eq!(header.track_id, track.tkhd_box.track_id);
        let mut decode_time = traf.tfdt_box.as_ref().expect("tfdt").base_media_decode_time;
        if let Some(last) = self.samples.last() {
            assert_eq!(decode_time, last.decode_time + u64::from(last.duration), "decode times go on without a break");
        }
        let mut at = start + usize::try_from(trun.data_offset.expect("a data offset")).unwrap();
        assert_eq!(at, mdat.end - bytes_of(trun, header.default_sample_size), "the data fill the mdat");
        for (number, sample) in trun.samples.iter().enumerate() {
            let duration = sample.duration.or(header.default_sample_duration).unwrap_or(trex.default_sample_duration);
            let size = sample.size.or(header.default_sample_size).unwrap_or(trex.default_sample_size) as usize;
            let first_flags = trun.first_sample_flags.filter(|_| number == 0);
            let flags = first_flags.or(sample.flags).or(header.default_sample_flags);
            let sync = !flags.unwrap_or(trex.default_sample_flags).sample_is_non_sync_sample();
            assert!(sync || number > 0, "a fragment starts with a sync sample");
            let offset = sample.composition_time_offset.unwrap_or(0);
            self.samples.push(PlayedSample {
                decode_time,
                duration,
                shown: i64::try_from(decode_time).unwrap() + offset - self.skip,
                sync,
                data: bytes.slice(at..at + size),
            });
            decode_time += u64::from(duration);
            at += size;
        }
        let number = moof.mfhd_box.sequence_number;
        assert!(number > self.sequence_number, "sequence number {number} after {}", self.sequence_number);
        self.sequence_number = number;
    }

    pub fn seconds(&self, ticks: i64) -> f64 {
        ticks as f64 / f64::from(self.timescale)
    }
}

fn bytes_of(trun: &shiguredo_mp4::boxes::TrunBox, default: Option<u32>) -> usize {
    trun.samples.iter().map(|sample| sample.size.or(default).unwrap_or(0) as usize).sum()
}

/// Type and range of each top-level box; they fill `bytes`.
pub fn top_level(bytes: &[u8]) -> Vec<([u8; 4], std::ops::Range<usize>)> {
    let (mut found, mut at) = (Vec::new(), 0);
    while at < bytes.len() {
        let (header, _) = BoxHeader::decode(&bytes[at..]).expect("a box header");
        let BoxType::Normal(kind) = header.box_type else { panic!("a uuid box") };
        let end = at + usize::try_from(header.box_size.get()).unwrap();
        assert!(end <= bytes.len() && end > at, "a box of {} bytes", end - at);
        found.push((kind, at..end));
        at = end;
    }
    found
}
