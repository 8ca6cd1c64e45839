//! Runs the built program.

use std::io::{BufRead, BufReader, Read};
use std::net::SocketAddr;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

/// Longer than anything here takes; a test that reaches it has failed.
pub const LONG: Duration = Duration::from_secs(60);

/// The program, in an environment that says nothing to it.
pub fn program() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_signalbox"));
    clean(&mut command);
    command
}

pub fn clean(command: &mut Command) {
    command.env_remove("SIGNALBOX_LOG").env_remove("RUST_BACKTRACE").stdin(Stdio::null());
}

/// What a program said before it ended.
#[derive(Debug)]
pub struct Said {
    pub code: Option<i32>,
    pub out: String,
    pub err: String,
}

impl Said {
    pub fn of(command: &mut Command) -> Said {
        let output = command.output().unwrap();
        Said {
            code: output.status.code(),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// The one line with which it failed.
    #[track_caller]
    pub fn failure(&self) -> &str {
        assert_eq!(self.code, Some(1), "{self:?}");
        let line = self.err.strip_suffix('\n').unwrap_or_default();
        assert!(!line.is_empty() && !line.contains('\n'), "one line is wanted: {self:?}");
        line.strip_prefix("signalbox: ").unwrap_or_else(|| panic!("it does not say who speaks: {line}"))
    }
}

/// A server that runs until it is told to end, at the latest when it is dropped.
pub struct Serving {
    pub child: Child,
    pub address: SocketAddr,
    pub out: BufReader<ChildStdout>,
}

impl Serving {
    pub fn start(command: &mut Command) -> Serving {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        out.read_line(&mut line).unwrap();
        let address = line.trim_end().strip_prefix("listening on http://").and_then(|address| address.parse().ok());
        let address = address.unwrap_or_else(|| panic!("it does not say where it listens: {line:?}"));
        Serving { child, address, out }
    }

    /// The next line of its standard output.
    pub fn line(&mut self) -> String {
        let mut line = String::new();
        self.out.read_line(&mut line).unwrap();
        line.trim_end().to_owned()
    }

    pub fn signal(&self, name: &str) {
        let kill = format!("kill -s {name} {}", self.child.id());
        assert!(Command::new("sh").args(["-c", &kill]).status().unwrap().success());
    }

    /// Its exit code and what it said on standard error.
    pub fn end(mut self) -> (Option<i32>, String) {
        let begin = Instant::now();
        while self.child.try_wait().unwrap().is_none() {
            assert!(begin.elapsed() < LONG, "it does not end");
            std::thread::yield_now();
        }
        let mut err = String::new();
        if let Some(mut stderr) = self.child.stderr.take() {
            stderr.read_to_string(&mut err).unwrap();
        }
        (self.child.wait().unwrap().code(), err)
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
