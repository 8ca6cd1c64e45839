//! The relative URLs that manifests hold. They are resolved against the asset's folder, where all manifests lie.

/// A media playlist beside the multivariant playlist.
pub fn media_playlist_name(track: &str) -> String {
    format!("{track}.m3u8")
}

/// The I-frame playlist of a video track.
pub fn iframe_playlist_name(track: &str) -> String {
    format!("{track}.iframes.m3u8")
}

/// The media playlist of a text track as IMSC1 in MP4.
pub fn imsc_playlist_name(track: &str) -> String {
    format!("{track}.imsc.m3u8")
}

/// A CMAF header.
pub fn init_path(track: &str, revision: &str) -> String {
    format!("media/{track}/{revision}/init.mp4")
}

/// What comes before the time in the URLs of segments; after it comes `.m4s`, or `.vtt` of WebVTT.
pub fn segment_folder(track: &str, revision: &str) -> String {
    format!("media/{track}/{revision}/")
}

/// A CMAF segment; `time` is a number, or the `$Time$` of a DASH template.
pub fn segment_path(track: &str, revision: &str, time: impl std::fmt::Display) -> String {
    format!("{}{time}.m4s", segment_folder(track, revision))
}
