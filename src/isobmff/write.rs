//! Writing boxes: sizes are filled in when the content is there. Fields go through [`bytes::BufMut`], which is
//! big-endian, as boxes are.

use bytes::BufMut;

/// Appends a box of type `kind` with the content that `content` appends. The content must stay below 4 GiB: headers and
/// tables do; media data has its own header with a 64-bit size.
pub fn boxed(out: &mut Vec<u8>, kind: &[u8; 4], content: impl FnOnce(&mut Vec<u8>)) {
    let start = out.len();
    out.put_u32(0);
    out.put_slice(kind);
    content(out);
    let size = u32::try_from(out.len() - start).unwrap_or(u32::MAX);
    out[start..start + 4].copy_from_slice(&size.to_be_bytes());
}

/// As [`boxed`], for a box that starts with a version and 24 bits of flags (ISO/IEC 14496-12 4.2.2).
pub fn full_box(out: &mut Vec<u8>, kind: &[u8; 4], version: u8, flags: u32, content: impl FnOnce(&mut Vec<u8>)) {
    boxed(out, kind, |out| {
        out.put_u8(version);
        out.put_uint(u64::from(flags), 3);
        content(out);
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_cover_header_and_children() {
        let mut out = b"before".to_vec();
        boxed(&mut out, b"moof", |out| {
            full_box(out, b"mfhd", 0, 0, |out| out.put_u32(7));
            boxed(out, b"traf", |_| ());
        });
        assert_eq!(out, b"before\0\0\0\x20moof\0\0\0\x10mfhd\0\0\0\0\0\0\0\x07\0\0\0\x08traf");
    }

    #[test]
    fn version_and_flags_share_four_bytes() {
        let mut out = Vec::new();
        full_box(&mut out, b"tfhd", 1, 0x020038, |_| ());
        assert_eq!(out, b"\0\0\0\x0ctfhd\x01\x02\x00\x38");
    }
}
