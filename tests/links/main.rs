//! The links of Azure Media Services as players meet them: over HTTP, on copies of the sample assets.

#[path = "../support/samples.rs"]
mod samples;

mod dialect;
mod errors;
mod filters;
mod locators;
mod played;
mod support;
