//! The multivariant playlist (RFC 8216bis 4.4.6).

use super::attributes::Tag;
use super::groups::{AudioGroup, audio_groups};
use super::{VERSION, VERSION_OF_SERVICES};
use crate::manifest::{ManifestError, Manner, TextForm};
use crate::presentation::{CaptionChannel, CaptionService, Choice, Presentation, Rendition};
use crate::track::HlsSignals;
use std::fmt::Write;

/// The one SUBTITLES group.
const SUBTITLES: &str = "subtitles";

/// The one CLOSED-CAPTIONS group.
const CLOSED_CAPTIONS: &str = "cc";

/// Players start with the first variant; Apple asks for one near this bit rate (authoring specification 1.32).
const FIRST_VARIANT: u64 = 2_000_000;

/// Writes the multivariant playlist, with text in the form asked for.
pub fn multivariant_playlist<'a>(
    presentation: &Presentation,
    manner: impl Into<Manner<'a>>,
) -> Result<String, ManifestError> {
    let manner = manner.into();
    let text = manner.text;
    let groups = audio_groups(presentation);
    let subtitles: Vec<(&Choice, &Rendition, &HlsSignals)> = presentation
        .text
        .iter()
        .map(|choice| (choice, presentation.lead(choice)))
        .filter_map(|(choice, rendition)| Some((choice, rendition, rendition.signals.hls.as_ref()?)))
        .collect();
    let variants = variants(presentation, &groups, &subtitles, manner.audio_only)?;
    let audio_only = variants.iter().all(|variant| variant.video.is_none());

    let captions = presentation.caption_services(offered_video(presentation).into_iter());

    let version = match captions.iter().any(|service| service.channel == CaptionChannel::Service1) {
        true => VERSION_OF_SERVICES,
        false => VERSION,
    };
    let mut out = format!("#EXTM3U\n#EXT-X-VERSION:{version}\n#EXT-X-INDEPENDENT-SEGMENTS\n");
    for group in &groups {
        out.push('\n');
        group.members.iter().for_each(|member| out.push_str(&audio_rendition(group, *member, audio_only, &manner)));
    }
    if !subtitles.is_empty() {
        out.push('\n');
    }
    for &(choice, rendition, signals) in &subtitles {
        out.push_str(&subtitle_rendition(choice, rendition, signals, &manner));
    }
    if !captions.is_empty() {
        out.push('\n');
    }
    captions.iter().for_each(|service| out.push_str(&caption_rendition(service)));
    out.push('\n');
    for variant in &variants {
        out.push_str(&variant.stream_inf(!subtitles.is_empty(), text, !captions.is_empty()));
        let _ = writeln!(out, "{}", manner.addresses.media_playlist(variant.media, text));
    }
    if !audio_only {
        out.push('\n');
    }
    offered_video(presentation).iter().for_each(|video| out.push_str(&iframe_stream(video, &manner)));
    Ok(out)
}

/// EXT-X-MEDIA of an audio rendition. In an asset without video the default one is in the variant's own playlist and
/// has no URI (RFC 8216bis 4.4.6.2.1).
fn audio_rendition(
    group: &AudioGroup,
    (choice, rendition): (&Choice, &Rendition),
    audio_only: bool,
    manner: &Manner,
) -> String {
    let characteristics = rendition.signals.hls.iter().flat_map(|hls| &hls.characteristics).map(String::as_str);
    let mut tag = Tag::new("EXT-X-MEDIA")
        .bare("TYPE", "AUDIO")
        .quoted("GROUP-ID", &group.id)
        .quoted("NAME", &choice.label)
        .quoted("LANGUAGE", rendition.language.as_str())
        .yes_no("DEFAULT", choice.default)
        .yes_no("AUTOSELECT", choice.autoselect)
        .quoted_list("CHARACTERISTICS", characteristics);
    if let Some(channels) = group.channels(rendition) {
        tag = tag.quoted("CHANNELS", &channels);
    }
    tag = tag.quoted("STABLE-RENDITION-ID", &rendition.name);
    if !(audio_only && choice.default) {
        tag = tag.quoted("URI", &manner.addresses.media_playlist(rendition, manner.text));
    }
    tag.end()
}

/// EXT-X-MEDIA of a subtitle rendition.
fn subtitle_rendition(choice: &Choice, rendition: &Rendition, signals: &HlsSignals, manner: &Manner) -> String {
    Tag::new("EXT-X-MEDIA")
        .bare("TYPE", "SUBTITLES")
        .quoted("GROUP-ID", SUBTITLES)
        .quoted("NAME", &choice.label)
        .quoted("LANGUAGE", rendition.language.as_str())
        .yes_no("DEFAULT", choice.default)
        .yes_no("AUTOSELECT", choice.autoselect)
        .yes_no("FORCED", signals.forced)
        .quoted_list("CHARACTERISTICS", signals.characteristics.iter().map(String::as_str))
        .quoted("STABLE-RENDITION-ID", &rendition.name)
        .quoted("URI", &manner.addresses.media_playlist(rendition, manner.text))
        .end()
}

/// EXT-X-MEDIA of closed captions, which have no URI: they are in the video's own segments.
fn caption_rendition(service: &CaptionService) -> String {
    Tag::new("EXT-X-MEDIA")
        .bare("TYPE", "CLOSED-CAPTIONS")
        .quoted("GROUP-ID", CLOSED_CAPTIONS)
        .quoted("NAME", &service.label)
        .quoted("LANGUAGE", service.language.as_str())
        .yes_no("DEFAULT", false)
        .yes_no("AUTOSELECT", service.autoselect)
        .quoted("INSTREAM-ID", service.channel.instream_id())
        .end()
}

/// One EXT-X-STREAM-INF.
struct Variant<'a> {
    /// The rendition whose playlist the variant's URI names.
    media: &'a Rendition,
    video: Option<&'a Rendition>,
    group: Option<&'a AudioGroup<'a>>,
    bandwidth: u64,
    average_bandwidth: u64,
}

/// Video that HLS offers as variants; all of it where none is the main picture.
fn offered_video(presentation: &Presentation) -> Vec<&Rendition> {
    let offered: Vec<_> = presentation.video().filter(|video| video.signals.hls.is_some()).collect();
    if offered.is_empty() { presentation.video().collect() } else { offered }
}

/// Every video with every audio group; without video, or where sound alone is asked for, every audio group. The one that
/// somebody chose comes first, else the one nearest to 2 Mbit/s; the others by bit rate.
fn variants<'a>(
    presentation: &'a Presentation,
    groups: &'a [AudioGroup<'a>],
    subtitles: &[(&Choice, &Rendition, &HlsSignals)],
    audio_only: bool,
) -> Result<Vec<Variant<'a>>, ManifestError> {
    let text_peak = subtitles.iter().map(|(_, text, _)| text.bit_rate().peak).max().unwrap_or(0);
    let text_average = subtitles.iter().map(|(_, text, _)| text.bit_rate().average).max().unwrap_or(0);
    let variant = |media, video: Option<&'a Rendition>, group: Option<&'a AudioGroup<'a>>| {
        let (audio_peak, audio_average) = group.map_or((0, 0), AudioGroup::bit_rate);
        let (peak, average) = video.map_or((0, 0), |video| (video.bit_rate().peak, video.bit_rate().average));
        Variant {
            media,
            video,
            group,
            bandwidth: peak + audio_peak + text_peak,
            average_bandwidth: average + audio_average + text_average,
        }
    };
    let mut variants: Vec<Variant> = Vec::new();
    for video in offered_video(presentation) {
        match groups.is_empty() {
            true => variants.push(variant(video, Some(video), None)),
            false => variants.extend(groups.iter().map(|group| variant(video, Some(video), Some(group)))),
        }
    }
    if variants.is_empty() || audio_only {
        let lead = |group: &'a AudioGroup<'a>| {
            group.members.first().map(|(_, rendition)| variant(rendition, None, Some(group)))
        };
        variants.extend(groups.iter().filter_map(lead));
    }
    variants.sort_by_key(|variant| variant.bandwidth);
    let first = (0..variants.len())
        .filter(|&place| variants[place].video.is_some() || variants.iter().all(|variant| variant.video.is_none()))
        .min_by_key(|&place| {
            let variant = &variants[place];
            let is_chosen = presentation.first_video.as_deref() == variant.video.map(|video| video.name.as_str());
            (!is_chosen, variant.bandwidth.abs_diff(FIRST_VARIANT))
        })
        .ok_or(ManifestError::NoVariant)?;
    variants[..=first].rotate_right(1);
    Ok(variants)
}

impl Variant<'_> {
    fn stream_inf(&self, subtitles: bool, text: TextForm, captions: bool) -> String {
        let mut codecs: Vec<&str> = self.video.map(Rendition::codec_string).into_iter().collect();
        codecs.extend(self.group.iter().flat_map(|group| group.codecs()));
        if subtitles && text == TextForm::Imsc {
            codecs.push(text.codec_string());
        }
        let mut tag = Tag::new("EXT-X-STREAM-INF")
            .bare("BANDWIDTH", self.bandwidth)
            .bare("AVERAGE-BANDWIDTH", self.average_bandwidth)
            .quoted_list("CODECS", codecs);
        if let Some(video) = self.video {
            tag = picture(tag, video);
            if let Some(rate) = video.frame_rate {
                tag = tag.bare("FRAME-RATE", format_args!("{:.3}", rate.per_second()));
            }
        }
        tag = tag.quoted("STABLE-VARIANT-ID", &self.media.name);
        if let Some(group) = self.group {
            tag = tag.quoted("AUDIO", &group.id);
        }
        if subtitles {
            tag = tag.quoted("SUBTITLES", SUBTITLES);
        }
        if self.video.is_some() {
            // Of every variant, or of none: NONE on one means NONE on all (RFC 8216bis 4.4.6.2).
            tag = match captions {
                true => tag.quoted("CLOSED-CAPTIONS", CLOSED_CAPTIONS),
                false => tag.bare("CLOSED-CAPTIONS", "NONE"),
            };
        }
        tag.end()
    }
}

/// EXT-X-I-FRAME-STREAM-INF (RFC 8216bis 4.4.6.3). Its BANDWIDTH is measured over the key frames alone.
fn iframe_stream(video: &Rendition, manner: &Manner) -> String {
    let tag = Tag::new("EXT-X-I-FRAME-STREAM-INF")
        .bare("BANDWIDTH", video.iframe_bit_rate().peak)
        .bare("AVERAGE-BANDWIDTH", video.iframe_bit_rate().average)
        .quoted_list("CODECS", [video.codec_string()]);
    picture(tag, video)
        .quoted("STABLE-VARIANT-ID", &format!("{}.iframes", video.name))
        .quoted("URI", &manner.addresses.iframe_playlist(video))
        .end()
}

/// What variants and I-frame streams both say of the picture.
fn picture(mut tag: Tag, video: &Rendition) -> Tag {
    let Some(coded) = video.media.coded() else { return tag };
    if let Some(supplemental) = &coded.codec.supplemental {
        tag = tag.quoted("SUPPLEMENTAL-CODECS", supplemental);
    }
    let Some(facts) = &coded.codec.video else { return tag };
    let (width, height) = facts.display_size();
    tag.bare("RESOLUTION", format_args!("{width}x{height}")).bare("VIDEO-RANGE", facts.range())
}
