//! What every reader of captions promises, and that all writers cope.

use signalbox::text::{
    Captions, imsc_document, read_ttml, read_webvtt, webvtt_segment, wvtt_sample_entry, wvtt_samples,
};
use signalbox::track::Language;

pub fn check(captions: &Captions) {
    assert!(captions.cues.is_sorted_by_key(|cue| cue.start));
    for cue in &captions.cues {
        assert!(cue.end > cue.start);
        assert!(!cue.payload.contains("-->") && !cue.payload.contains("\n\n"), "{:?}", cue.payload);
        let lines = [cue.settings.as_str(), cue.id.as_deref().unwrap_or_default()];
        assert!(lines.iter().all(|line| !line.contains("-->") && !line.contains('\n')));
    }
    let again = read_webvtt(webvtt_segment(captions, 0, u64::MAX).as_bytes()).expect("what is written can be read");
    assert_eq!(again.cues, captions.cues);
    wvtt_sample_entry(captions);
    for window in [0..6000, 6000..12_000, 0..u64::from(u32::MAX)] {
        webvtt_segment(captions, window.start, window.end);
        let samples = wvtt_samples(captions, window.clone(), 1000);
        assert_eq!(samples.iter().map(|sample| u64::from(sample.duration)).sum::<u64>(), window.end - window.start);
        let document = imsc_document(captions, &Language::und(), window);
        read_ttml(document.as_bytes()).expect("what is written can be read");
    }
}
