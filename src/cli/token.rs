//! `signalbox token`: makes a token for the API.

use super::Failure;
use crate::api::{NewToken, Scope, TokenPrefix};
use std::process::ExitCode;

/// Arguments of the command.
#[derive(Debug, clap::Args)]
pub struct TokenCommand {
    /// Who will have it: stands in the history of edits, and in the log
    name: String,
    /// What may be done with it
    #[arg(long, value_enum, default_value = "write")]
    scope: ScopeWord,
    /// The folder of assets for which it is good, such as shows/ [default: all]
    #[arg(long, value_name = "FOLDER")]
    prefix: Option<String>,
}

#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum ScopeWord {
    Read,
    Write,
}

impl TokenCommand {
    /// Prints the token, which is kept nowhere, and what to put into the configuration.
    pub fn run(self) -> Result<ExitCode, Failure> {
        let scope = match self.scope {
            ScopeWord::Read => Scope::Read,
            ScopeWord::Write => Scope::Write,
        };
        let text = self.prefix.unwrap_or_default();
        let problem = || Failure::new(format!("{text:?} is no folder of assets; write one like shows/"));
        let prefix = TokenPrefix::parse(&text).ok_or_else(problem)?;
        let made = NewToken::make(&self.name, scope, prefix).map_err(Failure::new)?;
        super::say(&format!(
            "The token, shown this once:\n\n  {}\n\nFor the configuration:\n\n  [api]\n  tokens = [\n    {},\n  ]\n\nIt is \
             sent as `Authorization: Bearer …`.\n",
            made.secret,
            made.config_line()
        ))?;
        Ok(ExitCode::SUCCESS)
    }
}
