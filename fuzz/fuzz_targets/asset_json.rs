//! A track document: what is read is written, and read again as the same.
#![no_main]

use libfuzzer_sys::fuzz_target;
use signalbox::document::{Document, read, write};
use signalbox::track::rules::as_served;

fuzz_target!(|data: &[u8]| match read(data) {
    Ok(document) => {
        let again = read(&write(&document.asset)).expect("what is written can be read");
        assert_eq!(again, Document { asset: document.asset, ignored: Vec::new() });
        as_served(&again.asset);
    }
    Err(error) => assert!(!error.problems.is_empty() && !error.to_string().is_empty()),
});
