//! The program as a person runs it: what it prints, its exit codes, its signals, and how little a bad file can do.

#[path = "../support/samples.rs"]
mod samples;

mod api;
mod broken_files;
mod inspect;
mod lint;
mod report;
mod serve;
mod support;
mod tracks;
mod usage;
