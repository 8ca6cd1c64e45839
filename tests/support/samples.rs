//! The sample assets of the project.

use std::path::{Path, PathBuf};

/// Their folder.
pub fn samples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("assets-sample")
}
