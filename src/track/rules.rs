//! The rules of a track list: the same for every way in.

/// A rule of the track list that is broken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Breach {
    /// The track's name; `None` for the asset as a whole.
    pub track: Option<String>,
    /// The property, as the track document names it.
    pub field: &'static str,
    /// What is wrong and what to do.
    pub problem: String,
}
