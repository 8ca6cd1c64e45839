//! The command line: help, and what is said of a wrong one.

use super::support::{Said, program};

#[test]
fn each_help_says_all_options_and_the_environment() {
    for (arguments, words) in [
        (&["--help"][..], &["serve", "inspect", "--version"][..]),
        (&["serve", "--help"], &["<FOLDER>", "--listen <ADDRESS:PORT>", "127.0.0.1:8080", "--config <FILE>", "TOML"]),
        (&["inspect", "--help"], &["<FOLDER>", "[ASSET]", "--json"]),
        (&["tracks", "--help"], &["<FOLDER>", "<ASSET>", "list", "add", "hide", "revert", "--if-match", "--json"]),
        (&["lint", "--help"], &["<FOLDER>", "[ASSET]", "--json", "--strict"]),
        (&["report", "--help"], &["<FOLDER>", "--format <FORMAT>", "text, json, csv", "--json", "--strict"]),
        (&["token", "--help"], &["<NAME>", "--scope <SCOPE>", "read, write", "--prefix <FOLDER>"]),
    ] {
        let said = Said::of(program().args(arguments));
        assert_eq!((said.code, said.err.as_str()), (Some(0), ""), "{arguments:?}");
        let common = ["SIGNALBOX_LOG", "Exit codes", "--help"];
        for word in words.iter().chain(&common) {
            assert!(said.out.contains(word), "{arguments:?} does not say {word}:\n{}", said.out);
        }
    }
}

#[test]
fn a_wrong_command_line_is_2_and_says_what_is_right() {
    for (arguments, word) in [
        (&[][..], "Usage"),
        (&["serve"], "<FOLDER>"),
        (&["serve", ".", "--listen", "here"], "--listen"),
        (&["serve", ".", "--port", "1"], "--port"),
        (&["inspekt", "."], "inspect"),
        (&["tracks", "."], "<ASSET>"),
        (&["tracks", ".", "a", "burn"], "burn"),
        (&["tracks", ".", "a", "set", "en"], "KEY=VALUE"),
        (&["tracks", ".", "a", "set", "en", "label"], "KEY=VALUE"),
        (&["tracks", ".", "a", "add", "x.vtt", "--role", "captions"], "caption"),
        (&["tracks", ".", "a", "add", "x.vtt", "--language", "german"], "\"de\""),
    ] {
        let said = Said::of(program().args(arguments));
        assert_eq!((said.code, said.out.as_str()), (Some(2), ""), "{arguments:?}");
        assert!(said.err.contains(word), "{arguments:?}:\n{}", said.err);
    }
}

#[test]
fn the_version_is_that_of_the_package() {
    let said = Said::of(program().arg("--version"));
    assert_eq!((said.code, said.out), (Some(0), concat!("signalbox ", env!("CARGO_PKG_VERSION"), "\n").to_owned()));
}

#[test]
fn a_log_level_that_is_none_is_said() {
    let said = Said::of(program().args(["inspect", "."]).env("SIGNALBOX_LOG", "loud"));
    let line = said.failure();
    assert!(line.contains("SIGNALBOX_LOG") && line.contains("loud") && line.contains("debug"), "{line}");
}
