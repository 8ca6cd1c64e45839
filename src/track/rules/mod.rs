//! The rules of a track list, in one place for every way in: an edit by program, a document edited by hand, another
//! platform's words.
//!
//! [`settle`] judges an edit: it is taken whole, with the consequences that the rules draw, or refused whole.
//! [`as_served`] deals with an asset that breaks rules already, as one edited by hand may: what breaks them is left
//! aside, and told. Both rest on one description of an asset that is in order (`at_rest.rs`).

mod at_rest;
mod edit;
mod served;
pub(crate) mod words;

pub use edit::settle;
pub use served::as_served;
pub(crate) use served::as_served_from;

/// A rule of the track list that is broken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Breach {
    pub rule: Rule,
    /// The track's name; `None` for the asset as a whole, and for a track that has no name that can be told.
    pub track: Option<String>,
    /// The property, as the document names it.
    pub field: &'static str,
    /// Where in the document: `tracks[2].label`, `title`.
    pub path: String,
    /// What is wrong and what to do.
    pub problem: String,
}

impl std::fmt::Display for Breach {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.path, self.problem)
    }
}

macro_rules! rules {
    ($($(#[$meaning:meta])* $variant:ident => $id:literal),* $(,)?) => {
        /// What a track list must be.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Rule { $($(#[$meaning])* $variant),* }

        impl Rule {
            pub const ALL: &[Rule] = &[$(Rule::$variant),*];

            /// The word for programs, stable between versions.
            pub fn id(self) -> &'static str {
                match self { $(Rule::$variant => $id),* }
            }
        }
    };
}

rules! {
    /// A track document says one thing, and of what can be served.
    Document => "document",
    /// A title is one line of text.
    Title => "title",
    /// An asset is `vod` or `live-archive`.
    AssetKind => "asset-kind",
    /// Segments last from 1 to 60 seconds.
    SegmentDuration => "segment-duration",
    /// A dialect is `standard` or `ams`.
    Dialect => "dialect",
    /// An asset has at most 2000 tracks.
    TrackLimit => "track-limit",
    /// A name is URL-safe and no word of the URL grammar.
    TrackName => "track-name",
    /// No two tracks have one name.
    UniqueName => "unique-name",
    /// A track stays of its type.
    TrackType => "track-type",
    /// A file lies in the asset's folder, can be read and holds a track of that type.
    File => "file",
    /// A track id is one that MP4 knows.
    TrackId => "track-id",
    /// A track is shown or hidden.
    Visibility => "visibility",
    /// A language is a well-formed tag of BCP 47.
    LanguageTag => "language-tag",
    /// A label is one line of text.
    Label => "label",
    /// No two tracks of a type that differ in content have one label.
    UniqueLabel => "unique-label",
    /// A type has one default.
    OneDefault => "one-default",
    /// The default audio track is there and visible until another is the default.
    DefaultAudio => "default-audio",
    /// Only text is forced.
    ForcedText => "forced-text",
    /// Roles are of DASH's table, each said once.
    Role => "role",
    /// Characteristics are tags that HLS can carry, each said once.
    Characteristic => "characteristic",
    /// A status of `error` has a reason, in one line of text, and no other status has one.
    Status => "status",
    /// Text and audio are added to `vod` assets only.
    VodOnly => "vod-only",
}

impl std::fmt::Display for Rule {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.id())
    }
}

#[cfg(test)]
mod tests;
