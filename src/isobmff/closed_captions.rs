//! Closed captions that travel inside the pictures of AVC and HEVC: CEA-608 and CEA-708 data in SEI messages
//! (ATSC A/53 part 4 6.2.3, SCTE 128).
//!
//! A caption service that has nothing to say still sends padding with every picture, so a look at the first pictures
//! tells whether there is one.

use super::bits::unescape;
use super::{Codec, CodecFacts};

/// What caption data a video carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash)]
pub struct ClosedCaptions {
    /// CEA-608 in field 1: service CC1.
    pub field_1: bool,
    /// CEA-608 in field 2 that says something: service CC3. Encoders pad field 2 whether it is used or not.
    pub field_2: bool,
    /// CEA-708 packets: service 1.
    pub digital: bool,
}

impl ClosedCaptions {
    pub fn is_none(&self) -> bool {
        *self == ClosedCaptions::default()
    }
}

/// Looks for caption data, sample by sample.
#[derive(Debug, Clone)]
pub struct CaptionScan {
    hevc: bool,
    nal_length_size: usize,
    found: ClosedCaptions,
}

impl CaptionScan {
    /// Captions come before the slices of a picture: of a sample, this many first bytes are enough.
    pub const SAMPLE_BYTES: u64 = 2048;
    /// In decode order, from the first.
    pub const SAMPLES: u32 = 16;

    /// `None` for codecs that have no such messages.
    pub fn of(facts: &CodecFacts) -> Option<CaptionScan> {
        let hevc = match facts.codec {
            Codec::Avc => false,
            Codec::Hevc => true,
            // `dva1` and `dvav` are AVC, `dvh1` and `dvhe` HEVC; the others are not made of NAL units.
            Codec::DolbyVision => facts.string.starts_with("dvh"),
            _ => return None,
        };
        let nal_length_size = usize::from(facts.video.as_ref()?.nal_length_size);
        (1..=4).contains(&nal_length_size).then_some(CaptionScan { hevc, nal_length_size, found: Default::default() })
    }

    /// Reads the start of a sample. What is cut off or malformed ends the look at this sample.
    pub fn add(&mut self, sample: &[u8]) {
        let mut rest = sample;
        while let Some((length, after)) = rest.split_at_checked(self.nal_length_size) {
            let length = length.iter().fold(0usize, |length, byte| length << 8 | usize::from(*byte));
            let (nal, after) = after.split_at_checked(length).unwrap_or((after, &[]));
            match self.nal_kind(nal) {
                Some(NalKind::Slice) | None => return,
                Some(NalKind::Sei(messages)) => self.add_messages(&unescape(messages)),
                Some(NalKind::Other) => {}
            }
            rest = after;
        }
    }

    pub fn finish(self) -> ClosedCaptions {
        self.found
    }

    fn nal_kind<'a>(&self, nal: &'a [u8]) -> Option<NalKind<'a>> {
        let first = *nal.first()?;
        Some(match self.hevc {
            // ITU-T H.264 table 7-1
            false => match first & 0x1f {
                1..=5 => NalKind::Slice,
                6 => NalKind::Sei(nal.get(1..)?),
                _ => NalKind::Other,
            },
            // ITU-T H.265 table 7-1; the header has two bytes
            true => match first >> 1 & 0x3f {
                0..=31 => NalKind::Slice,
                39 => NalKind::Sei(nal.get(2..)?),
                _ => NalKind::Other,
            },
        })
    }

    /// SEI messages (ITU-T H.264 7.3.2.3.1, H.265 7.3.5).
    fn add_messages(&mut self, messages: &[u8]) {
        const USER_DATA_REGISTERED_ITU_T_T35: usize = 4;
        let mut rest = messages;
        // The last byte is the stop bit.
        while rest.len() > 1 {
            let Some((kind, after)) = ff_coded(rest) else { return };
            let Some((size, after)) = ff_coded(after) else { return };
            let (payload, after) = after.split_at_checked(size).unwrap_or((after, &[]));
            if kind == USER_DATA_REGISTERED_ITU_T_T35 {
                self.add_user_data(payload);
            }
            rest = after;
        }
    }

    /// Country United States, provider ATSC, identifier `GA94`, type `cc_data` (ATSC A/53 part 4 6.2.3).
    fn add_user_data(&mut self, payload: &[u8]) {
        const PROCESS_CC_DATA: u8 = 0x40;
        let Some(data) = payload.strip_prefix(b"\xb5\x00\x31GA94\x03") else { return };
        let Some(([flags, _em_data], constructs)) = data.split_first_chunk::<2>() else { return };
        if flags & PROCESS_CC_DATA == 0 {
            return;
        }
        let count = usize::from(flags & 0x1f);
        constructs.as_chunks::<3>().0.iter().take(count).for_each(|construct| self.add_construct(*construct));
    }

    /// One construct of `cc_data` (CEA-708): `cc_valid`, `cc_type` and two bytes.
    fn add_construct(&mut self, [head, one, two]: [u8; 3]) {
        const CC_VALID: u8 = 0x04;
        if head & CC_VALID == 0 {
            return;
        }
        // Without their parity bits; zero is padding.
        let says_something = one & 0x7f != 0 || two & 0x7f != 0;
        match head & 0x03 {
            0 => self.found.field_1 = true,
            1 => self.found.field_2 |= says_something,
            _ => self.found.digital = true,
        }
    }
}

enum NalKind<'a> {
    /// Nothing that follows it is about this picture.
    Slice,
    /// The bytes after the NAL unit's header.
    Sei(&'a [u8]),
    Other,
}

/// A number written as a run of 0xff and a last byte, and what follows it.
fn ff_coded(bytes: &[u8]) -> Option<(usize, &[u8])> {
    let run = bytes.iter().take_while(|byte| **byte == 0xff).count();
    let last = *bytes.get(run)?;
    Some((run * 255 + usize::from(last), bytes.get(run + 1..)?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::isobmff::VideoFacts;
    use proptest::prelude::*;

    fn facts(codec: Codec, string: &str, nal_length_size: u8) -> CodecFacts {
        let video = VideoFacts { width: 64, height: 36, pixel_aspect: (1, 1), colour: None, nal_length_size };
        CodecFacts { codec, string: string.to_owned(), supplemental: None, video: Some(video), audio: None }
    }

    fn nal(header: &[u8], content: &[u8]) -> Vec<u8> {
        let length = (header.len() + content.len()) as u32;
        [&length.to_be_bytes(), header, content].concat()
    }

    fn message(constructs: &[[u8; 3]]) -> Vec<u8> {
        let mut payload = b"\xb5\x00\x31GA94\x03".to_vec();
        payload.extend([0x40 | constructs.len() as u8, 0xff]);
        payload.extend(constructs.iter().flatten());
        payload.push(0xff);
        [&[4, payload.len() as u8], &payload[..]].concat()
    }

    fn scan_avc(sample: &[u8]) -> ClosedCaptions {
        let mut scan = CaptionScan::of(&facts(Codec::Avc, "avc1.64001f", 4)).unwrap();
        scan.add(sample);
        scan.finish()
    }

    const AVC_SEI: &[u8] = &[6];
    const FIELD_1: [u8; 3] = [0xfc, 0x80, 0x80];
    const FIELD_2: [u8; 3] = [0xfd, 0x94, 0x2c];
    const FIELD_2_PADDING: [u8; 3] = [0xfd, 0x80, 0x80];
    const DIGITAL: [u8; 3] = [0xff, 0x02, 0x21];
    const NOT_VALID: [u8; 3] = [0xf8, 0x94, 0x2c];

    #[test]
    fn each_service_is_told_from_the_others() {
        let found = |constructs: &[[u8; 3]]| scan_avc(&nal(AVC_SEI, &[&message(constructs)[..], &[0x80]].concat()));
        let none = ClosedCaptions::default();
        assert_eq!(found(&[FIELD_1]), ClosedCaptions { field_1: true, ..none });
        assert_eq!(found(&[FIELD_1, FIELD_2]), ClosedCaptions { field_1: true, field_2: true, ..none });
        assert_eq!(found(&[FIELD_1, FIELD_2_PADDING]), ClosedCaptions { field_1: true, ..none });
        assert_eq!(found(&[NOT_VALID, DIGITAL]), ClosedCaptions { digital: true, ..none });
        assert!(found(&[NOT_VALID, FIELD_2_PADDING]).is_none());
    }

    #[test]
    fn captions_are_found_behind_other_messages_and_escapes() {
        // A delimiter, then one NAL unit with an unregistered message (300 bytes) and captions whose padding is escaped.
        let unregistered = [&[5, 0xff, 45][..], &[7; 300]].concat();
        let captions = message(&[[0xfa, 0, 0], [0xfa, 0, 0], FIELD_1]);
        let escaped = captions.clone().splice(.., []).fold(Vec::new(), |mut out: Vec<u8>, byte| {
            if byte <= 3 && out.ends_with(&[0, 0]) {
                out.push(3);
            }
            out.push(byte);
            out
        });
        let sample = [nal(&[9], &[0xf0]), nal(AVC_SEI, &[&unregistered[..], &escaped, &[0x80]].concat())].concat();
        assert!(scan_avc(&sample).field_1);
    }

    #[test]
    fn what_follows_a_slice_is_another_matter() {
        let captions = nal(AVC_SEI, &[&message(&[FIELD_1])[..], &[0x80]].concat());
        assert!(scan_avc(&[nal(&[0x65], &[1, 2, 3]), captions].concat()).is_none());
    }

    #[test]
    fn hevc_and_dolby_vision_have_them_too_and_others_do_not() {
        let sample = nal(&[0x4e, 0x01], &[&message(&[FIELD_1])[..], &[0x80]].concat());
        for facts in [facts(Codec::Hevc, "hvc1.1.6.L30.90", 4), facts(Codec::DolbyVision, "dvh1.05.06", 4)] {
            let mut scan = CaptionScan::of(&facts).unwrap();
            scan.add(&sample);
            assert!(scan.finish().field_1, "{}", facts.string);
        }
        assert!(CaptionScan::of(&facts(Codec::Av1, "av01.0.04M.08", 0)).is_none());
    }

    #[test]
    fn user_data_of_others_is_no_caption() {
        let other = b"\x04\x0c\xb5\x00\x2fDTG1\x41\xfc\x80\x80\xff\x80";
        assert!(scan_avc(&nal(AVC_SEI, other)).is_none());
    }

    proptest! {
        #[test]
        fn no_sample_does_harm(sample: Vec<u8>, start in 0usize..40, nal_length_size in 1u8..=4) {
            let captions = nal(AVC_SEI, &[&message(&[FIELD_1, DIGITAL])[..], &[0x80]].concat());
            let cut = &captions[..start.min(captions.len())];
            for bytes in [&sample[..], cut, &[cut, &sample[..]].concat()] {
                for codec in [Codec::Avc, Codec::Hevc] {
                    let mut scan = CaptionScan::of(&facts(codec, "", nal_length_size)).unwrap();
                    scan.add(bytes);
                    scan.finish();
                }
            }
        }
    }
}
