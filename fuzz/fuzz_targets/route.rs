//! The path of a URL: none leaves the store, and each route is written as it is read.
#![no_main]

use libfuzzer_sys::fuzz_target;
use signalbox::origin::{Route, decode_path};
use signalbox::store::StorePath;

fuzz_target!(|path: &str| {
    let Ok(decoded) = decode_path(path) else { return };
    assert!(!decoded.split(['/', '\\']).any(|part| part == ".."));
    let Ok(route) = Route::parse(&decoded) else { return };
    assert!(route.asset().is_none_or(|asset| StorePath::parse(asset).is_some()));
    let written = route.to_string();
    let again = decode_path(&written).expect("what is written can be read");
    assert_eq!(Route::parse(&again), Ok(route));
});
