//! The rules, as a table.
//!
//! An *error* is something that the document asks for and players are not given, or that breaks playback. A *warning* is
//! served as it was asked for, and viewers will likely stumble over it. A *notice* is worth a look.

use schemars::JsonSchema;
use serde::Serialize;

/// How much a finding matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    Notice,
    Warning,
    Error,
}

impl Severity {
    pub fn as_str(self) -> &'static str {
        match self {
            Severity::Notice => "notice",
            Severity::Warning => "warning",
            Severity::Error => "error",
        }
    }
}

impl std::fmt::Display for Severity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.as_str())
    }
}

/// One rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct RuleInfo {
    pub id: &'static str,
    pub severity: Severity,
    /// Where a specification asks for it.
    pub clause: Option<&'static str>,
    /// What it finds, in one sentence.
    pub finds: &'static str,
}

macro_rules! rules {
    ($($name:ident = $id:literal, $severity:ident, $clause:expr, $finds:literal;)*) => {
        $(pub(super) const $name: RuleInfo =
            RuleInfo { id: $id, severity: Severity::$severity, clause: $clause, finds: $finds };)*

        /// Every rule, the worst first.
        pub const RULES: &[RuleInfo] = &[$($name),*];
    };
}

#[rustfmt::skip]
rules! {
    DOCUMENT_UNREADABLE = "document-unreadable", Error, None,
        "the track document cannot be used, so the asset is not served";
    DOCUMENT_IGNORED = "document-ignored", Error, None,
        "something in the track document breaks a rule and was left aside";
    NOTHING_TO_SHOW = "nothing-to-show", Error, None,
        "every track is hidden or cannot be played";
    TRACK_UNPLAYABLE = "track-unplayable", Error, None,
        "a track cannot be played: its file is missing, damaged or of another kind";
    DESCRIPTION_AS_DEFAULT = "description-as-default", Error, None,
        "an audio description is the default, which every viewer would hear";
    DEFAULT_UNFIT = "default-unfit", Error, None,
        "a track is flagged as default that cannot be one, so players start with another";
    CHARACTERISTIC_OF_OTHER_TYPE = "characteristic-of-other-type", Error, Some("RFC 8216bis 4.4.6.1"),
        "a characteristic belongs to another type of track, and is not said";
    ROLE_OF_OTHER_TYPE = "role-of-other-type", Error, Some("ISO/IEC 23009-1 5.8.5.5"),
        "a role belongs to another type of track, and is not said";
    LADDER_MISALIGNED = "ladder-misaligned", Error, Some("Apple HLS Authoring Specification 8.22"),
        "video rungs have key frames at different times, so their segments differ and switching stumbles";

    LANGUAGE_MISSING = "language-missing", Warning, Some("Apple HLS Authoring Specification 8.10"),
        "neither the document nor the file says the language of an audio or text track";
    LANGUAGE_UNDETERMINED = "language-undetermined", Warning, Some("Apple HLS Authoring Specification 8.10"),
        "the language of an audio or text track is given as `und`";
    INDISTINCT_TRACKS = "indistinct-tracks", Warning, Some("RFC 8216bis 4.4.6.1.1"),
        "two lines of a menu have the same label, so a viewer cannot tell them apart";
    SAME_MEDIA_TWICE = "same-media-twice", Warning, None,
        "two tracks play the same stream of the same file";
    DEFAULT_AUDIO_MISSING = "default-audio-missing", Warning, None,
        "there are several audio tracks to choose from, and none that can be heard is the default";
    DESCRIPTION_WITHOUT_MAIN = "description-without-main", Warning, None,
        "an audio description or clear dialogue has no plain audio of its language beside it";
    FORCED_WITHOUT_AUDIO = "forced-without-audio", Warning, None,
        "forced subtitles are in a language that no audio has, so no player will choose them";
    FORCED_NOT_IN_SUBTITLES = "forced-not-in-subtitles", Warning, Some("Apple HLS Authoring Specification 5.8"),
        "forced cues are missing from the regular subtitles of their language, which are shown in their place";
    UNKNOWN_CHARACTERISTIC = "unknown-characteristic", Warning, Some("RFC 8216bis 4.4.6.1"),
        "a `public.` characteristic is not registered, so players ignore it";
    WORDS_CONTRADICT = "words-contradict", Warning, None,
        "roles, characteristics and flags of a track say different things";
    FORCED_WITHOUT_CUES = "forced-without-cues", Warning, None,
        "a forced track has no cue to show";
    CAPTIONS_WITHOUT_CUES = "captions-without-cues", Warning, None,
        "a text track has no cue to show";
    CAPTIONS_END_EARLY = "captions-end-early", Warning, None,
        "captions end long before the picture and sound";
    CAPTION_FAULTS = "caption-faults", Warning, None,
        "parts of a caption file could not be read, and were left out";
    CUES_PAST_END = "cues-past-end", Warning, None,
        "cues begin when picture and sound are over, so they are never seen";
    CUES_BACKWARDS = "cues-backwards", Warning, Some("W3C WebVTT 4.1"),
        "cues of a caption file are not in the order of their times";
    LENGTH_DIFFERS = "length-differs", Warning, Some("Apple HLS Authoring Specification 8.3"),
        "audio, or a video rung, is longer or shorter than the video by more than a second";
    START_OFFSET = "start-offset", Warning, Some("RFC 8216bis 6.2.4"),
        "audio or video starts late";
    BIT_RATE_GAP = "bit-rate-gap", Warning, None,
        "a video rung is more than three times the bit rate of the next one down";
    ASPECT_RATIO = "aspect-ratio", Warning, Some("Apple HLS Authoring Specification 1.33"),
        "a video rung has another shape than the first";
    HDR_WITHOUT_SDR = "hdr-without-sdr", Warning, Some("Apple HLS Authoring Specification 1.24"),
        "there is video of high dynamic range, and none of standard range beside it";
    PARAMETER_SETS_IN_BAND = "parameter-sets-in-band", Warning, None,
        "HEVC video is labelled hev1, which Apple's players do not play";
    NO_STEREO_AAC = "no-stereo-aac", Warning, Some("Apple HLS Authoring Specification 2.3"),
        "no audio is AAC in stereo, the one form that every player plays";
    AUDIO_BIT_RATE = "audio-bit-rate", Warning, None,
        "the audio of one language has less than half the bit rate of another's";
    FILE_UNUSABLE = "file-unusable", Warning, None,
        "a file that looks like media or captions cannot be used";

    TRACK_PREPARING = "track-preparing", Notice, None,
        "a track is still being prepared";
    FILE_UNUSED = "file-unused", Notice, None,
        "a media or caption file of the folder, or a track of a file, is not in the track list";
    LANGUAGE_DIFFERS = "language-differs", Notice, None,
        "the document and the file name different languages";
    INDISTINCT_TO_PLAYERS = "indistinct-to-players", Notice, Some("DASH-IF IOP v5, content selection"),
        "two tracks differ by their label alone, so a player cannot choose between them";
    CAPTIONS_WITHOUT_AUDIO = "captions-without-audio", Notice, None,
        "captions for the deaf are in a language that no audio has";
    TEXT_AS_DEFAULT = "text-as-default", Notice, None,
        "a text track is the default, so it is shown to viewers who did not ask for text";
    NO_AUDIO = "no-audio", Notice, None,
        "there is video and no audio that can be heard";
    NOT_IN_HLS = "not-in-hls", Notice, None,
        "a track is offered in DASH alone, as HLS has no way to say what it is";
    CUES_OVERLAP = "cues-overlap", Notice, None,
        "cues in the same place are shown at the same time";
    BIT_RATE_NEAR = "bit-rate-near", Notice, None,
        "two video rungs of one size and codec have almost the same bit rate";
    ONE_BIT_RATE = "one-bit-rate", Notice, Some("Apple HLS Authoring Specification 9.9"),
        "there is one bit rate of video for every connection";
    PEAK_BIT_RATE = "peak-bit-rate", Notice, Some("Apple HLS Authoring Specification 1.30"),
        "the peak bit rate of a video is more than twice its average";
    KEY_FRAMES_FAR = "key-frames-far", Notice, Some("Apple HLS Authoring Specification 1.13"),
        "key frames of a video are more than two seconds apart";
    SEGMENTS_LONG = "segments-long", Notice, Some("Apple HLS Authoring Specification 7.5"),
        "segments are much longer than they should be, because key frames are too far apart";
    FRAME_RATE_HIGH = "frame-rate-high", Notice, Some("Apple HLS Authoring Specification 1.19"),
        "a video has more than 60 pictures a second";
    NO_AC_3 = "no-ac-3", Notice, Some("Apple HLS Authoring Specification 2.6"),
        "there is E-AC-3 audio, and no AC-3 beside it for older receivers";
}
