//! WebVTT in MP4 (ISO/IEC 14496-30 clause 7): the `wvtt` sample entry, and a window of cues as samples.
//!
//! Samples follow each other without gaps, so the window is cut wherever a cue starts or ends. Between two cuts the
//! same cues are shown: one `vttc` each, or a single `vtte` for none. A cue that spans several samples carries the same
//! source id in all of them, which is its place in the captions and so the same in every segment.

use super::settings::Settings;
use super::{Captions, Cue, boxes, cue_text, timestamp};
use std::collections::BTreeSet;
use std::ops::Range;

/// A timed text sample.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextSample {
    /// In the track's timescale.
    pub duration: u32,
    pub data: Vec<u8>,
}

/// The `wvtt` sample entry box, whose `vttC` holds the head of the WebVTT file: signature and blocks.
pub fn wvtt_sample_entry(captions: &Captions) -> Vec<u8> {
    let mut head = String::from("WEBVTT");
    for block in &captions.blocks {
        head.push_str("\n\n");
        head.push_str(block);
    }
    let mut configuration = Vec::new();
    boxes::push(&mut configuration, b"vttC", head.as_bytes());
    boxes::sample_entry(b"wvtt", &configuration)
}

/// The samples of `window`, whose durations sum to it exactly. Times are in ticks, `timescale` per second; a cue
/// shorter than a tick may vanish. Samples longer than a duration field holds are repeated.
///
/// Where many cues overlap, each is repeated in many samples. A file of nothing but that would cost the square of its
/// size, so a window's samples take at most a small multiple of its cues; the rest of the window stays empty.
pub fn wvtt_samples(captions: &Captions, window: Range<u64>, timescale: u32) -> Vec<TextSample> {
    let shown = shown(captions, &window, timescale);
    let mut budget = Budget::of(&shown);
    let mut cuts: BTreeSet<u64> = shown.iter().flat_map(|cue| [cue.ticks.start, cue.ticks.end]).collect();
    cuts.retain(|cut| window.contains(cut));
    cuts.insert(window.end);
    let mut samples = Vec::with_capacity(cuts.len());
    let (mut at, mut next) = (window.start, 0);
    let mut active: Vec<&Shown> = Vec::new();
    for cut in cuts.into_iter().filter(|&cut| cut > window.start) {
        active.retain(|cue| cue.ticks.end > at);
        while let Some(cue) = shown.get(next).filter(|cue| cue.ticks.start <= at) {
            active.extend(Some(cue).filter(|cue| cue.ticks.end > at));
            next += 1;
        }
        let Some(data) = sample(&active, at..cut, timescale, &mut budget) else { break };
        push_samples(&mut samples, cut - at, data);
        at = cut;
    }
    if at < window.end {
        push_samples(&mut samples, window.end - at, gap());
    }
    samples
}

/// A cue on the clock of the track.
struct Shown<'a> {
    cue: &'a Cue,
    /// Its place in the captions.
    source: usize,
    ticks: Range<u64>,
}

impl Shown<'_> {
    /// About the bytes that it takes in a sample, boxes included.
    fn size(&self) -> usize {
        const BOXES: usize = 80;
        let cue = self.cue;
        BOXES + cue.payload.len() + cue.settings.len() + cue.id.as_ref().map_or(0, String::len)
    }
}

/// The cues of the window in order of their start. One rule for all conversions, so that neighbours agree.
fn shown<'a>(captions: &'a Captions, window: &Range<u64>, timescale: u32) -> Vec<Shown<'a>> {
    let ticks = |milliseconds: u64| scale(milliseconds, u64::from(timescale), 1000);
    let milliseconds = |ticks: u64| scale(ticks, 1000, u64::from(timescale.max(1)));
    // A millisecond more on both sides, for what rounding may bring in.
    let places =
        captions.overlapping(milliseconds(window.start).saturating_sub(1), milliseconds(window.end).saturating_add(2));
    let cue = |source: usize| {
        let cue = captions.cues.get(source)?;
        Some(Shown { cue, source, ticks: ticks(cue.start)..ticks(cue.end) })
    };
    let within =
        |shown: &Shown| !shown.ticks.is_empty() && shown.ticks.start < window.end && shown.ticks.end > window.start;
    places.into_iter().filter_map(cue).filter(within).collect()
}

/// `value * numerator / denominator`, rounded to the nearest.
fn scale(value: u64, numerator: u64, denominator: u64) -> u64 {
    let product = u128::from(value) * u128::from(numerator) + u128::from(denominator / 2);
    u64::try_from(product / u128::from(denominator)).unwrap_or(u64::MAX)
}

/// Bytes that a window's samples may still take.
struct Budget(usize);

impl Budget {
    fn of(shown: &[Shown]) -> Self {
        const SPARE: usize = 1 << 20;
        Budget(SPARE + 4 * shown.iter().map(Shown::size).sum::<usize>())
    }

    /// Takes from the budget; `None` if there is not enough.
    fn take(&mut self, bytes: usize) -> Option<()> {
        self.0 = self.0.checked_sub(bytes)?;
        Some(())
    }
}

/// The sample for a stretch in which the same cues are shown; `None` beyond the budget.
fn sample(active: &[&Shown], time: Range<u64>, timescale: u32, budget: &mut Budget) -> Option<Vec<u8>> {
    if active.is_empty() {
        return Some(gap());
    }
    let mut data = Vec::new();
    for shown in active {
        budget.take(shown.size())?;
        boxes::push(&mut data, b"vttc", &cue_boxes(shown, &time, timescale));
    }
    Some(data)
}

/// The sample that shows nothing.
fn gap() -> Vec<u8> {
    let mut data = Vec::new();
    boxes::push(&mut data, b"vtte", b"");
    data
}

/// What is in a `vttc` (ISO/IEC 14496-30 7.4), in the order of the standard.
fn cue_boxes(shown: &Shown, time: &Range<u64>, timescale: u32) -> Vec<u8> {
    let cue = shown.cue;
    let mut out = Vec::new();
    if shown.ticks != *time {
        let source = u32::try_from(shown.source).unwrap_or(u32::MAX);
        boxes::push(&mut out, b"vsid", &source.to_be_bytes());
    }
    if let Some(id) = &cue.id {
        boxes::push(&mut out, b"iden", id.as_bytes());
    }
    if has_inner_times(&cue.payload) {
        // The moments in the text are on the clock of the file: say what time it is when the sample starts.
        let now = scale(time.start, 1000, u64::from(timescale.max(1)));
        boxes::push(&mut out, b"ctim", timestamp::format(now).as_bytes());
    }
    // video.js sets each setting as the property of a cue that has its name. A percentage, a second value behind a comma
    // and a region are not what those properties take; it throws, and gives the whole track up.
    let settings = Settings::parse(&cue.settings).without_percentages();
    if !settings.is_empty() {
        boxes::push(&mut out, b"sttg", settings.as_bytes());
    }
    boxes::push(&mut out, b"payl", cue.payload.as_bytes());
    out
}

fn has_inner_times(payload: &str) -> bool {
    cue_text::tokens(payload).any(|token| matches!(token, cue_text::Token::Timestamp(_)))
}

fn push_samples(samples: &mut Vec<TextSample>, mut ticks: u64, data: Vec<u8>) {
    while ticks > u64::from(u32::MAX) {
        samples.push(TextSample { duration: u32::MAX, data: data.clone() });
        ticks -= u64::from(u32::MAX);
    }
    let duration = u32::try_from(ticks).unwrap_or(u32::MAX);
    samples.push(TextSample { duration, data });
}

#[cfg(test)]
mod tests {
    use super::super::{Cue, read_webvtt};
    use super::*;
    use proptest::prelude::*;

    fn captions(text: &str) -> Captions {
        read_webvtt(format!("WEBVTT\n\n{text}").as_bytes()).unwrap()
    }

    /// Duration and boxes of a sample, a `vttc` as the list of its boxes.
    fn described(sample: &TextSample) -> (u32, Vec<String>) {
        let text = |(kind, body): ([u8; 4], &[u8])| {
            let body = if kind == *b"vsid" { format!("{body:?}") } else { String::from_utf8_lossy(body).into_owned() };
            format!("{}={body}", String::from_utf8_lossy(&kind))
        };
        let cue = |(kind, body): ([u8; 4], &[u8])| match &kind {
            b"vttc" => boxes::children(body).map(text).collect::<Vec<_>>().join(" "),
            other => String::from_utf8_lossy(other).into_owned(),
        };
        (sample.duration, boxes::children(&sample.data).map(cue).collect())
    }

    fn all(samples: &[TextSample]) -> Vec<(u32, Vec<String>)> {
        samples.iter().map(described).collect()
    }

    #[test]
    fn the_sample_entry_holds_the_head_of_the_file() {
        let captions = captions("STYLE\n::cue { color: red }");
        let entry = wvtt_sample_entry(&captions);
        assert_eq!(&entry[4..16], b"wvtt\0\0\0\0\0\0\0\x01");
        let (kind, body) = boxes::children(boxes::sample_entry_fields(&entry)).next().unwrap();
        assert_eq!((&kind, body), (b"vttC", &b"WEBVTT\n\nSTYLE\n::cue { color: red }"[..]));
    }

    #[test]
    fn gaps_and_a_cue_over_the_border() {
        let captions = captions("00:01.000 --> 00:02.000\na\n\nid\n00:05.000 --> 00:07.000 line:0\nb");
        let first = wvtt_samples(&captions, 0..6000, 1000);
        let expected = [
            (1000, vec!["vtte".to_owned()]),
            (1000, vec!["payl=a".to_owned()]),
            (3000, vec!["vtte".to_owned()]),
            (1000, vec!["vsid=[0, 0, 0, 1] iden=id sttg=line:0 payl=b".to_owned()]),
        ];
        assert_eq!(all(&first), expected);
        let second = wvtt_samples(&captions, 6000..12_000, 1000);
        let expected =
            [(1000, vec!["vsid=[0, 0, 0, 1] iden=id sttg=line:0 payl=b".to_owned()]), (5000, vec!["vtte".to_owned()])];
        assert_eq!(all(&second), expected);
    }

    #[test]
    fn settings_have_numbers_and_words_alone() {
        let captions =
            captions("00:00.000 --> 00:01.000 line:10%,start position:30%,line-left size:50% align:start\na");
        let expected = [(1000, vec!["sttg=line:2 align:start payl=a".to_owned()])];
        assert_eq!(all(&wvtt_samples(&captions, 0..1000, 1000)), expected);
    }

    #[test]
    fn overlapping_cues_cut_each_other() {
        let captions = captions("00:01.000 --> 00:03.000\na\n\n00:02.000 --> 00:04.000\nb");
        let expected = [
            (1000, vec!["vtte".to_owned()]),
            (1000, vec!["vsid=[0, 0, 0, 0] payl=a".to_owned()]),
            (1000, vec!["vsid=[0, 0, 0, 0] payl=a".to_owned(), "vsid=[0, 0, 0, 1] payl=b".to_owned()]),
            (1000, vec!["vsid=[0, 0, 0, 1] payl=b".to_owned()]),
        ];
        assert_eq!(all(&wvtt_samples(&captions, 0..4000, 1000)), expected);
    }

    #[test]
    fn moments_in_the_text_come_with_the_time_of_the_sample() {
        let captions = captions("00:01.000 --> 00:03.000\na <00:00:02.000>b");
        let samples = wvtt_samples(&captions, 90_000..270_000, 90_000);
        assert_eq!(all(&samples), [(180_000, vec!["ctim=00:00:01.000 payl=a <00:00:02.000>b".to_owned()])]);
    }

    #[test]
    fn an_empty_window_and_no_captions() {
        assert_eq!(wvtt_samples(&Captions::default(), 5..5, 1000), []);
        assert_eq!(all(&wvtt_samples(&Captions::default(), 5..9, 1000)), [(4, vec!["vtte".to_owned()])]);
    }

    #[test]
    fn a_gap_longer_than_a_duration_holds_is_repeated() {
        let long = u64::from(u32::MAX) + 10;
        let durations: Vec<u32> =
            wvtt_samples(&Captions::default(), 0..long, 10_000_000).iter().map(|sample| sample.duration).collect();
        assert_eq!(durations, [u32::MAX, 10]);
    }

    #[test]
    fn a_pile_of_cues_costs_no_square() {
        let cue =
            |n: u64| Cue { id: None, start: n, end: 20_000 + n, settings: String::new(), payload: "x".repeat(100) };
        let captions = Captions { cues: (0..10_000).map(cue).collect(), ..Captions::default() };
        let samples = wvtt_samples(&captions, 0..40_000, 1000);
        assert_eq!(samples.iter().map(|sample| u64::from(sample.duration)).sum::<u64>(), 40_000);
        assert!(samples.iter().map(|sample| sample.data.len()).sum::<usize>() < 10_000_000);
    }

    #[test]
    fn many_short_cues_are_all_there() {
        let cue = |n: u64| Cue { id: None, start: n, end: n + 1, settings: String::new(), payload: "x".to_owned() };
        let captions = Captions { cues: (0..50_000).map(cue).collect(), ..Captions::default() };
        let samples = wvtt_samples(&captions, 0..50_000, 1000);
        assert_eq!(samples.len(), 50_000);
        assert!(samples.iter().all(|sample| sample.data[4..8] == *b"vttc"));
    }

    proptest! {
        #[test]
        fn samples_tile_the_window_with_what_is_shown(
            times in prop::collection::vec((0u64..20_000, 1u64..8000), 0..12),
            start in 0u64..20_000,
            length in 1u64..9000,
            timescale in prop::sample::select(vec![1000u32, 90_000, 12_800, 30_000]),
        ) {
            let cue = |(n, &(start, length)): (usize, &(u64, u64))| Cue {
                id: None, start, end: start + length, settings: String::new(), payload: format!("cue {n}."),
            };
            let captions =
                Captions { cues: times.iter().enumerate().map(cue).collect(), ..Captions::default() }.sorted();
            let ticks = |milliseconds: u64| milliseconds * u64::from(timescale) / 1000;
            let window = ticks(start)..ticks(start + length);
            let samples = wvtt_samples(&captions, window.clone(), timescale);
            prop_assert_eq!(samples.iter().map(|sample| u64::from(sample.duration)).sum::<u64>(), window.end - window.start);
            let mut at = window.start;
            for sample in &samples {
                prop_assert!(sample.duration > 0);
                let text = described(sample).1.join("\n");
                let middle = (at as f64 + f64::from(sample.duration) / 2.0) * 1000.0 / f64::from(timescale);
                for cue in &captions.cues {
                    // Away from the cuts by more than rounding moves them.
                    let (after, before) = (middle - cue.start as f64, cue.end as f64 - middle);
                    if after.abs() > 1.0 && before.abs() > 1.0 {
                        prop_assert_eq!(text.contains(&cue.payload), after > 0.0 && before > 0.0);
                    }
                }
                at += u64::from(sample.duration);
            }
        }
    }
}
