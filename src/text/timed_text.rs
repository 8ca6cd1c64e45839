//! The samples of an MP4 text track as captions.
//!
//! A packager cuts a cue wherever another one or a segment begins. The pieces are joined again: what reads the same
//! and starts where the other ended is one cue.

use super::warnings::Warnings;
use super::{Captions, Cue, TextError, ttml, tx3g, wvtt_read};
use bytes::Bytes;
use std::collections::HashMap;

/// What the samples of a text track are, as its sample entry names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SampleForm {
    /// `tx3g`: 3GPP timed text, also known as MPEG-4 or QuickTime timed text (3GPP TS 26.245).
    Tx3g,
    /// `wvtt`: WebVTT cues in boxes (ISO/IEC 14496-30 clause 7).
    Wvtt,
    /// `stpp`: a TTML document in each sample (ISO/IEC 14496-30 clause 5), whose times are on the track's timeline.
    Stpp,
}

/// Reads the samples of a text track: start and end in milliseconds of the presentation, and bytes, in decoding order.
/// `sample_entry` is the whole box. Samples that cannot be read are left out with a warning; if none can, that is an
/// error, whose line is one within the first sample.
pub fn read_samples(
    form: SampleForm,
    sample_entry: &[u8],
    samples: impl Iterator<Item = (u64, u64, Bytes)>,
) -> Result<Captions, TextError> {
    let mut track = Track::default();
    let defaults = tx3g::Defaults::of(sample_entry);
    for (start, end, data) in samples {
        if start >= end {
            continue;
        }
        let read = match form {
            SampleForm::Tx3g => track.pieces(start, end, tx3g::read(&data, &defaults)),
            SampleForm::Wvtt => track.pieces(start, end, wvtt_read::read(&data)),
            SampleForm::Stpp => ttml::read_within(&data, start..end).map(|document| track.document(start, document)),
        };
        track.note(start, read);
    }
    let forced = match form {
        SampleForm::Tx3g => defaults.forced,
        SampleForm::Wvtt => false,
        SampleForm::Stpp => track.forced && !track.cues.is_empty(),
    };
    let blocks = if form == SampleForm::Wvtt { wvtt_read::blocks(sample_entry) } else { Vec::new() };
    track.finish(blocks, forced)
}

/// A cue without times, as samples repeat it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Piece {
    /// `vsid`: pieces of one cue have the same.
    pub(super) source: Option<u32>,
    pub(super) id: Option<String>,
    pub(super) settings: String,
    pub(super) payload: String,
}

impl Piece {
    pub(super) fn plain(payload: String) -> Self {
        Piece { source: None, id: None, settings: String::new(), payload }
    }
}

/// What has been read of the track.
struct Track {
    captions: Captions,
    cues: Vec<Cue>,
    /// The cue that each piece went into last.
    latest: HashMap<Piece, usize>,
    warnings: Warnings,
    /// No document yet had a cue that is not forced.
    forced: bool,
    readable: usize,
    first_error: Option<TextError>,
}

impl Default for Track {
    fn default() -> Self {
        Track {
            captions: Captions::default(),
            cues: Vec::new(),
            latest: HashMap::new(),
            warnings: Warnings::default(),
            forced: true,
            readable: 0,
            first_error: None,
        }
    }
}

impl Track {
    fn pieces(&mut self, start: u64, end: u64, pieces: Result<Vec<Piece>, String>) -> Result<(), TextError> {
        let pieces = pieces.map_err(|problem| TextError::new(1, problem))?;
        pieces.into_iter().for_each(|piece| self.join(start, end, piece));
        Ok(())
    }

    fn document(&mut self, at: u64, document: Captions) {
        self.forced &= document.forced || document.cues.is_empty();
        if self.captions.language.is_none() {
            self.captions.language = document.language;
        }
        for warning in document.warnings {
            self.warnings.note(|| format!("sample at {at} ms: {warning}"));
        }
        for Cue { id, start, end, settings, payload } in document.cues {
            self.join(start, end, Piece { source: None, id, settings, payload });
        }
    }

    fn join(&mut self, start: u64, end: u64, piece: Piece) {
        let before = self.latest.get(&piece).and_then(|&place| self.cues.get_mut(place));
        if let Some(cue) = before.filter(|cue| cue.end == start) {
            cue.end = end;
            return;
        }
        let Piece { id, settings, payload, .. } = piece.clone();
        self.latest.insert(piece, self.cues.len());
        self.cues.push(Cue { id, start, end, settings, payload });
    }

    fn note(&mut self, start: u64, read: Result<(), TextError>) {
        let Err(error) = read else {
            self.readable += 1;
            return;
        };
        self.warnings.note(|| format!("sample at {start} ms left out: {error}"));
        self.first_error.get_or_insert(error);
    }

    fn finish(self, blocks: Vec<String>, forced: bool) -> Result<Captions, TextError> {
        match self.first_error {
            Some(error) if self.readable == 0 => Err(error),
            _ => {
                let warnings = self.warnings.into_vec();
                Ok(Captions { blocks, cues: self.cues, warnings, forced, ..self.captions }.sorted())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{imsc_document, read_webvtt, stpp_sample_entry, wvtt_sample_entry, wvtt_samples};
    use super::*;
    use crate::track::Language;
    use proptest::prelude::*;

    const FILE: &str = "WEBVTT\n\nSTYLE\n::cue(b) { color: lime }\n\n\
                        one\n00:00:01.000 --> 00:00:08.000 line:0\nOver the border\n\n\
                        00:00:03.000 --> 00:00:05.500\nWithin &amp; beside\n\n\
                        00:00:05.500 --> 00:00:20.000\nLong\n";

    fn original() -> Captions {
        read_webvtt(FILE.as_bytes()).unwrap()
    }

    fn wvtt(captions: &Captions, cut: u64, end: u64) -> Vec<(u64, u64, Bytes)> {
        let mut samples = Vec::new();
        let mut at = 0;
        for start in (0..end).step_by(usize::try_from(cut).unwrap()) {
            for sample in wvtt_samples(captions, start..start + cut, 1000) {
                samples.push((at, at + u64::from(sample.duration), Bytes::from(sample.data)));
                at += u64::from(sample.duration);
            }
        }
        samples
    }

    #[test]
    fn a_wvtt_track_comes_back_whole() {
        let entry = wvtt_sample_entry(&original());
        let read = read_samples(SampleForm::Wvtt, &entry, wvtt(&original(), 2000, 20_000).into_iter()).unwrap();
        assert_eq!(read, original());
    }

    #[test]
    fn an_stpp_track_comes_back_whole() {
        let language = Language::parse("en").unwrap();
        let sample = |start: u64| {
            let document = imsc_document(&original(), &language, start..start + 6000);
            (start, start + 6000, Bytes::from(document))
        };
        let samples = (0..24_000).step_by(6000).map(sample);
        let read = read_samples(SampleForm::Stpp, &stpp_sample_entry(), samples).unwrap();
        let times = |captions: &Captions| captions.cues.iter().map(|cue| (cue.start, cue.end)).collect::<Vec<_>>();
        assert_eq!(times(&read), times(&original()));
        assert_eq!(read.cues[1].payload, "Within &amp; beside");
        assert_eq!(read.language, Some(language));
        assert_eq!(read.warnings, Vec::<String>::new());
    }

    #[test]
    fn a_tx3g_track_with_a_gap() {
        let sample = |text: &str| Bytes::from([&[0, u8::try_from(text.len()).unwrap()], text.as_bytes()].concat());
        let samples =
            [(0, 1000, sample("")), (1000, 2000, sample("a")), (2000, 3000, sample("a")), (3000, 4000, sample("b"))];
        let read = read_samples(SampleForm::Tx3g, &[], samples.into_iter()).unwrap();
        let cues: Vec<_> = read.cues.iter().map(|cue| (cue.start, cue.end, cue.payload.as_str())).collect();
        assert_eq!(cues, [(1000, 3000, "a"), (3000, 4000, "b")]);
        assert!(!read.forced);
    }

    #[test]
    fn the_same_text_after_a_pause_is_another_cue() {
        let sample = Bytes::from_static(&[0, 1, b'a']);
        let samples = [(0, 1000, sample.clone()), (1500, 2000, sample)];
        assert_eq!(read_samples(SampleForm::Tx3g, &[], samples.into_iter()).unwrap().cues.len(), 2);
    }

    #[test]
    fn one_bad_sample_is_told_and_only_bad_ones_are_an_error() {
        let bad = Bytes::from_static(&[0, 9, b'a']);
        let good = Bytes::from_static(&[0, 1, b'a']);
        let read = read_samples(SampleForm::Tx3g, &[], [(0, 500, bad.clone()), (500, 900, good)].into_iter()).unwrap();
        assert_eq!(read.cues.len(), 1);
        assert!(read.warnings[0].starts_with("sample at 0 ms left out"), "{:?}", read.warnings);
        assert!(read_samples(SampleForm::Tx3g, &[], [(0, 500, bad)].into_iter()).is_err());
        assert_eq!(read_samples(SampleForm::Stpp, &[], std::iter::empty()).unwrap(), Captions::default());
    }

    proptest! {
        #[test]
        fn any_samples_are_answered(
            entry in prop::collection::vec(any::<u8>(), 0..80),
            samples in prop::collection::vec((0u64..9, 0u64..9, prop::collection::vec(any::<u8>(), 0..60)), 0..5),
        ) {
            for form in [SampleForm::Tx3g, SampleForm::Wvtt, SampleForm::Stpp] {
                let samples = samples.iter().map(|(start, end, data)| (*start, *end, Bytes::copy_from_slice(data)));
                let _ = read_samples(form, &entry, samples);
            }
        }

        #[test]
        fn wvtt_boxes_of_any_kind_are_answered(data in prop::collection::vec(
            prop::sample::select(vec![0u8, 8, 9, 20, b'v', b't', b'c', b'p', b'a', b'y', b'l']), 0..60)) {
            let _ = read_samples(SampleForm::Wvtt, &data, std::iter::once((0, 1, Bytes::from(data.clone()))));
        }
    }
}
