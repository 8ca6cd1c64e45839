//! Media whose last segment is too long for the buffers between server and client.

/// An MP4 file of one track, its media last, whose last sample has `more` bytes more.
pub fn with_long_end(mut file: Vec<u8>, more: u32) -> Vec<u8> {
    let number = |file: &[u8], at: usize| u32::from_be_bytes(file[at..at + 4].try_into().unwrap());
    let find = |file: &[u8], kind: &[u8]| file.windows(4).position(|four| four == kind).unwrap();
    let add = |file: &mut [u8], at: usize| {
        let sum = number(file, at) + more;
        file[at..at + 4].copy_from_slice(&sum.to_be_bytes());
    };
    let mut mdat = 0;
    while &file[mdat + 4..mdat + 8] != b"mdat" {
        mdat += number(&file, mdat) as usize;
    }
    assert_eq!(mdat + number(&file, mdat) as usize, file.len(), "the media comes last");
    add(&mut file, mdat);
    let sizes = find(&file, b"stsz");
    let count = number(&file, sizes + 12) as usize;
    add(&mut file, sizes + 16 + (count - 1) * 4);
    file.extend((0..more).map(|n| (n % 251) as u8));
    file
}
