//! The rungs of the video ladder: do they belong together, and is each worth its place?

use super::finding::Findings;
use super::rules::{
    ASPECT_RATIO, BIT_RATE_GAP, BIT_RATE_NEAR, FRAME_RATE_HIGH, HDR_WITHOUT_SDR, KEY_FRAMES_FAR, LADDER_MISALIGNED,
    ONE_BIT_RATE, PARAMETER_SETS_IN_BAND, PEAK_BIT_RATE,
};
use super::view::{Shown, View, counted, kilobits};
use crate::isobmff::{VideoFacts, VideoRange};
use crate::presentation::{Time, Timeline};

/// Timescales round differently, in milliseconds; the grid allows the same.
const SAME_MOMENT: u64 = 1;
/// A step of this size is seen, and all whose connection lies in between get much less than it bears.
const WIDEST_STEP: f64 = 3.0;
/// A smaller step is not seen, and costs a place in every cache.
const NARROWEST_STEP: f64 = 1.2;
/// Sizes are whole pixels, and even: 426 by 240 is meant to be 16:9.
const SAME_SHAPE: f64 = 0.02;
/// Apple HLS Authoring Specification 1.19, 1.13 and 1.30; the tolerances are one picture and rounding.
const MOST_FRAMES: f64 = 60.1;
const KEY_FRAME_SECONDS: f64 = 2.1;
const PEAK_TO_AVERAGE: u64 = 2;

pub(super) fn check(view: &View, findings: &mut Findings) {
    let rungs: Vec<Shown> = view.rungs().collect();
    let Some(reference) = rungs.first() else { return };
    for rung in &rungs {
        alone(rung, findings);
    }
    for rung in rungs.iter().skip(1) {
        aligned(reference, rung, findings);
        same_shape(reference, rung, findings);
    }
    steps(&rungs, findings);
    ranges(&rungs, findings);
}

/// What is wrong with a rung whatever stands beside it.
fn alone(rung: &Shown, findings: &mut Findings) {
    let (name, rendition) = (rung.name(), rung.rendition);
    if rendition.codec_string().starts_with("hev1") {
        let message = format!("it is labelled {}", rendition.codec_string());
        let remedy = "remux the file with the sample entry hvc1 (ffmpeg: -c copy -tag:v hvc1)";
        findings.of_track(&PARAMETER_SETS_IN_BAND, name, message, remedy);
    }
    if let Some(rate) = rendition.frame_rate.filter(|rate| rate.per_second() > MOST_FRAMES) {
        let message = format!("it has {:.3} pictures a second", rate.per_second());
        findings.of_track(&FRAME_RATE_HIGH, name, message, "offer a rung of at most 60 pictures a second");
    }
    let bit_rate = rung.bit_rate();
    if bit_rate.peak > bit_rate.average.saturating_mul(PEAK_TO_AVERAGE) {
        let message = format!("its peak is {}, its average {}", kilobits(bit_rate.peak), kilobits(bit_rate.average));
        findings.of_track(&PEAK_BIT_RATE, name, message, "limit the encoder's peak to twice the average");
    }
    let longest = rung.longest_without_key_frame().seconds();
    if longest > KEY_FRAME_SECONDS {
        let message = format!("its key frames are up to {longest:.3} s apart");
        findings.of_track(&KEY_FRAMES_FAR, name, message, "encode with a key frame every two seconds");
    }
}

fn aligned(reference: &Shown, rung: &Shown, findings: &mut Findings) {
    let apart = moments_apart(&reference.rendition.timeline, &rung.rendition.timeline);
    let Some(first) = apart.first() else { return };
    let message = format!(
        "{} from those of {:?}, the first at {:.3} s",
        counted(apart.len(), "segment boundary differs", "segment boundaries differ"),
        reference.name(),
        first.seconds()
    );
    let remedy = "encode all rungs with key frames at the same times (closed, of fixed distance, no scene detection)";
    findings.of_track(&LADDER_MISALIGNED, rung.name(), message, remedy);
}

/// Where segments of one timeline begin and those of the other do not, up to the end of the shorter one.
fn moments_apart(one: &Timeline, other: &Timeline) -> Vec<Time> {
    let starts = |timeline: &Timeline| -> Vec<Time> {
        timeline.segments.iter().map(|segment| Time::new(segment.time, timeline.timescale)).collect()
    };
    let (ones, others) = (starts(one), starts(other));
    let end = one.end().min(other.end()).millis().saturating_sub(SAME_MOMENT);
    let mut apart = Vec::new();
    let (mut ones, mut others) = (ones.into_iter().peekable(), others.into_iter().peekable());
    while let (Some(&one), Some(&other)) = (ones.peek(), others.peek()) {
        let (a, b) = (one.millis(), other.millis());
        if a.abs_diff(b) <= SAME_MOMENT {
            ones.next();
            others.next();
        } else if a < b {
            apart.push(one);
            ones.next();
        } else {
            apart.push(other);
            others.next();
        }
    }
    apart.extend(ones.chain(others));
    apart.retain(|moment| moment.millis() < end);
    apart
}

fn shape(video: &VideoFacts) -> f64 {
    let (width, height) = video.display_size();
    f64::from(width.max(1)) / f64::from(height.max(1))
}

fn same_shape(reference: &Shown, rung: &Shown, findings: &mut Findings) {
    let (Some(first), Some(this)) = (reference.rendition.video(), rung.rendition.video()) else { return };
    if (shape(this) / shape(first) - 1.0).abs() > SAME_SHAPE {
        let size = |video: &VideoFacts| {
            let (width, height) = video.display_size();
            format!("{width}x{height}")
        };
        let message = format!("it is {} and {:?} is {}", size(this), reference.name(), size(first));
        let remedy = "encode all rungs with the same shape; if the pixels are not square, say so in the file";
        findings.of_track(&ASPECT_RATIO, rung.name(), message, remedy);
    }
}

/// Neighbours by bit rate. A player switches within one codec and range, so each of these is a ladder of its own.
fn steps(rungs: &[Shown], findings: &mut Findings) {
    let ladder = |rung: &Shown| {
        let range = rung.rendition.video().map(|video| video.range().to_string());
        (rung.rendition.codec(), range)
    };
    let mut by_rate: Vec<&Shown> = rungs.iter().collect();
    by_rate.sort_by_cached_key(|rung| (ladder(rung), rung.bit_rate().average));
    for (lower, upper) in by_rate.iter().zip(by_rate.iter().skip(1)) {
        if ladder(lower) != ladder(upper) {
            continue;
        }
        let (low, high) = (lower.bit_rate().average, upper.bit_rate().average);
        let step = high as f64 / low.max(1) as f64;
        let size = |rung: &Shown| rung.rendition.video().map(VideoFacts::display_size);
        let rates = format!("{}, and the next below, {:?}, {}", kilobits(high), lower.name(), kilobits(low));
        if step > WIDEST_STEP {
            let message = format!("it has {rates}: {step:.1} times as much");
            findings.of_track(&BIT_RATE_GAP, upper.name(), message, "add a rung between the two");
        } else if step < NARROWEST_STEP
            && size(lower) == size(upper)
            && lower.rendition.frame_rate == upper.rendition.frame_rate
        {
            let message = format!("it has {rates}");
            findings.of_track(&BIT_RATE_NEAR, upper.name(), message, "hide one of the two");
        }
    }
    if let [only] = rungs {
        let message = format!("{:?}, with {}, is all there is", only.name(), kilobits(only.bit_rate().average));
        findings.of_track(&ONE_BIT_RATE, only.name(), message, "add rungs of lower bit rate for slow connections");
    }
}

fn ranges(rungs: &[Shown], findings: &mut Findings) {
    let ranges = || rungs.iter().filter_map(|rung| rung.rendition.video()).map(VideoFacts::range);
    if let Some(range) = ranges().next().filter(|_| ranges().all(|range| range != VideoRange::Sdr)) {
        let message = format!("all video is {range}");
        findings.of_asset(&HDR_WITHOUT_SDR, message, "add a ladder of standard range for screens that have no other");
    }
}
