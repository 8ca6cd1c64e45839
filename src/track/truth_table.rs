//! The truth table as data: what each kind of track says in HLS and in DASH, and which words name the kind.
//!
//! Sources: RFC 8216bis 4.4.6.1 and Apple's authoring specification for HLS; ISO/IEC 23009-1 5.8.5.5, the DASH-IF
//! guidelines on content selection, and ETSI TS 102 822-3-1 A.15 (AudioPurposeCS) for DASH.

use super::characteristic::Characteristic;
use super::kind::{Accessibility as A, Kind as K};
use super::{Role as R, TrackType};
use TrackType::{Audio, Text, Video};

/// What a kind of track says, before anything its editor added.
pub(super) struct Row {
    pub(super) track_type: TrackType,
    pub(super) kind: K,
    /// `None` where HLS has no way to offer such a track.
    pub(super) hls: Option<Hls>,
    pub(super) roles: &'static [R],
    pub(super) accessibility: &'static [A],
}

/// The HLS half of a [`Row`].
pub(super) struct Hls {
    pub(super) tags: &'static [&'static str],
    pub(super) autoselect: bool,
    pub(super) may_be_default: bool,
    pub(super) forced: bool,
}

/// A word that names a kind: the role, or any of the tags.
pub(super) struct Intent {
    pub(super) track_type: TrackType,
    pub(super) kind: K,
    pub(super) role: R,
    pub(super) tags: &'static [&'static str],
}

const DESCRIBES: &str = Characteristic::DESCRIBES_VIDEO;
const ENHANCES: &str = Characteristic::ENHANCES_SPEECH;
const DIALOG: &str = Characteristic::TRANSCRIBES_DIALOG;
const SOUNDS: &str = Characteristic::DESCRIBES_MUSIC;
const EASY: &str = Characteristic::EASY_TO_READ;
const FORCED: &str = Characteristic::FORCED_ONLY;

/// Chosen by the player from the listener's preferences, and fit to be the default.
const CHOSEN: Option<Hls> = offered(&[], true, true);
/// Chosen by the listener alone: nothing in HLS would tell a player how it differs from the main track.
const BY_HAND: Option<Hls> = offered(&[], false, false);
/// Left out of HLS.
const NOT_OFFERED: Option<Hls> = None;

const fn offered(tags: &'static [&'static str], autoselect: bool, may_be_default: bool) -> Option<Hls> {
    Some(Hls { tags, autoselect, may_be_default, forced: false })
}

const fn row(t: TrackType, kind: K, hls: Option<Hls>, roles: &'static [R], accessibility: &'static [A]) -> Row {
    Row { track_type: t, kind, hls, roles, accessibility }
}

/// One row for each type and kind. Choices where the sources leave room: description is never the default; a sign
/// language picture is not offered in HLS, where hardly a player shows it; `main` is not said of text, which some
/// players would then show unasked.
#[rustfmt::skip]
pub(super) const ROWS: &[Row] = &[
    row(Video, K::Main,                    CHOSEN,      &[R::Main],                      &[]),
    row(Video, K::Sign,                    NOT_OFFERED, &[R::Sign],                      &[A::Role(R::Sign)]),
    row(Video, K::Captions,                NOT_OFFERED, &[R::Caption],                   &[A::Role(R::Caption)]),
    row(Video, K::Subtitles,               NOT_OFFERED, &[R::Subtitle],                  &[]),
    row(Video, K::EasyReader,              NOT_OFFERED, &[R::EasyReader],                &[]),
    row(Video, K::Description,             NOT_OFFERED, &[R::Description],               &[]),
    row(Video, K::Commentary,              NOT_OFFERED, &[R::Commentary],                &[]),
    row(Video, K::Dub,                     NOT_OFFERED, &[R::Dub],                       &[]),
    row(Video, K::Alternate,               NOT_OFFERED, &[R::Alternate],                 &[]),
    row(Video, K::Supplementary,           NOT_OFFERED, &[R::Supplementary],             &[]),
    row(Video, K::Karaoke,                 NOT_OFFERED, &[R::Karaoke],                   &[]),
    row(Video, K::Emergency,               NOT_OFFERED, &[R::Emergency],                 &[]),

    row(Audio, K::Main,                    CHOSEN,      &[R::Main],                      &[]),
    row(Audio, K::Dub,                     CHOSEN,      &[R::Dub],                       &[]),
    row(Audio, K::Alternate,               BY_HAND,     &[R::Alternate],                 &[]),
    row(Audio, K::Commentary,              BY_HAND,     &[R::Commentary],                &[]),
    row(Audio, K::Description,             offered(&[DESCRIBES], true, false),
                                                        &[R::Alternate],                 &[A::Role(R::Description), A::AudioPurpose(1)]),
    row(Audio, K::Narration,               NOT_OFFERED, &[R::Commentary],                &[A::Role(R::Description), A::AudioPurpose(1)]),
    row(Audio, K::EnhancedIntelligibility, offered(&[ENHANCES], true, false),
                                                        &[R::Alternate],                 &[A::Role(R::EnhancedAudioIntelligibility), A::AudioPurpose(2)]),
    row(Audio, K::Supplementary,           BY_HAND,     &[R::Supplementary],             &[]),
    row(Audio, K::Karaoke,                 BY_HAND,     &[R::Karaoke],                   &[]),
    row(Audio, K::Emergency,               BY_HAND,     &[R::Emergency],                 &[]),

    row(Text,  K::Subtitles,               CHOSEN,      &[R::Subtitle],                  &[]),
    row(Text,  K::Captions,                offered(&[DIALOG, SOUNDS], true, true),
                                                        &[R::Caption],                   &[A::Role(R::Caption)]),
    row(Text,  K::Forced,                  Some(Hls { tags: &[], autoselect: true, may_be_default: false, forced: true }),
                                                        &[R::ForcedSubtitle],            &[]),
    row(Text,  K::EasyReader,              offered(&[EASY], true, false),
                                                        &[R::EasyReader, R::Subtitle],   &[]),
    row(Text,  K::Commentary,              BY_HAND,     &[R::Commentary, R::Subtitle],   &[]),
    row(Text,  K::Dub,                     BY_HAND,     &[R::Dub, R::Subtitle],          &[]),
    row(Text,  K::Alternate,               BY_HAND,     &[R::Alternate, R::Subtitle],    &[]),
    row(Text,  K::Supplementary,           BY_HAND,     &[R::Supplementary, R::Subtitle], &[]),
    row(Text,  K::Karaoke,                 BY_HAND,     &[R::Karaoke],                   &[]),
    row(Text,  K::Emergency,               BY_HAND,     &[R::Emergency, R::Subtitle],    &[]),
    row(Text,  K::Sign,                    BY_HAND,     &[R::Sign, R::Subtitle],         &[]),
    row(Text,  K::Description,             NOT_OFFERED, &[R::Description],               &[]),
    row(Text,  K::Metadata,                NOT_OFFERED, &[R::Metadata],                  &[]),
];

const fn intent(track_type: TrackType, kind: K, role: R, tags: &'static [&'static str]) -> Intent {
    Intent { track_type, kind, role, tags }
}

/// The words, first match first; and so also which roles may be said of which type. A picture that is `main` stays so
/// whatever else is in it, since without it HLS would have nothing to show.
#[rustfmt::skip]
pub(super) const INTENTS: &[Intent] = &[
    intent(Video, K::Main,                    R::Main,                         &[]),
    intent(Video, K::Sign,                    R::Sign,                         &[]),
    intent(Video, K::Captions,                R::Caption,                      &[]),
    intent(Video, K::EasyReader,              R::EasyReader,                   &[]),
    intent(Video, K::Description,             R::Description,                  &[]),
    intent(Video, K::Commentary,              R::Commentary,                   &[]),
    intent(Video, K::Dub,                     R::Dub,                          &[]),
    intent(Video, K::Alternate,               R::Alternate,                    &[]),
    intent(Video, K::Supplementary,           R::Supplementary,                &[]),
    intent(Video, K::Karaoke,                 R::Karaoke,                      &[]),
    intent(Video, K::Emergency,               R::Emergency,                    &[]),
    intent(Video, K::Subtitles,               R::Subtitle,                     &[]),

    intent(Audio, K::Description,             R::Description,                  &[DESCRIBES]),
    intent(Audio, K::EnhancedIntelligibility, R::EnhancedAudioIntelligibility, &[ENHANCES]),
    intent(Audio, K::Commentary,              R::Commentary,                   &[]),
    intent(Audio, K::Dub,                     R::Dub,                          &[]),
    intent(Audio, K::Alternate,               R::Alternate,                    &[]),
    intent(Audio, K::Supplementary,           R::Supplementary,                &[]),
    intent(Audio, K::Karaoke,                 R::Karaoke,                      &[]),
    intent(Audio, K::Emergency,               R::Emergency,                    &[]),
    intent(Audio, K::Main,                    R::Main,                         &[]),

    intent(Text,  K::Forced,                  R::ForcedSubtitle,               &[FORCED]),
    intent(Text,  K::Captions,                R::Caption,                      &[DIALOG, SOUNDS]),
    intent(Text,  K::EasyReader,              R::EasyReader,                   &[EASY]),
    intent(Text,  K::Metadata,                R::Metadata,                     &[]),
    intent(Text,  K::Description,             R::Description,                  &[]),
    intent(Text,  K::Commentary,              R::Commentary,                   &[]),
    intent(Text,  K::Dub,                     R::Dub,                          &[]),
    intent(Text,  K::Alternate,               R::Alternate,                    &[]),
    intent(Text,  K::Supplementary,           R::Supplementary,                &[]),
    intent(Text,  K::Karaoke,                 R::Karaoke,                      &[]),
    intent(Text,  K::Emergency,               R::Emergency,                    &[]),
    intent(Text,  K::Sign,                    R::Sign,                         &[]),
    intent(Text,  K::Subtitles,               R::Subtitle,                     &[]),
    intent(Text,  K::Subtitles,               R::Main,                         &[]),
];

/// The kind of a track of which nothing is said.
pub(super) fn plain(track_type: TrackType) -> K {
    match track_type {
        Video | Audio => K::Main,
        Text => K::Subtitles,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_intent_and_every_plain_kind_has_its_one_row() {
        let plain_kinds = [Video, Audio, Text].map(|track_type| (track_type, plain(track_type)));
        let wanted = INTENTS.iter().map(|intent| (intent.track_type, intent.kind)).chain(plain_kinds);
        for (track_type, kind) in wanted {
            let rows = ROWS.iter().filter(|row| row.track_type == track_type && row.kind == kind);
            assert_eq!(rows.count(), 1, "{track_type} {kind}");
        }
    }

    #[test]
    fn a_row_says_roles_and_tags_of_its_own_type_only() {
        for row in ROWS {
            for role in row.roles {
                assert!(
                    INTENTS.iter().any(|intent| intent.track_type == row.track_type && intent.role == *role),
                    "{role} on {}",
                    row.track_type
                );
            }
            for tag in row.hls.iter().flat_map(|hls| hls.tags) {
                assert!(Characteristic::parse(tag).is_ok_and(|tag| tag.is_registered() && tag.fits(row.track_type)));
            }
        }
    }
}
