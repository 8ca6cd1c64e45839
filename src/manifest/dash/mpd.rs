//! Writes the MPD: one Period, explicit addressing with SegmentTimeline, the element order of the schema.

use super::channels::channel_configuration;
use super::document::Document;
use super::sets::{AdaptationSet, NO_PRIORITY, adaptation_sets};
use crate::isobmff::{Colour, VideoRange};
use crate::manifest::{Addresses, Manner, TextForm, segment_path};
use crate::presentation::{Presentation, Rendition, Time};
use crate::track::{Role, TrackType};

/// All tracks are CMAF and addressed by template (ISO/IEC 23009-1 8.4, 8.12).
const PROFILES: &str = "urn:mpeg:dash:profile:isoff-live:2011,urn:mpeg:dash:profile:cmaf:2019";

/// Writes the MPD, with text in the form asked for.
pub fn mpd<'a>(presentation: &Presentation, manner: impl Into<Manner<'a>>) -> String {
    let Manner { text, addresses, .. } = manner.into();
    let mut document = Document::new(About { text, addresses });
    let longest = duration_up(presentation.longest_segment);
    let total = duration(presentation.duration);
    let attributes = [
        ("xmlns", "urn:mpeg:dash:schema:mpd:2011"),
        ("profiles", PROFILES),
        ("type", "static"),
        ("mediaPresentationDuration", &total),
        ("maxSegmentDuration", &longest),
        ("minBufferTime", &longest),
    ];
    document.element("MPD", &attributes, |document| {
        document.element("Period", &[("id", "0"), ("start", "PT0S")], |document| {
            for (place, set) in adaptation_sets(presentation).iter().enumerate() {
                document.adaptation_set(place + 1, set);
            }
        });
    });
    document.finish()
}

/// What the document is written with.
struct About<'a> {
    text: TextForm,
    addresses: &'a dyn Addresses,
}

impl Document<About<'_>> {
    fn adaptation_set(&mut self, id: usize, set: &AdaptationSet) {
        let (lead, track_type) = (set.lead(), set.track_type());
        let id = id.to_string();
        let par = aspect_ratio(set);
        let mut attributes = vec![("id", id.as_str()), ("contentType", track_type.as_str())];
        if let Some(language) = set.language() {
            attributes.push(("lang", language.as_str()));
        }
        if let Some(par) = &par {
            attributes.push(("par", par));
        }
        let sap = if set.renditions.iter().any(|r| r.timeline.leading_pictures) { "2" } else { "1" };
        attributes.extend([("segmentAlignment", "true"), ("startWithSAP", sap), ("containerProfiles", "cmfc")]);
        let priority = set.priority.to_string();
        if set.priority != NO_PRIORITY {
            attributes.push(("selectionPriority", &priority));
        }
        self.element("AdaptationSet", &attributes, |document| {
            if let Some((scheme, value)) = lead.audio().and_then(channel_configuration) {
                document.descriptor("AudioChannelConfiguration", scheme, &value);
            }
            document.properties(lead);
            if let Some(choice) = set.choice {
                document.text_element("Label", &choice.label);
            }
            document.meaning(set);
            set.renditions.iter().for_each(|rendition| document.representation(rendition));
        });
    }

    /// Colour and object audio. A player that does not know HDR must skip the set; SDR colour only informs.
    fn properties(&mut self, lead: &Rendition) {
        if let Some(video) = lead.video()
            && let Some(colour) = video.colour
        {
            match video.range() {
                VideoRange::Sdr => self.colour("SupplementalProperty", colour),
                VideoRange::Hlg | VideoRange::Pq => self.colour("EssentialProperty", colour),
            }
        }
        if let Some(objects) = lead.audio().and_then(|audio| audio.joint_objects) {
            let scheme = "tag:dolby.com,2018:dash:EC3_ExtensionComplexityIndex:2018";
            self.descriptor("SupplementalProperty", "tag:dolby.com,2018:dash:EC3_ExtensionType:2018", "JOC");
            self.descriptor("SupplementalProperty", scheme, &objects.to_string());
        }
    }

    fn colour(&mut self, property: &str, colour: Colour) {
        let points = [
            ("urn:mpeg:mpegB:cicp:ColourPrimaries", colour.primaries),
            ("urn:mpeg:mpegB:cicp:TransferCharacteristics", colour.transfer),
            ("urn:mpeg:mpegB:cicp:MatrixCoefficients", colour.matrix),
        ];
        points.iter().for_each(|(scheme, value)| self.descriptor(property, scheme, &value.to_string()));
    }

    fn meaning(&mut self, set: &AdaptationSet) {
        for (scheme, value) in set.accessibility() {
            self.descriptor("Accessibility", scheme, &value);
        }
        set.roles.iter().for_each(|role| self.descriptor("Role", Role::SCHEME, role.as_str()));
    }

    fn representation(&mut self, rendition: &Rendition) {
        let revision = match (self.about.text, &rendition.imsc_revision) {
            (TextForm::Imsc, Some(revision)) => revision,
            _ => &rendition.revision,
        };
        let codecs = match rendition.track_type {
            TrackType::Text => self.about.text.codec_string(),
            _ => rendition.codec_string(),
        };
        let mime_type = match rendition.track_type {
            TrackType::Video => "video/mp4",
            TrackType::Audio => "audio/mp4",
            TrackType::Text => "application/mp4",
        };
        let bandwidth = rendition.bit_rate().bandwidth.max(1).to_string();
        let facts = facts(rendition);
        let mut attributes = vec![
            ("id", rendition.name.as_str()),
            ("mimeType", mime_type),
            ("codecs", codecs),
            ("bandwidth", &bandwidth),
        ];
        attributes.extend(facts.iter().map(|(name, value)| (*name, value.as_str())));
        self.element("Representation", &attributes, |document| document.template(rendition, revision));
    }

    fn template(&mut self, rendition: &Rendition, revision: &str) {
        let timescale = rendition.timeline.timescale.to_string();
        let initialization = self.about.addresses.init(&rendition.name, revision);
        let media = segment_path(self.about.addresses, &rendition.name, revision, "$Time$");
        let mut attributes =
            vec![("timescale", timescale.as_str()), ("initialization", &initialization), ("media", &media)];
        // What is shown at the start of the period (ISO/IEC 23009-1 5.3.9.2).
        let offset = rendition.start.in_timescale(rendition.timeline.timescale).to_string();
        if rendition.start != Time::ZERO {
            attributes.push(("presentationTimeOffset", &offset));
        }
        self.element("SegmentTemplate", &attributes, |document| {
            document.element("SegmentTimeline", &[], |document| {
                document.timeline(rendition.timeline.segments.iter().map(|segment| (segment.time, segment.duration)));
            });
        });
    }
}

/// Attributes of a representation that its codec facts give.
pub(in crate::manifest) fn facts(rendition: &Rendition) -> Vec<(&'static str, String)> {
    let mut facts = Vec::new();
    if let Some(video) = rendition.video() {
        facts.push(("width", video.width.to_string()));
        facts.push(("height", video.height.to_string()));
        facts.push(("sar", format!("{}:{}", video.pixel_aspect.0, video.pixel_aspect.1)));
        facts.extend(rendition.frame_rate.map(|rate| ("frameRate", rate.to_string())));
    }
    facts.extend(rendition.audio().map(|audio| ("audioSamplingRate", audio.sample_rate.to_string())));
    facts
}

/// `@par` of a video set: the shape of its largest picture on a display.
fn aspect_ratio(set: &AdaptationSet) -> Option<String> {
    let video = set.renditions.iter().filter_map(|r| r.video()).max_by_key(|video| video.width)?;
    let (width, height) = video.display_aspect();
    (width > 0 && height > 0).then(|| format!("{width}:{height}"))
}

/// xs:duration without years and months (DASH-IF IOP 3.2.7.4).
pub(in crate::manifest) fn duration(time: Time) -> String {
    seconds(time.micros())
}

/// Rounded up, for what must not be less.
fn duration_up(time: Time) -> String {
    seconds(time.in_timescale_up(1_000_000))
}

fn seconds(micros: u64) -> String {
    let text = format!("PT{}.{:06}", micros / 1_000_000, micros % 1_000_000);
    format!("{}S", text.trim_end_matches('0').trim_end_matches('.'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::presentation::testing::{SIX_SECONDS, aac, source};

    #[test]
    fn a_label_cannot_break_the_document() {
        let mut sound = source("sound", aac(1000));
        sound.track.label = Some("A\u{0}\u{1b}\u{fffe}<b>&\u{ffff}é".to_owned());
        let presentation = Presentation::new(&[sound], SIX_SECONDS).unwrap();
        let written = mpd(&presentation, TextForm::default());
        assert!(written.contains("<Label>A&lt;b&gt;&amp;é</Label>"), "{written}");
    }

    #[test]
    fn durations_have_no_needless_digits() {
        assert_eq!(duration(Time::new(36, 1)), "PT36S");
        assert_eq!(duration(Time::new(10_083, 1000)), "PT10.083S");
        assert_eq!(duration_up(Time::new(1, 3)), "PT0.333334S");
        assert_eq!(duration(Time::new(600, 1)), "PT600S");
    }
}
