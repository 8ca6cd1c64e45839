//! A `trak` box: the facts of one track (ISO/IEC 14496-12 8.3 to 8.5), gathered until its last fragment is known.

use super::edit_list::{self, Edit};
use super::handler::{self, Handler};
use super::{Kind, Limits, MediaTrack, Refusal, RefusedTrack, codec_refusal, language, sample_table, user_data};
use crate::isobmff::boxes::BoxSlice;
use crate::isobmff::{BoxError, CodecFacts, SampleIndexBuilder, codec};
use crate::track::{Language, TrackType};
use bytes::Bytes;

/// A track whose fragments may still come.
#[derive(Debug)]
pub(super) struct Draft {
    pub(super) id: u32,
    pub(super) track_type: TrackType,
    /// What is wrong with it; nothing more is gathered then.
    pub(super) problem: Option<Refusal>,
    /// The sample description that its samples use, counted from 1; `None` before the first sample.
    description: Option<u32>,
    pub(super) samples: SampleIndexBuilder,
    timescale: u32,
    language: Option<Language>,
    enabled: bool,
    label: Option<String>,
    kinds: Vec<Kind>,
    edit: Option<Edit>,
    minf: BoxSlice,
}

impl Draft {
    /// Reads a `trak` box with its sample tables.
    pub(super) fn read(trak: &BoxSlice, movie_timescale: u32, limits: &mut Limits) -> Result<Draft, RefusedTrack> {
        let header = read_header(trak);
        let id = header.as_ref().map_or(0, |(id, _)| *id);
        let mdia = trak.require(b"mdia");
        let handler = mdia.as_ref().map_err(BoxError::clone).and_then(handler::read);
        let track_type = match &handler {
            Ok(handler) => handler.track_type(),
            Err(_) => mdia.as_ref().ok().and_then(handler::type_by_media_header),
        };
        let refuse = |Refusal(reason)| RefusedTrack { id, track_type, reason };
        let (Ok((id, enabled)), Ok(mdia), Ok(handler)) = (&header, &mdia, &handler) else {
            let errors = [header.err(), mdia.err(), handler.err()];
            let reason = errors.into_iter().flatten().next().map(Refusal::from);
            return Err(refuse(reason.unwrap_or_else(|| Refusal("the track cannot be read".to_owned()))));
        };
        let Some(track_type) = track_type else {
            return Err(refuse(Refusal(format!("handler '{}' carries no media to play", handler.kind))));
        };
        let mut draft = Draft::read_media(trak, mdia, *id, track_type, movie_timescale).map_err(refuse)?;
        draft.enabled = *enabled;
        draft.name(trak, handler);
        draft.problem = draft.check_codec().and_then(|()| draft.read_samples(limits)).err();
        Ok(draft)
    }

    fn read_media(
        trak: &BoxSlice,
        mdia: &BoxSlice,
        id: u32,
        track_type: TrackType,
        movie_timescale: u32,
    ) -> Result<Draft, Refusal> {
        let media_header = mdia.require(b"mdhd")?;
        let (timescale, language) = language::read_media_header(mdia, &media_header)?;
        if timescale == 0 {
            return Err(media_header.error("the timescale is 0, so no time of this track can be told").into());
        }
        Ok(Draft {
            id,
            track_type,
            problem: None,
            description: None,
            samples: SampleIndexBuilder::default(),
            timescale,
            language,
            enabled: true,
            label: None,
            kinds: Vec::new(),
            edit: edit_list::read(trak, movie_timescale, timescale)?,
            minf: mdia.require(b"minf")?,
        })
    }

    /// Label and kinds: from user data, else the handler's name.
    fn name(&mut self, trak: &BoxSlice, handler: &Handler) {
        let user_data = user_data::read(trak);
        self.label = user_data.label.or_else(|| handler.label());
        self.kinds = user_data.kinds;
    }

    /// Spares the tables of a track that cannot be served anyway: uncompressed sound has a sample per tick. Where there
    /// is a choice of sample entries, the samples decide first.
    fn check_codec(&self) -> Result<(), Refusal> {
        let only_entry = find_entry(&self.minf, 2).is_err();
        if only_entry { self.read_codec(1).map(|_| ()) } else { Ok(()) }
    }

    /// The sample entry with `number`, counted from 1, the version of its `stsd`, and what it says.
    fn read_codec(&self, number: u32) -> Result<(BoxSlice, u8, CodecFacts), Refusal> {
        let (entry, stsd_version) = find_entry(&self.minf, number)?;
        let facts =
            codec::read(&entry, self.track_type, stsd_version).map_err(|error| codec_refusal(&error, self.id))?;
        check_data_is_here(&self.minf, &entry)?;
        Ok((entry, stsd_version, facts))
    }

    fn read_samples(&mut self, limits: &mut Limits) -> Result<(), Refusal> {
        let stbl = self.minf.require(b"stbl")?;
        let description = sample_table::read(&stbl, self.id, limits, &mut self.samples)?;
        description.map_or(Ok(()), |description| self.use_description(description))
    }

    /// Notes that samples use `description`, which must be the one that the samples before use.
    pub(super) fn use_description(&mut self, description: u32) -> Result<(), Refusal> {
        let used = *self.description.get_or_insert(description);
        if used == description {
            return Ok(());
        }
        Err(Refusal(format!(
            "track {} changes its sample description from {used} to {description} on the way, and only one is \
             supported; encode the track in one go",
            self.id
        )))
    }

    /// Reads the sample entry, now that it is known which one is used, and packs the index.
    pub(super) fn finish(self) -> Result<MediaTrack, Refusal> {
        if let Some(problem) = self.problem {
            return Err(problem);
        }
        if self.samples.is_empty() {
            return Err(Refusal(format!("track {} has no samples; export the file anew", self.id)));
        }
        let (entry, stsd_version, codec) = self.read_codec(self.description.unwrap_or(1))?;
        let sample_entry = match self.track_type {
            TrackType::Audio => codec::iso_entry(&entry, stsd_version)?,
            _ => Bytes::copy_from_slice(entry.bytes()),
        };
        let samples = self.samples.finish();
        let edits = self.edit.unwrap_or_default().resolve(samples.composition_end())?;
        Ok(MediaTrack {
            id: self.id,
            track_type: self.track_type,
            timescale: self.timescale,
            language: self.language,
            enabled: self.enabled,
            label: self.label,
            kinds: self.kinds,
            sample_entry,
            codec,
            edits,
            samples,
        })
    }
}

/// Reads `tkhd` (ISO/IEC 14496-12 8.3.2): the track's id, and whether it is enabled.
fn read_header(trak: &BoxSlice) -> Result<(u32, bool), BoxError> {
    const TRACK_ENABLED: u32 = 1;
    let header = trak.require(b"tkhd")?;
    let mut fields = header.fields();
    let (version, flags) = fields.version_and_flags()?;
    fields.skip(if version == 1 { 16 } else { 8 })?;
    Ok((fields.u32()?, flags & TRACK_ENABLED != 0))
}

/// The sample entry with `number`, counted from 1, and the version of the box it is in (ISO/IEC 14496-12 8.5.2).
fn find_entry(minf: &BoxSlice, number: u32) -> Result<(BoxSlice, u8), BoxError> {
    let stsd = minf.require(b"stbl")?.require(b"stsd")?;
    let mut fields = stsd.fields();
    let (version, _) = fields.version_and_flags()?;
    let count = fields.u32()?;
    let missing = || stsd.error(format!("the samples use sample description {number}, the file has {count}"));
    let index = number.checked_sub(1).ok_or_else(missing)?;
    let entry = stsd.children_after(8).nth(index as usize).ok_or_else(missing)??;
    Ok((entry, version))
}

/// Refuses a sample entry whose samples are in another file (ISO/IEC 14496-12 8.7.2). A missing reference counts as
/// one to this file: QuickTime writes none at times.
fn check_data_is_here(minf: &BoxSlice, entry: &BoxSlice) -> Result<(), Refusal> {
    const SELF_CONTAINED: u32 = 1;
    let mut fields = entry.fields();
    fields.skip(6)?;
    let number = usize::from(fields.u16()?);
    let Some(dref) = minf.child(b"dinf")?.map(|dinf| dinf.child(b"dref")).transpose()?.flatten() else {
        return Ok(());
    };
    let Some(reference) = number.checked_sub(1).and_then(|index| dref.children_after(8).nth(index)) else {
        return Ok(());
    };
    let reference = reference?;
    let (_, flags) = reference.fields().version_and_flags()?;
    if flags & SELF_CONTAINED != 0 {
        return Ok(());
    }
    Err(reference.error("the samples lie in another file; export the track self-contained").into())
}
