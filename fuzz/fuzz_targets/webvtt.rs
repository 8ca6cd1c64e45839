//! A WebVTT file, and what is written of its cues.
#![no_main]

mod cues;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    if let Ok(captions) = signalbox::text::read_webvtt(data) {
        cues::check(&captions);
    }
});
