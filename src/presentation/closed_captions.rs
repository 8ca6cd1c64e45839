//! The closed captions inside the pictures, as services that manifests declare.

use super::Rendition;
use crate::isobmff::ClosedCaptions;
use crate::track::Language;

/// One line of a player's caption menu that has no track of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaptionService {
    pub channel: CaptionChannel,
    pub language: Language,
    /// Distinct among the services of an asset.
    pub label: String,
    /// The player may choose it by itself: the first service, as nothing tells a player what the others are.
    pub autoselect: bool,
}

/// Where in the caption data a service is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CaptionChannel {
    /// CEA-608, the first channel of field 1: the main service.
    Cc1,
    /// CEA-608, the first channel of field 2: by custom another language.
    Cc3,
    /// CEA-708, the primary service.
    Service1,
}

impl CaptionChannel {
    /// As HLS names it (INSTREAM-ID, RFC 8216bis 4.4.6.1).
    pub fn instream_id(self) -> &'static str {
        match self {
            CaptionChannel::Cc1 => "CC1",
            CaptionChannel::Cc3 => "CC3",
            CaptionChannel::Service1 => "SERVICE1",
        }
    }
}

/// The services that some of `video` carries. The main one is in the language of the default audio, as nothing in the
/// caption data says which; of the second field nobody can tell.
///
/// CEA-708 is declared where it is alone: its data mostly carry the CEA-608 captions once more, and a viewer should not
/// meet them twice.
pub(super) fn caption_services<'a>(
    video: impl Iterator<Item = &'a Rendition>,
    default_audio: Option<&Language>,
) -> Vec<CaptionService> {
    let all = video.map(Rendition::closed_captions).fold(ClosedCaptions::default(), |all, one| ClosedCaptions {
        field_1: all.field_1 || one.field_1,
        field_2: all.field_2 || one.field_2,
        digital: all.digital || one.digital,
    });
    let digital_alone = all.digital && !all.field_1 && !all.field_2;
    let main = || default_audio.cloned().unwrap_or_else(Language::und);
    let services = [
        (all.field_1, CaptionChannel::Cc1, main()),
        (all.field_2, CaptionChannel::Cc3, Language::und()),
        (digital_alone, CaptionChannel::Service1, main()),
    ];
    let service = |(there, channel, language): (bool, CaptionChannel, Language)| {
        there.then(|| CaptionService { channel, label: label(&language, channel), language, autoselect: false })
    };
    let mut services: Vec<CaptionService> = services.into_iter().filter_map(service).collect();
    services.iter_mut().take(1).for_each(|main| main.autoselect = true);
    services
}

/// `English (CC)`; the bare channel where the language is unknown.
fn label(language: &Language, channel: CaptionChannel) -> String {
    if language.is_und() { channel.instream_id().to_owned() } else { format!("{} (CC)", language.autonym()) }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{SIX_SECONDS, aac, source, video_with_b_frames};
    use super::super::{Media, Presentation};
    use super::*;

    /// Of an asset with English audio and two rungs of video.
    fn services(captions: [ClosedCaptions; 2]) -> Vec<(&'static str, String, String)> {
        let mut sources = vec![source("audio", aac(500))];
        sources[0].track.language = Some(Language::parse("en").unwrap());
        for (captions, name) in captions.into_iter().zip(["low", "high"]) {
            let video = source(name, video_with_b_frames(12_800, 512, 50, 250));
            let Media::Coded(coded) = &video.media else { panic!("it is video") };
            coded.set_closed_captions(captions);
            sources.push(video);
        }
        let presentation = Presentation::new(&sources, SIX_SECONDS).unwrap();
        let services = presentation.caption_services(presentation.video()).into_iter();
        services.map(|s| (s.channel.instream_id(), s.language.to_string(), s.label)).collect()
    }

    const NONE: ClosedCaptions = ClosedCaptions { field_1: false, field_2: false, digital: false };

    #[test]
    fn the_main_service_speaks_the_language_of_the_default_audio() {
        let both = ClosedCaptions { field_1: true, field_2: true, digital: true };
        let english = |id| (id, "en".to_owned(), "English (CC)".to_owned());
        assert_eq!(services([NONE, NONE]), []);
        assert_eq!(services([both, NONE]), [english("CC1"), ("CC3", "und".to_owned(), "CC3".to_owned())]);
        assert_eq!(services([NONE, ClosedCaptions { digital: true, ..NONE }]), [english("SERVICE1")]);
    }
}
