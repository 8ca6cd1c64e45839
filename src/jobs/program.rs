//! Programs that are run for jobs: found, given no secrets, and ended with all that they started.

use rustix::process::{Pid, Signal, kill_process_group, setpriority_process};
use std::ffi::OsStr;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use tokio::process::{Child, Command};

/// As `nice` has it, from -20 to 19.
const NICENESS: i32 = 10;

/// The program of that name on `PATH`, or at that path.
pub(super) fn find_program(name: &str) -> Option<PathBuf> {
    if name.contains('/') {
        return Some(PathBuf::from(name)).filter(|path| is_program(path));
    }
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|folder| folder.join(name)).find(|place| is_program(place))
}

pub(super) fn is_program(path: &Path) -> bool {
    path.metadata().is_ok_and(|metadata| metadata.is_file() && metadata.permissions().mode() & 0o111 != 0)
}

/// A command that leads a process group, and is told nothing of this process's environment that it needs not know.
pub(super) fn prepared(mut command: Command) -> Command {
    command.env_clear().envs(std::env::vars_os().filter(|(name, _)| is_for_programs(name)));
    command.current_dir("/").process_group(0).kill_on_drop(true);
    command
}

/// What the environment says to this program, such as a secret, is not for that one.
fn is_for_programs(name: &OsStr) -> bool {
    ["PATH", "LD_LIBRARY_PATH", "TMPDIR", "LANG"].iter().any(|known| name == *known)
}

/// The process group of a program, killed unless it is known to have ended.
pub(super) struct Group(Option<Pid>);

impl Group {
    pub(super) fn of(child: &Child) -> Group {
        Group(child.id().and_then(|id| Pid::from_raw(i32::try_from(id).ok()?)))
    }

    pub(super) fn pid(&self) -> Option<Pid> {
        self.0
    }

    /// Those who watch go first.
    pub(super) fn give_way(&self) {
        if let Some(pid) = self.0 {
            let _ = setpriority_process(Some(pid), NICENESS);
        }
    }

    /// It has ended, and its number may be another's.
    pub(super) fn ended(&mut self) {
        self.0 = None;
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        if let Some(pid) = self.0 {
            let _ = kill_process_group(pid, Signal::KILL);
        }
    }
}
