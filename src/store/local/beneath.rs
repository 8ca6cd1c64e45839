//! Opening what lies below a folder, in one look of the kernel, which sees to it that no link leads out.

use crate::store::StorePath;
use rustix::fs::{CWD, Mode, OFlags, ResolveFlags, openat, openat2};
use rustix::io::Result;
use std::os::fd::OwnedFd;
use std::path::Path;

/// Whether the kernel may ask the disk for names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Names {
    OfTheDisk,
    /// Gives up (`EAGAIN`) where a name is not in memory, or another machine would have to be asked for it.
    InMemory,
}

/// Opens the folder `path` below `root`. An error may mean no more than that it must be looked for in another way: a
/// link that names its goal from the top of the file system is refused also where that lies below `root`.
pub(super) fn open_folder(root: &Path, path: &StorePath, names: Names) -> Result<OwnedFd> {
    open(root, path, OFlags::RDONLY | OFlags::DIRECTORY, names)
}

/// Opens the folder that lies at `place`, wherever that is.
pub(super) fn open_place(place: &Path) -> Result<OwnedFd> {
    openat(CWD, place, OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC, Mode::empty())
}

/// Opens the file `path` below `root`, which may be anything: a named pipe is opened without waiting for its other end.
pub(super) fn open_file(root: &Path, path: &StorePath, names: Names) -> Result<OwnedFd> {
    open(root, path, OFlags::RDONLY | OFlags::NONBLOCK | OFlags::NOCTTY, names)
}

fn open(root: &Path, path: &StorePath, flags: OFlags, names: Names) -> Result<OwnedFd> {
    let top = openat(CWD, root, OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC, Mode::empty())?;
    let path = if path.is_root() { "." } else { path.as_str() };
    let mut resolve = ResolveFlags::BENEATH | ResolveFlags::NO_MAGICLINKS;
    if names == Names::InMemory {
        resolve |= ResolveFlags::CACHED;
    }
    openat2(top, path, flags | OFlags::CLOEXEC, Mode::empty(), resolve)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rustix::io::Errno;
    use std::fs::File;
    use std::io::Read;
    use std::os::unix::fs::symlink;

    fn path(path: &str) -> StorePath {
        StorePath::parse(path).unwrap()
    }

    /// A walk through names in memory gives up where something else on the machine moves names meanwhile.
    fn patiently(open: impl Fn() -> Result<OwnedFd>) -> Result<OwnedFd> {
        let mut tries = std::iter::repeat_with(open).take(10_000);
        tries.find(|opened| !matches!(opened, Err(Errno::AGAIN))).unwrap_or(Err(Errno::AGAIN))
    }

    #[test]
    fn opens_what_lies_below_and_nothing_else() {
        let (inside, outside) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let root = inside.path();
        std::fs::create_dir(root.join("a")).unwrap();
        std::fs::write(root.join("a/in"), "inside").unwrap();
        std::fs::write(outside.path().join("out"), "outside").unwrap();
        symlink("a/in", root.join("link")).unwrap();
        symlink(outside.path().join("out"), root.join("out")).unwrap();
        symlink(outside.path(), root.join("folder")).unwrap();
        symlink("../../../../../../../../etc", root.join("a/etc")).unwrap();
        for names in [Names::OfTheDisk, Names::InMemory] {
            for name in ["a/in", "link"] {
                let mut text = String::new();
                File::from(patiently(|| open_file(root, &path(name), names)).unwrap())
                    .read_to_string(&mut text)
                    .unwrap();
                assert_eq!(text, "inside");
            }
            for name in ["out", "folder/out", "a/etc/passwd"] {
                // `EAGAIN` where the kernel cannot tell without another look where `..` leads.
                let error = open_file(root, &path(name), names).unwrap_err();
                assert!(matches!(error, Errno::XDEV | Errno::AGAIN), "{name}: {error}");
            }
            for name in ["folder", "a/etc"] {
                assert!(open_folder(root, &path(name), names).is_err(), "{name}");
            }
            assert!(patiently(|| open_folder(root, &StorePath::root(), names)).is_ok());
            assert!(open_folder(root, &path("a/in"), names).is_err());
        }
    }
}
