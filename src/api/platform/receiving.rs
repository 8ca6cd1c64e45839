//! Files on their way to an asset, and what they are to be called: their first bytes say what they are, or the place
//! that they come from.

use super::tracks::write_down;
use super::{Call, Kind, Refusal};
use crate::catalog::{Expected, FileUpload};
use crate::document::is_caption_file;
use crate::sound::{Sound, SoundFormat};
use crate::track::TrackType;
use bytes::{Bytes, BytesMut};

/// A file on its way to an asset. What it is to be called follows from its first bytes.
pub(in crate::api) struct Receiving<'a> {
    call: &'a Call<'a>,
    asset: String,
    name: String,
    track_type: TrackType,
    /// The name that it had where it comes from.
    said: String,
    limit: u64,
    head: BytesMut,
    upload: Option<(String, FileUpload)>,
}

impl<'a> Receiving<'a> {
    /// `name` is that of a track that is to come, or of none.
    pub(in crate::api) fn new(
        call: &'a Call<'a>,
        asset: &str,
        name: &str,
        track_type: TrackType,
        said: Option<&str>,
        limit: u64,
    ) -> Receiving<'a> {
        Receiving {
            call,
            asset: asset.to_owned(),
            name: name.to_owned(),
            track_type,
            said: said.unwrap_or_default().to_owned(),
            limit: limit.min(call.api.options.max_upload),
            head: BytesMut::new(),
            upload: None,
        }
    }

    pub(in crate::api) async fn append(&mut self, bytes: Bytes) -> Result<(), Refusal> {
        if let Some((_, upload)) = &mut self.upload {
            return Ok(upload.append(bytes).await?);
        }
        self.head.extend_from_slice(&bytes);
        if self.head.len() >= Sound::HEAD { self.begin().await } else { Ok(()) }
    }

    /// Begins to write the file, whose first bytes are there.
    async fn begin(&mut self) -> Result<(), Refusal> {
        let head = self.head.split().freeze();
        let suffix = match self.track_type {
            TrackType::Audio => suffix_of_sound(&head).map(str::to_owned),
            _ => None,
        };
        let suffix = suffix.unwrap_or_else(|| suffix_of(&self.said, self.track_type));
        let file = format!("{}.{suffix}", self.name);
        let mut upload = self.call.api.catalog.upload(&self.asset, &file, &Expected::Absent, self.limit).await?;
        upload.append(head).await?;
        self.upload = Some((file, upload));
        Ok(())
    }

    /// The name of the file, which lies in the asset's folder now.
    pub(in crate::api) async fn finish(mut self) -> Result<String, Refusal> {
        if self.upload.is_none() {
            self.begin().await?;
        }
        let Some((file, upload)) = self.upload else { return Err(Refusal::new(Kind::Media, "nothing came")) };
        write_down(&self.call.api.catalog, &self.asset, self.call.caller.name()).await?;
        upload.finish().await?;
        Ok(file)
    }
}

/// The suffix of audio that is no MP4; `None` of all else.
fn suffix_of_sound(head: &[u8]) -> Option<&'static str> {
    let tag = usize::try_from(Sound::tag_len(head)).unwrap_or(usize::MAX);
    match (Sound::of(head.get(tag..).unwrap_or_default(), u64::MAX).map(|sound| sound.format), tag) {
        (Some(SoundFormat::Adts), _) => Some("aac"),
        (Some(SoundFormat::Flac), _) => Some("flac"),
        (Some(SoundFormat::Ogg), _) => Some("ogg"),
        (Some(SoundFormat::Wav), _) => Some("wav"),
        (Some(SoundFormat::Mp3), _) => Some("mp3"),
        (None, 0) => None,
        // Longer than what was looked at: no MP4 begins with such a tag.
        (None, _) => Some("mp3"),
    }
}

/// The suffix that a fetched file is to have: that of captions says what they are.
pub(super) fn suffix_of_url(url: &str, track_type: TrackType) -> String {
    let path = url.split(['?', '#']).next().unwrap_or_default();
    suffix_of(path.rsplit('/').next().unwrap_or_default(), track_type)
}

fn suffix_of(name: &str, track_type: TrackType) -> String {
    match (track_type, name.rsplit_once('.')) {
        (TrackType::Text, Some((_, suffix))) if is_caption_file(&format!("captions.{suffix}")) => {
            suffix.to_ascii_lowercase()
        }
        (TrackType::Text, _) => "vtt".to_owned(),
        _ => "m4a".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_called_what_it_is() {
        for (head, suffix) in [
            (&b"RIFF\x24\x00\x00\x00WAVEfmt "[..], Some("wav")),
            (b"ID3\x04\x00\x00\x00\x00\x7f\x7f", Some("mp3")),
            (b"\x00\x00\x00\x18ftypM4A ", None),
            (b"<html>", None),
            (b"", None),
        ] {
            assert_eq!(suffix_of_sound(head), suffix, "{head:?}");
        }
    }

    #[test]
    fn captions_keep_the_suffix_that_says_what_they_are() {
        for (url, track_type, suffix) in [
            ("https://a.example/x/de.srt?token=a.vtt", TrackType::Text, "srt"),
            ("https://a.example/de.TTML#x", TrackType::Text, "ttml"),
            ("https://a.example/captions", TrackType::Text, "vtt"),
            ("https://a.example/", TrackType::Text, "vtt"),
            ("https://a.example/es.mp3", TrackType::Audio, "m4a"),
            ("https://a.example/es.vtt", TrackType::Audio, "m4a"),
        ] {
            assert_eq!(suffix_of_url(url, track_type), suffix, "{url}");
        }
    }
}
