//! Why a track that could be read cannot be shown.

/// What keeps a visible track out of the presentation, in words a person can act on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unplayable {
    #[error(
        "no sample of it is marked as a sync sample, so there is no place where decoding could start; export it anew"
    )]
    NoSyncSample,
    #[error("its edit list shows nothing of it; export it anew")]
    NothingShown,
    #[error("there is no cue in it, and no video or audio beside it")]
    NoCues,
    /// Days from the presentation's start.
    #[error(
        "it would be shown until {0} days after the asset starts, and 30 are the most; let its clock start with those of the other tracks"
    )]
    TooLate(u64),
}
