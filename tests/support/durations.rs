//! The durations of a playlist's segments, exact: m3u8-rs reads them as numbers of 24 bits.

/// EXTINF of every segment, in microseconds.
pub fn durations(playlist: &str) -> Vec<u64> {
    let micros = |value: &str| -> Option<u64> {
        let (whole, decimals) = value.strip_suffix(',')?.split_once('.')?;
        let micros: u64 = decimals.parse().ok().filter(|_| decimals.len() == 6)?;
        Some(whole.parse::<u64>().ok()? * 1_000_000 + micros)
    };
    let values = playlist.lines().filter_map(|line| line.strip_prefix("#EXTINF:"));
    values.map(|value| micros(value).unwrap_or_else(|| panic!("EXTINF:{value}"))).collect()
}
