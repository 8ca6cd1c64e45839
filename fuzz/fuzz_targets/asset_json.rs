//! A track document: what is read is written, and read again as the same.
#![no_main]

use libfuzzer_sys::fuzz_target;
use signalbox::document::{read, write};

fuzz_target!(|data: &[u8]| match read(data) {
    Ok(asset) => assert_eq!(read(&write(&asset)).expect("what is written can be read"), asset),
    Err(error) => assert!(!error.problems.is_empty() && !error.to_string().is_empty()),
});
