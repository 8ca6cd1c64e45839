//! The MPD as the service wrote it (its `mpd-time-csf` and `mpd-time-cmaf`).

use crate::links::{At, Object, Options, TICKS};
use crate::manifest::dash::{AdaptationSet, Document, adaptation_sets, channel_configuration, duration, facts};
use crate::manifest::{LinkAddresses, TextForm};
use crate::presentation::{Presentation, Rendition, Time};
use crate::track::{Role, TrackType};
use std::collections::HashMap;

/// The scheme of TV-Anytime, which the service did not use.
const AUDIO_PURPOSE: &str = "urn:tva:metadata:cs:AudioPurposeCS:2007";

/// Writes the MPD. All times are in ticks of 100 nanoseconds, and one template serves all qualities of a set: the bit rate
/// in its URLs is `@bandwidth`, which is therefore the document's.
pub fn mpd(presentation: &Presentation, links: &LinkAddresses) -> String {
    let mut document = Document::new(About { links, sets: 0, representations: HashMap::new() });
    let total = duration(presentation.duration);
    let attributes = [
        ("xmlns", "urn:mpeg:dash:schema:mpd:2011"),
        ("profiles", "urn:mpeg:dash:profile:isoff-live:2011"),
        ("type", "static"),
        ("mediaPresentationDuration", &total),
        ("minBufferTime", "PT7S"),
    ];
    document.element("MPD", &attributes, |document| {
        document.element("Period", &[], |document| {
            // Sound first: some players took the first set for it.
            let mut sets = adaptation_sets(presentation);
            sets.sort_by_key(|set| set.track_type() != TrackType::Audio);
            for set in &sets {
                let mut parts = templates(set, links);
                for part in &mut parts {
                    let is_chosen = |r: &&Rendition| presentation.first_video.as_ref() == Some(&r.name);
                    part.sort_by_key(|r| (!is_chosen(r), std::cmp::Reverse(links.called(r).1)));
                    document.adaptation_set(set, part);
                }
            }
        });
    });
    document.finish()
}

/// The renditions of a set, by what one template can address: those of one name whose segments begin at the same ticks.
fn templates<'a>(set: &AdaptationSet<'a>, links: &LinkAddresses) -> Vec<Vec<&'a Rendition>> {
    let mut parts: Vec<Vec<&Rendition>> = Vec::new();
    for &rendition in &set.renditions {
        let fits = |part: &&mut Vec<&Rendition>| {
            part.first().is_some_and(|first| {
                links.called(first).0 == links.called(rendition).0 && starts(first).eq(starts(rendition))
            })
        };
        match parts.iter_mut().find(fits) {
            Some(part) => part.push(rendition),
            None => parts.push(vec![rendition]),
        }
    }
    parts
}

fn starts(rendition: &Rendition) -> impl Iterator<Item = u64> {
    rendition.timeline.segments.iter().map(|segment| ticks(segment.time, rendition))
}

fn ticks(time: u64, rendition: &Rendition) -> u64 {
    Time::new(time, rendition.timeline.timescale).in_timescale(TICKS)
}

struct About<'a> {
    links: &'a LinkAddresses<'a>,
    /// Adaptation sets so far.
    sets: usize,
    /// Representations so far, by what begins their ids.
    representations: HashMap<String, usize>,
}

/// `@group`, and the letter in the ids of representations.
fn group(track_type: TrackType) -> (&'static str, &'static str) {
    match track_type {
        TrackType::Video => ("1", "V"),
        TrackType::Audio => ("5", "A"),
        TrackType::Text => ("3", "T"),
    }
}

impl Document<About<'_>> {
    fn adaptation_set(&mut self, set: &AdaptationSet, renditions: &[&Rendition]) {
        let Some(&lead) = renditions.first() else { return };
        self.about.sets += 1;
        let id = self.about.sets.to_string();
        let (group, _) = group(lead.track_type);
        let mime_type = match lead.track_type {
            TrackType::Video => "video/mp4",
            TrackType::Audio => "audio/mp4",
            TrackType::Text => "application/mp4",
        };
        let most = |side: fn(&crate::isobmff::VideoFacts) -> u32| {
            renditions.iter().filter_map(|r| r.video()).map(side).max().unwrap_or(0).to_string()
        };
        let (width, height) = (most(|video| video.width), most(|video| video.height));
        let mut attributes = vec![
            ("id", id.as_str()),
            ("group", group),
            ("profiles", "ccff"),
            ("bitstreamSwitching", "false"),
            ("segmentAlignment", "true"),
            ("contentType", lead.track_type.as_str()),
            ("mimeType", mime_type),
            ("codecs", codecs(lead)),
        ];
        if let Some(language) = set.language() {
            attributes.push(("lang", language.as_str()));
        }
        if lead.track_type == TrackType::Video {
            let sap = if renditions.iter().any(|r| r.timeline.leading_pictures) { "2" } else { "1" };
            attributes.extend([("maxWidth", width.as_str()), ("maxHeight", &height), ("startWithSAP", sap)]);
        }
        self.element("AdaptationSet", &attributes, |document| {
            if let Some((scheme, value)) = lead.audio().and_then(channel_configuration) {
                document.descriptor("AudioChannelConfiguration", scheme, &value);
            }
            if lead.track_type != TrackType::Video {
                let called = document.about.links.called(lead).0;
                let label = if lead.label_is_given { lead.label.as_str() } else { called };
                document.text_element("Label", label);
            }
            for (scheme, value) in set.accessibility().iter().filter(|(scheme, _)| *scheme != AUDIO_PURPOSE) {
                document.descriptor("Accessibility", scheme, value);
            }
            // Of video it goes without saying.
            let is_said = |role: &&Role| lead.track_type != TrackType::Video || **role != Role::Main;
            let roles = set.roles.iter().filter(is_said);
            roles.for_each(|role| document.descriptor("Role", Role::SCHEME, role.as_str()));
            document.template(lead);
            renditions.iter().for_each(|rendition| document.representation(rendition, lead));
        });
    }

    fn template(&mut self, lead: &Rendition) {
        let links = self.about.links;
        let (track, format) = (links.called(lead).0, links.format);
        let url = |at: At| {
            let options = Options { format: Some(format.as_str()), ..Options::default() };
            let fragment = Object::Fragment { bit_rate: 0, track, at, options }.to_string();
            fragment.replacen("(0)", "($Bandwidth$)", 1)
        };
        let media = url(At::Time(0)).replacen("=0,", "=$Time$,", 1);
        let (timescale, initialization) = (TICKS.to_string(), url(At::Init));
        let mut attributes =
            vec![("timescale", timescale.as_str()), ("media", &media), ("initialization", &initialization)];
        let offset = lead.start.in_timescale(TICKS).to_string();
        if lead.start != Time::ZERO {
            attributes.push(("presentationTimeOffset", &offset));
        }
        self.element("SegmentTemplate", &attributes, |document| {
            document.element("SegmentTimeline", &[], |document| {
                let segments = lead.timeline.segments.iter();
                document.timeline(segments.map(|segment| {
                    let time = ticks(segment.time, lead);
                    (time, ticks(segment.end(), lead) - time)
                }));
            });
        });
    }

    fn representation(&mut self, rendition: &Rendition, lead: &Rendition) {
        let (group, letter) = group(rendition.track_type);
        let (track, bit_rate) = self.about.links.called(rendition);
        // @id is any string without white space (ISO/IEC 23009-1 5.3.5.2).
        let track: String = track.chars().map(|c| if c.is_whitespace() { '_' } else { c }).collect();
        let begin = format!("{group}_{letter}_{track}");
        let number = self.about.representations.entry(begin.clone()).or_default();
        *number += 1;
        let (id, bandwidth) = (format!("{begin}_{number}"), bit_rate.to_string());
        let facts = facts(rendition);
        let mut attributes = vec![("id", id.as_str()), ("bandwidth", &bandwidth)];
        if codecs(rendition) != codecs(lead) {
            attributes.push(("codecs", codecs(rendition)));
        }
        attributes.extend(facts.iter().map(|(name, value)| (*name, value.as_str())));
        self.empty("Representation", &attributes);
    }
}

/// Text is IMSC1.
fn codecs(rendition: &Rendition) -> &str {
    match rendition.track_type {
        TrackType::Text => TextForm::Imsc.codec_string(),
        _ => rendition.codec_string(),
    }
}
