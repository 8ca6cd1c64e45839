//! A track document: what is read is written, and read again as the same; what is served of it is in order.
#![no_main]

use libfuzzer_sys::fuzz_target;
use signalbox::document::{read, write};
use signalbox::track::rules::as_served;

fuzz_target!(|data: &[u8]| match read(data) {
    Ok(document) => {
        let again = read(&write(&document.asset)).expect("what is written can be read");
        assert_eq!((&again.asset, again.ignored.as_slice()), (&document.asset, &[][..]));
        let (served, _) = document.served();
        assert_eq!(as_served(&served), (served.clone(), Vec::new()), "what is served is in order");
    }
    Err(error) => assert!(!error.problems.is_empty() && !error.to_string().is_empty()),
});
