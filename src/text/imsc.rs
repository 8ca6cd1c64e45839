//! Writes IMSC1 text profile documents (W3C IMSC 1.1) and the `stpp` sample entry (ISO/IEC 14496-30 clause 5).
//!
//! A document is one sample and stands for itself: it carries the styles and the regions of its cues, and its times
//! are on the track's timeline. It uses nothing that IMSC 1.0.1 lacks except `tts:ruby`, which an older reader passes
//! over, and therefore names both profiles; the codec string is that of the older, `stpp.ttml.im1t`.

use super::placement::Placement;
use super::runs::{Ruby, Run, Style};
use super::settings::write_percent;
use super::{Captions, Cue, boxes, cue_text, timestamp};
use crate::track::{Language, is_xml_character};
use std::fmt::Write;
use std::ops::Range;

/// The `stpp` sample entry box: namespace list, no schema location, no auxiliary types.
pub fn stpp_sample_entry() -> Vec<u8> {
    boxes::sample_entry(b"stpp", b"http://www.w3.org/ns/ttml\0\0\0")
}

/// An IMSC1 document with every cue shown at some moment of `window` (milliseconds), its times clipped to the window.
/// Well-formed whatever the cues hold.
pub fn imsc_document(captions: &Captions, language: &Language, window: Range<u64>) -> String {
    let places = captions.overlapping(window.start, window.end);
    let cues: Vec<&Cue> = places.into_iter().filter_map(|place| captions.cues.get(place)).collect();
    let regions = Regions::of(&cues);
    let mut out = String::from(HEAD);
    let _ = writeln!(out, r#" xml:lang="{}">"#, escaped(language.as_str()));
    out.push_str(STYLING);
    regions.write(&mut out);
    out.push_str("</head>\n<body style=\"text\">\n<div>\n");
    for cue in cues {
        paragraph(&mut out, cue, &window, &regions, captions.forced);
    }
    out.push_str("</div>\n</body>\n</tt>\n");
    out
}

const HEAD: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<tt xmlns="http://www.w3.org/ns/ttml" xmlns:ttp="http://www.w3.org/ns/ttml#parameter" xmlns:tts="http://www.w3.org/ns/ttml#styling" xmlns:itts="http://www.w3.org/ns/ttml/profile/imsc1#styling" ttp:contentProfiles="http://www.w3.org/ns/ttml/profile/imsc1.1/text" ttp:profile="http://www.w3.org/ns/ttml/profile/imsc1/text" ttp:timeBase="media" ttp:cellResolution="32 15""#;

/// The look that players give WebVTT: white on a dark box as wide as the words.
const STYLING: &str = r##"<head>
<styling>
<style xml:id="text" tts:fontFamily="proportionalSansSerif" tts:fontSize="80%" tts:lineHeight="125%" tts:color="#ffffff"/>
<style xml:id="words" tts:backgroundColor="#000000c0"/>
</styling>
"##;

/// The regions that the cues of a document need, one for each distinct placement.
struct Regions(Vec<(String, Placement)>);

impl Regions {
    fn of(cues: &[&Cue]) -> Self {
        let mut regions: Vec<(String, Placement)> = Vec::new();
        for cue in cues {
            if !regions.iter().any(|(settings, _)| *settings == cue.settings) && regions.len() < Self::MOST {
                regions.push((cue.settings.clone(), Placement::of(&cue.settings)));
            }
        }
        if regions.is_empty() {
            regions.push((String::new(), Placement::of("")));
        }
        Regions(regions)
    }

    /// Looking a region up is a scan, so there are not many; a window of cues has a handful of placements.
    const MOST: usize = 64;

    /// The first region is for what came after the most.
    fn id(&self, cue: &Cue) -> usize {
        self.0.iter().position(|(settings, _)| *settings == cue.settings).unwrap_or(0)
    }

    fn write(&self, out: &mut String) {
        out.push_str("<layout>\n");
        for (number, (_, placement)) in self.0.iter().enumerate() {
            let Placement { x, y, width, height, display_align, text_align, writing_mode } = *placement;
            let [x, y, width, height] = [x, y, width, height].map(write_percent);
            let _ = write!(
                out,
                r#"<region xml:id="r{number}" tts:origin="{x} {y}" tts:extent="{width} {height}" tts:displayAlign="{display_align}" tts:textAlign="{text_align}""#
            );
            if let Some(mode) = writing_mode {
                let _ = write!(out, r#" tts:writingMode="{mode}""#);
            }
            out.push_str("/>\n");
        }
        out.push_str("</layout>\n");
    }
}

fn paragraph(out: &mut String, cue: &Cue, window: &Range<u64>, regions: &Regions, forced: bool) {
    let begin = timestamp::format(cue.start.max(window.start));
    let end = timestamp::format(cue.end.min(window.end));
    let region = regions.id(cue);
    let forced = if forced { r#" itts:forcedDisplay="true""# } else { "" };
    let _ = write!(out, r#"<p region="r{region}" begin="{begin}" end="{end}"{forced}><span style="words">"#);
    let runs = cue_text::to_runs(&cue.payload);
    let mut rest = runs.as_slice();
    while let Some(first) = rest.first() {
        let same = rest.iter().take_while(|run| is_ruby(run) == is_ruby(first)).count().max(1);
        let (group, after) = rest.split_at(same);
        match is_ruby(first) {
            true => ruby(out, group),
            false => group.iter().for_each(|each| run(out, each, "")),
        }
        rest = after;
    }
    out.push_str("</span></p>\n");
}

fn is_ruby(run: &Run) -> bool {
    run.style.ruby != Ruby::None
}

/// Neighbouring runs of ruby: a container for each base with its text (TTML2 10.2.35).
fn ruby(out: &mut String, runs: &[Run]) {
    let mut rest = runs;
    while !rest.is_empty() {
        let bases = rest.iter().take_while(|run| run.style.ruby == Ruby::Base).count();
        let texts = rest.iter().skip(bases).take_while(|run| run.style.ruby == Ruby::Text).count();
        let (pair, after) = rest.split_at((bases + texts).max(1));
        out.push_str(r#"<span tts:ruby="container">"#);
        for each in pair {
            let part = if each.style.ruby == Ruby::Text { "text" } else { "base" };
            run(out, each, &format!(r#" tts:ruby="{part}""#));
        }
        out.push_str("</span>");
        rest = after;
    }
}

/// A run in a span, if it has anything to say beyond its text.
fn run(out: &mut String, run: &Run, more: &str) {
    let attributes = style_attributes(run.style) + more;
    if !attributes.is_empty() {
        let _ = write!(out, "<span{attributes}>");
    }
    for (number, line) in run.text.split('\n').enumerate() {
        if number > 0 {
            out.push_str("<br/>");
        }
        out.push_str(&escaped(line));
    }
    if !attributes.is_empty() {
        out.push_str("</span>");
    }
}

fn style_attributes(style: Style) -> String {
    let mut attributes = String::new();
    if style.bold {
        attributes.push_str(r#" tts:fontWeight="bold""#);
    }
    if style.italic {
        attributes.push_str(r#" tts:fontStyle="italic""#);
    }
    if style.underline {
        attributes.push_str(r#" tts:textDecoration="underline""#);
    }
    if let Some(colour) = style.colour {
        let _ = write!(attributes, r#" tts:color="{}""#, colour.name());
    }
    attributes
}

/// Text that may stand in an element or an attribute. What XML has no character for is left out.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\t' | '\n' | '\r' => out.push(' '),
            other if is_xml_character(other) => out.push(other),
            _ => {}
        }
    }
    out
}

#[cfg(test)]
mod tests;
