//! Writing boxes: sizes are filled in when the content is known.

/// Appends a box with what `content` writes.
pub fn boxed(out: &mut Vec<u8>, fourcc: &[u8; 4], content: impl FnOnce(&mut Vec<u8>)) {
    let start = out.len();
    out.extend_from_slice(&[0; 4]);
    out.extend_from_slice(fourcc);
    content(out);
    let size = (out.len() - start) as u32;
    out[start..start + 4].copy_from_slice(&size.to_be_bytes());
}

/// Appends a full box: a box that begins with a version and 24 flag bits (ISO/IEC 14496-12 4.2).
pub fn full_box(out: &mut Vec<u8>, fourcc: &[u8; 4], version: u8, flags: u32, content: impl FnOnce(&mut Vec<u8>)) {
    boxed(out, fourcc, |out| {
        put_u32(out, u32::from(version) << 24 | (flags & 0x00ff_ffff));
        content(out);
    });
}

pub fn put_u16(out: &mut Vec<u8>, value: u16) {
    out.extend_from_slice(&value.to_be_bytes());
}

pub fn put_u32(out: &mut Vec<u8>, value: u32) {
    out.extend_from_slice(&value.to_be_bytes());
}

pub fn put_u64(out: &mut Vec<u8>, value: u64) {
    out.extend_from_slice(&value.to_be_bytes());
}
