//! The multivariant playlist as the service wrote it (its `m3u8-cmaf`, version 7).

use crate::manifest::hls::Tag;
use crate::manifest::{Addresses, LinkAddresses, ManifestError, TextForm};
use crate::presentation::{CaptionChannel, CaptionService, Choice, Presentation, Rendition};
use crate::track::{Language, TrackType};
use std::collections::HashSet;
use std::fmt::Write;

const AUDIO: &str = "audio";
const SUBTITLES: &str = "subs";
const CLOSED_CAPTIONS: &str = "cc";

/// Writes the multivariant playlist; with `audio_only` a variant of sound alone comes last.
pub fn multivariant_playlist(
    presentation: &Presentation,
    links: &LinkAddresses,
    audio_only: bool,
) -> Result<String, ManifestError> {
    let of_type = |track_type| move |r: &&Rendition| r.track_type == track_type && r.signals.hls.is_some();
    let audio: Vec<_> = presentation.renditions.iter().filter(of_type(TrackType::Audio)).collect();
    let text: Vec<_> = presentation.renditions.iter().filter(of_type(TrackType::Text)).collect();
    let captions = presentation.caption_services(presentation.video());
    let groups = Groups { audio: &audio, has_text: !text.is_empty(), has_captions: !captions.is_empty() };
    let mut names = HashSet::new();
    let mut out = "#EXTM3U\n#EXT-X-VERSION:7\n".to_owned();
    for rendition in &audio {
        let name = distinct(&mut names, links, rendition);
        out.push_str(&audio_line(rendition, &name, is_default(presentation, rendition, links), links));
    }
    names.clear();
    for rendition in &text {
        let name = distinct(&mut names, links, rendition);
        out.push_str(&text_line(rendition, &name, is_default(presentation, rendition, links), links));
    }
    captions.iter().for_each(|service| out.push_str(&caption_line(service)));
    let mut videos: Vec<_> = presentation.video().collect();
    videos.sort_by_key(|video| (presentation.first_video.as_ref() != Some(&video.name), links.called(video).1));
    for video in &videos {
        let _ = writeln!(out, "{}{}", groups.variant(video, links), links.media_playlist(video, TextForm::Imsc));
        out.push_str(&iframes(video, &groups, links));
    }
    match audio.first() {
        Some(first) if audio_only || videos.is_empty() => {
            let sound = groups.sound(presentation, links).unwrap_or(first);
            let _ = writeln!(out, "{}{}", groups.of_sound(links), links.media_playlist(sound, TextForm::Imsc));
            Ok(out)
        }
        None if videos.is_empty() => Err(ManifestError::NoVariant),
        _ => Ok(out),
    }
}

/// What all variants have beside the video.
struct Groups<'a> {
    audio: &'a [&'a Rendition],
    has_text: bool,
    has_captions: bool,
}

impl Groups<'_> {
    /// Of several sounds the highest counts.
    fn audio_bit_rate(&self, links: &LinkAddresses) -> u64 {
        self.audio.iter().map(|rendition| links.called(rendition).1).max().unwrap_or(0)
    }

    fn codecs<'c>(&'c self, video: Option<&'c Rendition>) -> Vec<&'c str> {
        let mut codecs: Vec<&str> = Vec::new();
        for rendition in video.into_iter().chain(self.audio.iter().copied()) {
            if !codecs.contains(&rendition.codec_string()) {
                codecs.push(rendition.codec_string());
            }
        }
        codecs
    }

    fn sound<'r>(&self, presentation: &'r Presentation, links: &LinkAddresses) -> Option<&'r Rendition> {
        presentation
            .renditions
            .iter()
            .find(|rendition| rendition.track_type == TrackType::Audio && is_default(presentation, rendition, links))
    }

    fn variant(&self, video: &Rendition, links: &LinkAddresses) -> String {
        let bandwidth = bandwidth(links.called(video).1, self.audio_bit_rate(links));
        let tag = Tag::new("EXT-X-STREAM-INF").bare("BANDWIDTH", bandwidth);
        let mut tag = resolution(tag, video).quoted_list("CODECS", self.codecs(Some(video)));
        if !self.audio.is_empty() {
            tag = tag.quoted("AUDIO", AUDIO);
        }
        tag = self.with_text(tag);
        if self.has_captions {
            tag = tag.quoted("CLOSED-CAPTIONS", CLOSED_CAPTIONS);
        }
        tag.end()
    }

    fn of_sound(&self, links: &LinkAddresses) -> String {
        let bandwidth = bandwidth_of_sound(self.audio_bit_rate(links));
        let tag = Tag::new("EXT-X-STREAM-INF").bare("BANDWIDTH", bandwidth).quoted_list("CODECS", self.codecs(None));
        self.with_text(tag.quoted("AUDIO", AUDIO)).end()
    }

    fn with_text(&self, tag: Tag) -> Tag {
        if self.has_text { tag.quoted("SUBTITLES", SUBTITLES) } else { tag }
    }
}

/// BANDWIDTH of a variant with video: 1.022 of both bit rates, and 16,319.
fn bandwidth(video: u64, audio: u64) -> u64 {
    of_content(video.saturating_add(audio)).saturating_add(16_319)
}

/// BANDWIDTH of a variant of sound alone.
fn bandwidth_of_sound(audio: u64) -> u64 {
    of_content(audio).saturating_add(8_159)
}

/// A fortieth more or less, for what is around it, rounded to the nearest.
fn of_content(bit_rate: u64) -> u64 {
    u64::try_from((u128::from(bit_rate) * 1022 + 500) / 1000).unwrap_or(u64::MAX)
}

/// Of the default choice, the form of the lowest bit rate.
fn is_default(presentation: &Presentation, rendition: &Rendition, links: &LinkAddresses) -> bool {
    let menu: &[Choice] = match rendition.track_type {
        TrackType::Text => &presentation.text,
        _ => &presentation.audio,
    };
    let default = menu.iter().find(|choice| choice.default);
    let members = default.iter().flat_map(|choice| &choice.members).filter_map(|&at| presentation.renditions.get(at));
    members.min_by_key(|member| links.called(member).1).is_some_and(|lowest| lowest.name == rendition.name)
}

/// NAME: the label that somebody wrote, else what the track is called in URLs; with its bit rate where it is taken.
fn distinct(taken: &mut HashSet<String>, links: &LinkAddresses, rendition: &Rendition) -> String {
    let (called, bit_rate) = links.called(rendition);
    let name = if rendition.label_is_given { rendition.label.as_str() } else { called };
    let names = [name.to_owned(), format!("{name}_{bit_rate}"), format!("{name}_{}", rendition.name)];
    names.into_iter().find(|name| taken.insert(name.clone())).unwrap_or_else(|| rendition.name.clone())
}

/// LANGUAGE: the three-letter word of ISO 639-2, as server manifests have it; a tag that says more as it is.
fn spelt(language: &Language) -> String {
    match language.as_str() == language.primary() || language.is_und() {
        true => String::from_utf8_lossy(&language.iso639_2t()).into_owned(),
        false => language.as_str().to_owned(),
    }
}

fn audio_line(rendition: &Rendition, name: &str, is_default: bool, links: &LinkAddresses) -> String {
    let characteristics: Vec<&str> =
        rendition.signals.hls.iter().flat_map(|hls| &hls.characteristics).map(String::as_str).collect();
    let mut tag = line("AUDIO", AUDIO, name, &rendition.language);
    if is_default {
        tag = tag.yes_no("DEFAULT", true);
    }
    if is_default || !characteristics.is_empty() {
        tag = tag.yes_no("AUTOSELECT", true);
    }
    tag = tag.quoted_list("CHARACTERISTICS", characteristics);
    if let Some(audio) = rendition.audio() {
        tag = tag.quoted("CHANNELS", &audio.channels.to_string());
    }
    tag.quoted("URI", &links.media_playlist(rendition, TextForm::Imsc)).end()
}

fn text_line(rendition: &Rendition, name: &str, is_default: bool, links: &LinkAddresses) -> String {
    let signals = rendition.signals.hls.as_ref();
    let mut tag = line("SUBTITLES", SUBTITLES, name, &rendition.language);
    if is_default {
        tag = tag.yes_no("DEFAULT", true);
    }
    tag = tag.yes_no("AUTOSELECT", true);
    if signals.is_some_and(|hls| hls.forced) {
        tag = tag.yes_no("FORCED", true);
    }
    tag.quoted_list("CHARACTERISTICS", signals.iter().flat_map(|hls| &hls.characteristics).map(String::as_str))
        .quoted("URI", &links.media_playlist(rendition, TextForm::Imsc))
        .end()
}

fn line(kind: &str, group: &str, name: &str, language: &Language) -> Tag {
    Tag::new("EXT-X-MEDIA")
        .bare("TYPE", kind)
        .quoted("GROUP-ID", group)
        .quoted("NAME", name)
        .quoted("LANGUAGE", &spelt(language))
}

fn caption_line(service: &CaptionService) -> String {
    let (name, is_default) = match service.channel {
        CaptionChannel::Service1 => ("CEA708_CC", true),
        CaptionChannel::Cc1 => ("CEA608_CC", false),
        CaptionChannel::Cc3 => ("CEA608_CC3", false),
    };
    let tag = Tag::new("EXT-X-MEDIA")
        .bare("TYPE", "CLOSED-CAPTIONS")
        .quoted("GROUP-ID", CLOSED_CAPTIONS)
        .quoted("NAME", name);
    let tag = if is_default { tag.yes_no("DEFAULT", true) } else { tag };
    tag.quoted("INSTREAM-ID", service.channel.instream_id()).end()
}

fn iframes(video: &Rendition, groups: &Groups, links: &LinkAddresses) -> String {
    let bandwidth = bandwidth(links.called(video).1, groups.audio_bit_rate(links));
    let tag = Tag::new("EXT-X-I-FRAME-STREAM-INF").bare("BANDWIDTH", bandwidth);
    resolution(tag, video)
        .quoted_list("CODECS", [video.codec_string()])
        .quoted("URI", &links.iframe_playlist(video))
        .end()
}

fn resolution(tag: Tag, video: &Rendition) -> Tag {
    match video.video() {
        Some(facts) => tag.bare("RESOLUTION", format_args!("{}x{}", facts.width, facts.height)),
        None => tag,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bandwidths_are_those_that_were_published() {
        // A sound of 128,041 bit/s alone.
        assert_eq!(bandwidth_of_sound(128_041), 139_017);
        assert_eq!(bandwidth(0, 0), 16_319);
        assert_eq!(bandwidth(u64::MAX, 1), u64::MAX);
    }

    #[test]
    fn languages_are_spelt_as_server_manifests_do() {
        for (tag, word) in [("en", "eng"), ("und", "und"), ("de", "deu"), ("en-US", "en-US"), ("zh-Hant", "zh-Hant")] {
            assert_eq!(spelt(&Language::parse(tag).unwrap()), word);
        }
    }
}
