//! A folder for tests that write much: where there is a disk in memory, on that. A process that is killed cannot tell it
//! from another, and each write that is made durable is cheap.

use std::path::Path;

pub fn folder() -> tempfile::TempDir {
    let memory = Path::new("/dev/shm");
    let made = if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() };
    made.or_else(|_| tempfile::tempdir()).unwrap()
}
