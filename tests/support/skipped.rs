//! What a test says that cannot be made here.

use std::io::Write;

/// Says that something is not tested, past the harness, which keeps what a test that passes prints; `tests/run` reads it.
pub fn skipped(what: &str) {
    // In one piece: others write as well.
    let _ = std::io::stderr().write_all(format!("skipped: {what}\n").as_bytes());
}
