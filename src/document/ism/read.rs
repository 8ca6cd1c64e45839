//! What a server manifest says, as an asset: each dialect that is about, and nothing thrown away for one slip.

use super::names::{self, Called};
use super::properties::{
    ARM_ID, ASSET, BIT_RATE, FORMATS, FRAGMENTS_PER_SEGMENT, PARENT, Property, SCHEME, SUBTYPE, TRACK_NAME, TRANSCRIPT,
    Word, of_type,
};
use super::streams::{Stream, Streams};
use super::xml::Element;
use crate::document::discovery::file_name::extension;
use crate::document::json::Problems;
use crate::track::rules::words::{self, printable};
use crate::track::rules::{Breach, Rule};
use crate::track::{Asset, AssetKind, Kind, Signals, Track, TrackType, Visibility};
use std::cell::Cell;

/// A server manifest that was read.
pub(super) struct Read<'a> {
    pub(super) asset: Asset,
    /// Where each track of the asset stands.
    pub(super) elements: Vec<&'a Element>,
    pub(super) streams: Streams,
    pub(super) ignored: Vec<Breach>,
}

/// The formats of recordings of live streams.
const LIVE: [&str; 4] = ["vod-fmp4", "vod-cmaf", "live-fmp4", "ll-cmaf"];

impl<'a> Read<'a> {
    /// `root` is read of `text`.
    pub(super) fn of(text: &str, root: &'a Element) -> Read<'a> {
        let mut told = Told { lines: Lines::of(text), problems: Problems::default() };
        let mut asset = asset(root, &mut told);
        let mut elements = Vec::new();
        let mut called = Vec::new();
        let mut places = Vec::new();
        let media = media(root);
        if let Err(problem) = words::track_count(media.len()) {
            told.ignore(Rule::TrackLimit, "tracks", root.open.start, problem);
        }
        for element in media.into_iter().take(words::MOST_TRACKS) {
            let before = told.problems.ignored();
            let Some((track, call)) = track(element, &asset, &mut told) else { continue };
            places.push(before..told.problems.ignored());
            asset.tracks.push(track);
            elements.push(element);
            called.push(call);
        }
        let names = names::assign(&called);
        for (track, name) in asset.tracks.iter_mut().zip(&names) {
            track.name.clone_from(name);
        }
        for (place, name) in places.into_iter().zip(&names) {
            told.problems.of_track(place, name);
        }
        imply_default(&mut asset, &elements);
        let streams = elements.iter().zip(called).map(|(element, called)| stream(element, called));
        let streams = Streams::new(fragments(root, &mut told), names.into_iter().zip(streams));
        Read { asset, elements, streams, ignored: told.problems.all_ignored() }
    }
}

/// Reads `property` of `element` into `target`: the first of its words that says anything counts.
fn read<T: Clone>(property: &Property<T>, element: &Element, target: &mut T, told: &mut Told) {
    let mut said = property.words.iter().filter_map(|word| word.said(element));
    let Some((value, at)) = said.next() else { return };
    let before = target.clone();
    if let Err(problem) = (property.set)(target, value) {
        told.ignore(property.rule, property.field, at, problem);
    }
    for (other, at) in said {
        let mut otherwise = before.clone();
        let _ = (property.set)(&mut otherwise, other);
        if (property.get)(&otherwise) != (property.get)(target) {
            let problem = format!(
                "\"{}\" is said here and \"{}\" elsewhere, which counts; let both say the same",
                printable(other),
                printable(value)
            );
            told.ignore(property.rule, property.field, at, problem);
        }
    }
}

fn asset(root: &Element, told: &mut Told) -> Asset {
    let mut asset = Asset::default();
    let Some(head) = root.child("head") else { return asset };
    if FORMATS.said(head).is_some_and(|(format, _)| LIVE.iter().any(|live| live.eq_ignore_ascii_case(format.trim()))) {
        asset.kind = AssetKind::LiveArchive;
    }
    ASSET.iter().for_each(|property| read(property, head, &mut asset, told));
    asset
}

/// Azure counted the fragments of its own grid: one to five of them made a segment of MPEG-TS.
fn fragments(root: &Element, told: &mut Told) -> Option<u8> {
    let (count, at) = FRAGMENTS_PER_SEGMENT.said(root.child("head")?)?;
    let number = count.trim().parse().ok().filter(|number| (1..=5).contains(number));
    if number.is_none() {
        let problem = format!("fragmentsPerHLSSegment \"{}\" is no number from 1 to 5", printable(count));
        told.ignore(Rule::Document, "fragmentsPerHLSSegment", at, problem);
    }
    number
}

/// The elements that may be tracks, in the order of the document.
pub(super) fn media(root: &Element) -> Vec<&Element> {
    let mut found = Vec::new();
    let mut waiting: Vec<&Element> = root.children.iter().rev().filter(|child| !child.is("head")).collect();
    while let Some(element) = waiting.pop() {
        match ["video", "audio", "textstream", "text", "ref"].iter().any(|name| element.is(name)) {
            true => found.push(element),
            false => waiting.extend(element.children.iter().rev()),
        }
    }
    found
}

/// `None` where the element cannot be a track; why is told.
fn track(element: &Element, asset: &Asset, told: &mut Told) -> Option<(Track, Called)> {
    let at = element.open.start;
    let src = Word::Attribute("src");
    let Some((file, _)) = src.said(element) else {
        told.ignore(Rule::File, "file", at, format!("<{}> has no src, so it is left out", element.name));
        return None;
    };
    let Some(track_type) = track_type(element, file) else {
        let problem =
            format!("of which type \"{}\" is cannot be seen; write video, audio or textstream", printable(file));
        told.ignore(Rule::TrackType, "type", at, problem);
        return None;
    };
    let file = file.strip_prefix("./").unwrap_or(file);
    if let Some(problem) = aside(element, file, track_type) {
        told.ignore(Rule::Document, "file", at, problem);
        return None;
    }
    let mut track = Track::new(String::new(), track_type, String::new());
    if is_unordered(element, file, asset) {
        track.visibility = Visibility::Hidden;
    }
    for property in of_type(track_type) {
        read(property, element, &mut track, told);
    }
    // What is wrong with it is told.
    words::file(&track.file).ok()?;
    let owned = |word: Word| word.said(element).map(|(value, _)| value.trim().to_owned());
    let called = Called {
        arm_id: owned(ARM_ID),
        track_name: owned(TRACK_NAME),
        bit_rate: bit_rate(element, told),
        track_type,
        file: track.file.clone(),
    };
    Some((track, called))
}

fn track_type(element: &Element, file: &str) -> Option<TrackType> {
    if element.is("video") {
        return Some(TrackType::Video);
    }
    if element.is("audio") {
        return Some(TrackType::Audio);
    }
    if !element.is("ref") {
        return Some(TrackType::Text);
    }
    let said = Word::Attribute("type").said(element).map(|(media_type, _)| media_type.trim().to_ascii_lowercase());
    match said.as_deref().and_then(|media_type| media_type.split('/').next()) {
        Some("video") => return Some(TrackType::Video),
        Some("audio") => return Some(TrackType::Audio),
        Some("text" | "textstream") => return Some(TrackType::Text),
        _ => {}
    }
    match extension(file).as_str() {
        "cmfv" | "m4v" => Some(TrackType::Video),
        "cmfa" | "m4a" | "isma" => Some(TrackType::Audio),
        "cmft" | "ismt" | "vtt" | "ttml" | "dfxp" => Some(TrackType::Text),
        _ => None,
    }
}

/// Why an element is no track that could be served.
fn aside(element: &Element, file: &str, track_type: TrackType) -> Option<String> {
    if extension(file).is_empty() {
        return Some(format!(
            "\"{}\" is a folder of fragments, as a live archive has them, so the track is left out; join its fragments to one MP4 file",
            printable(file)
        ));
    }
    let said = |word: Word| word.said(element).map(|(value, _)| value.trim());
    let is_caption = |subtype: &str| ["CAPT", "SUBT"].iter().any(|word| word.eq_ignore_ascii_case(subtype));
    let is_text = track_type == TrackType::Text && said(SUBTYPE).is_none_or(is_caption);
    let of_data = match said(SUBTYPE) {
        Some(subtype) => (!is_caption(subtype)).then(|| format!("Subtype \"{}\"", printable(subtype))),
        None => said(SCHEME).map(|scheme| format!("Scheme \"{}\"", printable(scheme))),
    };
    let of_another = said(PARENT).filter(|_| !is_text || said(SUBTYPE).is_none());
    let mark = of_data.or_else(|| of_another.map(|parent| format!("parentTrackName \"{}\"", printable(parent))))?;
    Some(format!("{mark} marks data that goes with another track; it is left out"))
}

/// The captions that a live transcription made of all its guesses: Azure kept them beside the captions that it showed.
fn is_unordered(element: &Element, file: &str, asset: &Asset) -> bool {
    let named = TRACK_NAME.said(element).map_or("", |(name, _)| name);
    let says = |text: &str| text.to_ascii_lowercase().contains("nbest");
    let is_webvtt = extension(file) == "vtt";
    is_webvtt && (asset.kind == AssetKind::LiveArchive || says(file) || says(named))
}

/// The first number above zero: of two that differ, one is often zero.
fn bit_rate(element: &Element, told: &mut Told) -> Option<u64> {
    let said: Vec<(&str, usize)> = BIT_RATE.iter().filter_map(|word| word.said(element)).collect();
    let number = |word: &str| word.trim().parse::<u64>().ok().filter(|rate| *rate > 0);
    let counts = said.iter().find_map(|(word, _)| number(word));
    for (word, at) in said {
        // Zero alone is how Azure wrote that it did not know.
        if number(word) != counts || counts.is_none() && word.trim() != "0" {
            let instead =
                counts.map_or("write a number of bits per second".to_owned(), |rate| format!("{rate} counts"));
            let problem = format!("systemBitrate \"{}\" counts for nothing; {instead}", printable(word));
            told.ignore(Rule::Document, "systemBitrate", at, problem);
        }
    }
    counts
}

/// Where nothing is said of any default sound, it is the first that is the programme's own, as it was in Azure.
fn imply_default(asset: &mut Asset, elements: &[&Element]) {
    let tells = |track: &Track, element: &Element| {
        let words = of_type(track.track_type).iter().filter(|property| property.field == "default");
        words.flat_map(|property| property.words).any(|word| word.said(element).is_some())
    };
    let is_audio = |track: &Track| track.track_type == TrackType::Audio;
    if asset.tracks.iter().zip(elements).any(|(track, element)| is_audio(track) && tells(track, element)) {
        return;
    }
    let is_main = |track: &&mut Track| is_audio(track) && track.is_visible() && Signals::of(track).kind == Kind::Main;
    if let Some(first) = asset.tracks.iter_mut().find(is_main) {
        first.default = true;
    }
}

fn stream(element: &Element, called: Called) -> Stream {
    let without_name = match called.track_type {
        TrackType::Video => "video",
        TrackType::Audio => "audio",
        TrackType::Text => "textstream",
    };
    Stream {
        track_name: called.track_name.unwrap_or_else(|| without_name.to_owned()),
        bit_rate: called.bit_rate,
        arm_id: called.arm_id,
        transcript: TRANSCRIPT.said(element).map(|(file, _)| file.trim().to_owned()),
    }
}

/// What is ignored, with its line.
struct Told<'a> {
    lines: Lines<'a>,
    problems: Problems,
}

impl Told<'_> {
    fn ignore(&mut self, rule: Rule, field: &'static str, at: usize, problem: String) {
        self.problems.ignore(rule, field, format!("line {}", self.lines.at(at)), problem);
    }
}

/// Counts lines on from where it counted last: problems are met in order, or nearly.
pub(super) struct Lines<'a> {
    text: &'a str,
    counted: Cell<(usize, usize)>,
}

impl<'a> Lines<'a> {
    pub(super) fn of(text: &'a str) -> Lines<'a> {
        Lines { text, counted: Cell::new((0, 1)) }
    }

    /// The line of a place, the first being 1.
    pub(super) fn at(&self, at: usize) -> usize {
        let (from, line) = Some(self.counted.get()).filter(|(from, _)| *from <= at).unwrap_or((0, 1));
        let between = self.text.as_bytes().get(from..at).unwrap_or_default();
        let line = line + between.iter().filter(|byte| **byte == b'\n').count();
        self.counted.set((at, line));
        line
    }
}
