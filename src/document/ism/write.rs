//! An edit, written into a server manifest: what it must change is changed, and every other byte stays.
//!
//! Some of what is read is not said in words but follows from what stands around it: names, and which sound is the
//! default. So the edited text is read again, and what is then read wrong is written out.

use super::patch::{Line, Patch, deeper, escaped};
use super::properties::{ARM_ID, ASSET, BIT_RATE, INDEX, Property, TRACK_NAME, TRANSCRIPT, Word, of_type};
use super::read::Read;
use super::xml::Element;
use crate::track::{Asset, Track, TrackType};
use std::collections::{HashMap, HashSet};

/// Bits per second by track name, for tracks that are written anew.
pub(super) type BitRates = HashMap<String, u64>;

/// What is written out each time may take a word from something else; it does so a few times at the most.
const ROUNDS: usize = 16;

/// `text`, which can be read, saying `after`.
pub(super) fn write(text: &str, after: &Asset, bit_rates: &BitRates) -> String {
    let mut edit = Edit { after, bit_rates, spelt_out: SpeltOut::default() };
    let text = with_room(text, after);
    let mut written = text.clone();
    for _ in 0..ROUNDS {
        written = edit.once(&text);
        if !edit.spell_out_what_is_misread(&written) {
            break;
        }
    }
    written
}

/// A document that is one empty tag gets an end tag, if there is something to be put before it.
fn with_room(text: &str, after: &Asset) -> String {
    let Ok(root) = Element::parse(text) else { return text.to_owned() };
    if !root.is_empty_tag || Read::of(text, &root).asset == *after {
        return text.to_owned();
    }
    let mut patch = Patch::of(text);
    patch.append(&root, &[Box::new(|_| String::new())]);
    patch.applied(0..text.len())
}

struct Edit<'a> {
    after: &'a Asset,
    bit_rates: &'a BitRates,
    spelt_out: SpeltOut,
}

/// What is written though it might go without saying.
#[derive(Default)]
struct SpeltOut {
    /// Fields of the asset.
    asset: HashSet<&'static str>,
    /// Names, by the tracks' places in the edited asset.
    names: HashSet<usize>,
    /// Fields of tracks.
    fields: HashSet<(usize, &'static str)>,
}

impl Edit<'_> {
    /// Whether more is spelt out now than before.
    fn spell_out_what_is_misread(&mut self, written: &str) -> bool {
        let Ok(root) = Element::parse(written) else { return false };
        let read = Read::of(written, &root).asset;
        let SpeltOut { asset, names, fields } = &mut self.spelt_out;
        let mut more = false;
        for property in ASSET {
            more |= (property.get)(&read) != (property.get)(self.after) && asset.insert(property.field);
        }
        if read.tracks.len() != self.after.tracks.len() {
            return more;
        }
        for (place, (read, wanted)) in read.tracks.iter().zip(&self.after.tracks).enumerate() {
            more |= read.name != wanted.name && names.insert(place);
            for property in of_type(wanted.track_type) {
                more |= (property.get)(read) != (property.get)(wanted) && fields.insert((place, property.field));
            }
        }
        more
    }

    fn once(&self, text: &str) -> String {
        let Ok(root) = Element::parse(text) else { return text.to_owned() };
        let read = Read::of(text, &root);
        let mut patch = Patch::of(text);
        let style = Style::of(text, &root);
        self.write_asset(&read.asset, &root, &style, &mut patch);
        self.write_tracks(text, &read, &root, &style, &mut patch);
        patch.applied(0..text.len())
    }

    fn write_asset(&self, before: &Asset, root: &Element, style: &Style, patch: &mut Patch) {
        let nowhere = Element::default();
        let head = root.child("head");
        let mut new = Vec::new();
        for property in ASSET {
            let (old, now) = ((property.get)(before), (property.get)(self.after));
            if old != now || self.spelt_out.asset.contains(property.field) {
                new.extend(property.say(now, head.unwrap_or(&nowhere), patch));
            }
        }
        let metas: Vec<Line> = new.iter().map(|(name, content)| style.meta(name, content)).collect();
        match head {
            Some(head) => patch.append(head, &metas),
            None if metas.is_empty() => {}
            None => {
                let line = patch.line_of_children(root);
                let inner: String = metas.iter().map(|meta| deeper(&line) + &meta(&line)).collect();
                let prefix = &style.prefix;
                patch.prepend(root, format!("<{prefix}head>{inner}{line}</{prefix}head>"));
            }
        }
    }

    /// Tracks that stay keep their places among those that stay, as many as they are: where their order changes they
    /// change places, and what stands between them does not.
    fn write_tracks(&self, text: &str, read: &Read, root: &Element, style: &Style, patch: &mut Patch) {
        let sources = sources(&read.asset.tracks, &self.after.tracks);
        let stays: HashSet<usize> = sources.iter().flatten().copied().collect();
        let mut slots = Vec::new();
        for (source, element) in read.elements.iter().enumerate() {
            match stays.contains(&source) {
                true => slots.push(*element),
                false => patch.remove(element),
            }
        }
        let mut used = 0;
        let mut new = Vec::new();
        for (place, track) in self.after.tracks.iter().enumerate() {
            match sources.get(place).copied().flatten() {
                Some(source) => {
                    let written = self.edited(text, read, source, place, style);
                    if let Some(slot) = slots.get(used) {
                        patch.replace(slot.whole.clone(), written);
                    }
                    used += 1;
                }
                None => new.push((used, place, track)),
            }
        }
        let begun = |place: usize, track| -> Line { Box::new(move |line| self.begun(place, track, line, style)) };
        if slots.is_empty() {
            let lines: Vec<Line> = new.iter().map(|(_, place, track)| begun(*place, track)).collect();
            return match container(root) {
                Some(container) => patch.append(container, &lines),
                None if lines.is_empty() => {}
                None => patch.append(root, &[style.body(lines)]),
            };
        }
        for (behind, place, track) in new {
            let neighbour = slots[behind.saturating_sub(1).min(slots.len() - 1)];
            let line = patch.line_of(neighbour).to_owned();
            let written = begun(place, track)(&line);
            match behind {
                0 => patch.replace(neighbour.whole.start..neighbour.whole.start, written + &line),
                _ => patch.replace(neighbour.whole.end..neighbour.whole.end, line + &written),
            }
        }
    }

    /// The element of a track that was there.
    fn edited(&self, text: &str, read: &Read, source: usize, place: usize, style: &Style) -> String {
        let (Some(before), Some(element)) = (read.asset.tracks.get(source), read.elements.get(source)) else {
            return String::new();
        };
        let after = &self.after.tracks[place];
        let mut patch = Patch::of(text);
        let mut new = Vec::new();
        for property in of_type(after.track_type) {
            let (old, now) = ((property.get)(before), (property.get)(after));
            if old != now || self.spelt_out.fields.contains(&(place, property.field)) {
                new.extend(property.say(now, element, &mut patch));
            }
        }
        if self.spelt_out.names.contains(&place) {
            new.extend(say(&[ARM_ID], ARM_ID, Some(&after.name), element, &mut patch));
        }
        if before.file != after.file {
            // What was made of the old file.
            for word in [TRANSCRIPT, INDEX] {
                say(&[word], word, None, element, &mut patch);
            }
        }
        let params: Vec<Line> = new.iter().map(|(name, value)| style.param(name, value)).collect();
        patch.append(element, &params);
        patch.applied(element.whole.clone())
    }

    /// The element of a track that was not there.
    fn begun(&self, place: usize, track: &Track, line: &str, style: &Style) -> String {
        let Style { prefix, quote, .. } = style;
        let element = match track.track_type {
            TrackType::Video => "video",
            TrackType::Audio => "audio",
            TrackType::Text => "textstream",
        };
        let bit_rate = self.bit_rates.get(&track.name).map(u64::to_string);
        let mut words: Vec<(Word, String)> = Vec::new();
        for property in of_type(track.track_type) {
            let is_spelt_out = self.spelt_out.fields.contains(&(place, property.field));
            let plain = property.plain.filter(|_| is_spelt_out).map(str::to_owned);
            words.extend((property.get)(track).or(plain).map(|value| (property.written, value)));
        }
        words.extend(
            bit_rate.clone().into_iter().flat_map(|rate| BIT_RATE.iter().map(move |word| (*word, rate.clone()))),
        );
        // All levels of video have one name; where they have no bit rate, that would tell nothing.
        let is_level = track.track_type == TrackType::Video && bit_rate.is_some();
        words.push((TRACK_NAME, if is_level { "video".to_owned() } else { track.name.clone() }));
        if self.spelt_out.names.contains(&place) {
            words.push((ARM_ID, track.name.clone()));
        }
        let inner = deeper(line);
        let (mut attributes, mut params) = (String::new(), String::new());
        for (word, value) in &words {
            match word {
                Word::Attribute(name) => attributes += &format!(" {name}={quote}{}{quote}", escaped(value, *quote)),
                Word::Param(name) | Word::Meta(name) => params += &(inner.clone() + &style.param(name, value)(&inner)),
            }
        }
        format!("<{prefix}{element}{attributes}>{params}{line}</{prefix}{element}>")
    }
}

/// For each track of the edited list the one that it was: of its name, else of its file.
fn sources(before: &[Track], after: &[Track]) -> Vec<Option<usize>> {
    let mut by_name: HashMap<_, usize> =
        before.iter().enumerate().map(|(place, track)| ((track.track_type, track.name.as_str()), place)).collect();
    let mut sources: Vec<Option<usize>> =
        after.iter().map(|track| by_name.remove(&(track.track_type, track.name.as_str()))).collect();
    fn stream(track: &Track) -> (TrackType, &str, Option<u32>) {
        (track.track_type, track.file.as_str(), track.track_id)
    }
    let mut by_stream: HashMap<_, usize> = by_name.into_values().map(|place| (stream(&before[place]), place)).collect();
    for (source, track) in sources.iter_mut().zip(after).filter(|(source, _)| source.is_none()) {
        *source = by_stream.remove(&stream(track));
    }
    sources
}

/// Where tracks belong.
fn container(root: &Element) -> Option<&Element> {
    let body = root.child("body")?;
    Some(body.child("switch").unwrap_or(body))
}

impl<T> Property<T> {
    /// Writes the value wherever `element` says the property. What has no place there yet is given back, as a name and
    /// a value for a new `param` or `meta`.
    fn say(&self, value: Option<String>, element: &Element, patch: &mut Patch) -> Option<(&'static str, String)> {
        say(self.words, self.written, value.as_deref().or(self.plain), element, patch)
    }
}

fn say(
    words: &[Word],
    written: Word,
    value: Option<&str>,
    element: &Element,
    patch: &mut Patch,
) -> Option<(&'static str, String)> {
    let mut is_said = false;
    for word in words {
        let (places, attribute) = word.places(element);
        is_said |= !places.is_empty();
        for place in places {
            match (value, word) {
                (Some(value), _) => match place.attribute(attribute) {
                    Some(attribute) => patch.set(attribute, value),
                    None => patch.add_attribute(place, attribute, value),
                },
                (None, Word::Attribute(name)) => {
                    place.attributes_named(name).for_each(|attribute| patch.remove_attribute(attribute));
                }
                (None, _) => patch.remove(place),
            }
        }
    }
    let value = value.filter(|_| !is_said)?;
    match written {
        Word::Attribute(name) => {
            patch.add_attribute(element, name, value);
            None
        }
        Word::Param(name) | Word::Meta(name) => Some((name, value.to_owned())),
    }
}

/// How the document writes its elements.
struct Style {
    /// Of names, with the colon.
    prefix: String,
    quote: char,
    /// What ends an empty tag.
    end: &'static str,
    /// What stands behind the value of a param: ` valuetype="data"`, or nothing.
    value_type: String,
}

impl Style {
    fn of(text: &str, root: &Element) -> Style {
        let mut first = Style {
            prefix: root.prefix().to_owned(),
            quote: '"',
            end: " />",
            value_type: " valuetype=\"data\"".to_owned(),
        };
        let mut waiting = vec![root];
        while let Some(element) = waiting.pop() {
            if element.is("param") || element.is("meta") {
                let tag = text.get(element.open.clone()).unwrap_or_default();
                first.quote = element.attributes.first().and_then(|name| name.quote).unwrap_or('"');
                first.end = if tag.ends_with(" />") || !element.is_empty_tag { " />" } else { "/>" };
            }
            if element.is("param") {
                let quote = first.quote;
                let value_type = element.attribute("valuetype");
                first.value_type =
                    value_type.map(|found| format!(" {}={quote}data{quote}", found.name)).unwrap_or_default();
                break;
            }
            waiting.extend(element.children.iter().rev());
        }
        first
    }

    fn param<'a>(&'a self, name: &'a str, value: &'a str) -> Line<'a> {
        self.empty("param", name, "value", value, &self.value_type)
    }

    fn meta<'a>(&'a self, name: &'a str, content: &'a str) -> Line<'a> {
        self.empty("meta", name, "content", content, "")
    }

    fn empty<'a>(&'a self, element: &'a str, name: &'a str, of: &'a str, value: &'a str, more: &'a str) -> Line<'a> {
        Box::new(move |_| {
            let Style { prefix, quote, end, .. } = self;
            let value = escaped(value, *quote);
            format!("<{prefix}{element} name={quote}{name}{quote} {of}={quote}{value}{quote}{more}{end}")
        })
    }

    fn body<'a>(&'a self, tracks: Vec<Line<'a>>) -> Line<'a> {
        Box::new(move |line| {
            let prefix = &self.prefix;
            let (switch, track) = (deeper(line), deeper(&deeper(line)));
            let tracks: String = tracks.iter().map(|written| track.clone() + &written(&track)).collect();
            format!("<{prefix}body>{switch}<{prefix}switch>{tracks}{switch}</{prefix}switch>{line}</{prefix}body>")
        })
    }
}
