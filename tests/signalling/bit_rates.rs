//! Bit rates, against the bytes that are sent.

use super::durations::durations;
use super::player::Player;
use super::playlist::lines;
use super::shown::Shown;
use std::path::Path;

/// Bits and seconds of each segment of a media playlist, or of each key frame of an I-frame playlist.
async fn measured(player: &Player, asset: &str, playlist: &str) -> (Vec<(f64, f64)>, f64) {
    let text = player.text(&format!("/{asset}/{playlist}")).await;
    let target =
        lines(&text).iter().find_map(|line| line.strip_prefix("#EXT-X-TARGETDURATION:")?.parse().ok()).unwrap();
    let ranges = lines(&text).into_iter().filter_map(|line| line.strip_prefix("#EXT-X-BYTERANGE:")?.split_once('@'));
    let mut bytes: Vec<usize> = ranges.map(|(length, _)| length.parse().unwrap()).collect();
    if bytes.is_empty() {
        for path in lines(&text).into_iter().filter(|line| !line.starts_with('#')) {
            let (status, body) = player.get(&format!("/{asset}/{path}")).await;
            assert_eq!(status, 200, "{path}");
            bytes.push(body.len());
        }
    }
    let seconds = durations(&text).into_iter().map(|micros| micros as f64 / 1e6);
    (bytes.into_iter().map(|bytes| bytes as f64 * 8.0).zip(seconds).collect(), target)
}

/// RFC 8216bis 4.1: the largest rate over contiguous segments that last 0.5 to 1.5 target durations.
fn peak(segments: &[(f64, f64)], target: f64) -> f64 {
    let mut peak: f64 = 0.0;
    for start in 0..segments.len() {
        for end in start + 1..=segments.len() {
            let (bits, seconds) = sum(&segments[start..end]);
            if (0.5 * target..=1.5 * target).contains(&seconds) {
                peak = peak.max(bits / seconds);
            }
        }
    }
    peak
}

fn average(segments: &[(f64, f64)]) -> f64 {
    let (bits, seconds) = sum(segments);
    bits / seconds
}

fn sum(segments: &[(f64, f64)]) -> (f64, f64) {
    segments.iter().fold((0.0, 0.0), |sum, segment| (sum.0 + segment.0, sum.1 + segment.1))
}

/// Not below what is measured, nor more than a tenth above (Apple authoring specification 1.26, 1.27).
#[track_caller]
fn assert_near(said: u64, measured: f64, what: &str) {
    let said = said as f64;
    assert!(said >= measured - 1.0 && said <= measured * 1.1 + 1.0, "{what}: {said} is said, {measured} measured");
}

/// RFC 8216bis 4.4.6.2: the largest sum of peaks of any combination that the variant lets play.
#[tokio::test]
async fn hls_says_what_the_costliest_combination_takes() {
    let player = Player::over(&Path::new(env!("CARGO_MANIFEST_DIR")).join("assets-sample"));
    for asset in ["harbour", "talk", "modern", "radio"] {
        let master = player.text(&format!("/{asset}/master.m3u8")).await;
        let mpd = player.text(&format!("/{asset}/manifest.mpd")).await;
        let shown = Shown::read(master, mpd);
        for variant in &shown.master.variants {
            let what = format!("{asset} {} {:?}", variant.uri, variant.audio);
            let (own, target) = measured(&player, asset, &variant.uri).await;
            let (mut peaks, mut averages) = (peak(&own, target), average(&own));
            for group in [&variant.audio, &variant.subtitles].into_iter().flatten() {
                let (mut group_peak, mut group_average) = (0.0f64, 0.0f64);
                let members = shown.master.alternatives.iter().filter(|media| media.group_id == *group);
                for uri in members.filter_map(|media| media.uri.as_deref()).filter(|uri| *uri != variant.uri) {
                    let (segments, target) = measured(&player, asset, uri).await;
                    group_peak = group_peak.max(peak(&segments, target));
                    group_average = group_average.max(average(&segments));
                }
                peaks += group_peak;
                averages += group_average;
            }
            assert_near(variant.bandwidth, peaks, &format!("BANDWIDTH of {what}"));
            assert_near(variant.average_bandwidth.unwrap(), averages, &format!("AVERAGE-BANDWIDTH of {what}"));
        }
    }
}

/// ISO/IEC 23009-1 5.3.5.2: a player with `minBufferTime` of data in hand that receives at `bandwidth` never stops, from
/// whichever segment it starts.
#[tokio::test]
async fn dash_says_a_rate_at_which_play_never_stops() {
    let player = Player::over(&Path::new(env!("CARGO_MANIFEST_DIR")).join("assets-sample"));
    for asset in ["harbour", "talk", "modern", "radio"] {
        let mpd = dash_mpd_core::parse(&player.text(&format!("/{asset}/manifest.mpd")).await).unwrap();
        let buffer = mpd.minBufferTime.unwrap().as_secs_f64();
        let representations = mpd.periods[0].adaptations.iter().flat_map(|set| &set.representations);
        for representation in representations {
            let id = representation.id.as_deref().unwrap();
            let rate = representation.bandwidth.unwrap() as f64;
            let template = representation.SegmentTemplate.as_ref().unwrap();
            let timescale = template.timescale.unwrap() as f64;
            let mut segments: Vec<(f64, f64)> = Vec::new();
            let mut time = 0;
            for run in &template.SegmentTimeline.as_ref().unwrap().segments {
                time = run.t.unwrap_or(time);
                for _ in 0..=run.r.unwrap_or(0) {
                    let path = template.media.as_ref().unwrap().replace("$Time$", &time.to_string());
                    let (status, body) = player.get(&format!("/{asset}/{path}")).await;
                    assert_eq!(status, 200, "{path}");
                    segments.push((body.len() as f64 * 8.0, run.d as f64 / timescale));
                    time += run.d;
                }
            }
            for start in 0..segments.len() {
                // Receiving starts at -buffer; a segment must be there when it is due.
                let (mut received, mut due) = (0.0, 0.0);
                for (bits, seconds) in &segments[start..] {
                    received += bits / rate;
                    assert!(received <= due + buffer + 1e-6, "{asset} {id}: late at {due} s, started at {start}");
                    due += seconds;
                }
            }
            assert!(
                rate <= segments.iter().map(|s| s.0 / s.1).fold(0.0, f64::max) * 2.0 + 2000.0,
                "{asset} {id}: {rate}"
            );
        }
    }
}
