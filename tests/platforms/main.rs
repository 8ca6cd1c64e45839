//! The APIs of Cloudflare Stream and DatoCMS over real HTTP, on copies of the sample assets; and what a change by one
//! API looks like in all others.

#[path = "../support/samples.rs"]
mod samples;

mod cloudflare;
mod dato;
mod identifiers;
mod matrix;
mod support;
