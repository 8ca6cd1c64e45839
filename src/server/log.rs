//! The log: lines on standard error, chosen by the environment variable `SIGNALBOX_LOG`.
//!
//! Its value is a level (`debug`) or a list of them by module (`info,signalbox::store=trace`).

use std::ffi::OsStr;
use std::io::IsTerminal;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::LevelFilter;

const VARIABLE: &str = "SIGNALBOX_LOG";

/// Why there is no log.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LogError {
    #[error(
        "{VARIABLE}={value:?}: {problem}; write a level (off, error, warn, info, debug, trace) \
         or a list like info,signalbox::store=debug"
    )]
    Invalid { value: String, problem: String },
    #[error("the log was set up already")]
    Twice,
}

/// Sends the log to standard error, once per process; of the level `default` where the environment asks for nothing.
pub fn init_log(default: &str) -> Result<(), LogError> {
    let filter = filter(std::env::var_os(VARIABLE).as_deref(), default)?;
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        // What cannot be written is lost: told on the same closed stream, it would end the request that logs it.
        .log_internal_errors(false)
        .try_init()
        .map_err(|_| LogError::Twice)
}

/// The filter that `value` asks for.
fn filter(value: Option<&OsStr>, default: &str) -> Result<EnvFilter, LogError> {
    let value = value.map_or("".into(), OsStr::to_string_lossy);
    let invalid = |problem: String| LogError::Invalid { value: value.to_string(), problem };
    if value.trim().is_empty() {
        return Ok(EnvFilter::new(default));
    }
    // A lone word is taken for a module by the filter, so that a misspelt level would silence the log.
    let lone = value
        .split(',')
        .map(str::trim)
        .find(|word| !word.contains(['=', '[', ']', ':']) && !word.is_empty() && word.parse::<LevelFilter>().is_err());
    if let Some(word) = lone {
        return Err(invalid(format!("{word} is not a level")));
    }
    EnvFilter::try_new(&value).map_err(|error| invalid(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_and_modules() {
        for (value, expected) in [
            (None, "info"),
            (Some(""), "info"),
            (Some(" "), "info"),
            (Some("debug"), "debug"),
            (Some("off"), "off"),
            (Some("warn,signalbox::store=trace"), "signalbox::store=trace,warn"),
        ] {
            assert_eq!(filter(value.map(OsStr::new), "info").unwrap().to_string(), expected);
        }
    }

    #[test]
    fn what_is_no_filter_is_said_clearly() {
        for value in ["loud", "info,loud", "signalbox=loud", "a=b=c", "[", "info;debug"] {
            let error = filter(Some(OsStr::new(value)), "info").unwrap_err().to_string();
            assert!(error.contains("SIGNALBOX_LOG") && error.contains(value) && error.contains("trace"), "{error}");
        }
    }

    #[test]
    fn bytes_that_are_no_text_are_no_filter() {
        use std::os::unix::ffi::OsStrExt;
        assert!(filter(Some(OsStr::from_bytes(b"\xff\xfe")), "info").is_err());
    }
}
