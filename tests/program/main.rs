//! The program as a person runs it: what it prints, its exit codes, its signals, and how little a bad file can do.

#[path = "../support/samples.rs"]
mod samples;
#[path = "../support/skipped.rs"]
mod skipped;

mod api;
mod broken_files;
mod convert;
mod inspect;
mod lint;
mod report;
mod serve;
mod support;
mod tracks;
mod usage;
