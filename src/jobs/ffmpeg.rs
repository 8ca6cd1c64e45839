//! ffmpeg, as a converter that is trusted with nothing.
//!
//! It gets the bytes through a pipe and writes to a file without a name that it is handed: it opens no file of the
//! store and no connection, and when this process dies the pipe ends, and so does it, and nothing is left. It is told the
//! format and may not guess; it runs with low priority, bounded in time, memory and output, in a process group that is
//! killed as a whole.

use super::program::{Group, find_program, is_program, prepared};
use crate::sound::{Sound, SoundFormat};
use bytes::Bytes;
use futures_util::future::BoxFuture;
use rustix::process::Pid;
use std::fs::File;
use std::path::PathBuf;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::process::{ChildStdin, Command};

/// Address space; a conversion takes a twentieth.
#[cfg(target_os = "linux")]
const MEMORY: u64 = 4 << 30;
/// A promise of length is broken when so much is missing.
const MISSING: Duration = Duration::from_secs(1);
/// Lines of complaint that are looked at, and bytes of one.
const LINES: usize = 100;
const LONGEST_LINE: u64 = 4096;
/// What may be within the formats that are taken.
const DECODERS: &str = "aac,ac3,alac,eac3,flac,mp3,mp3float,opus,libopus,vorbis,libvorbis,pcm_alaw,pcm_f32le,pcm_f64le,\
                        pcm_mulaw,pcm_s16le,pcm_s24le,pcm_s32le,pcm_u8,adpcm_ima_wav,adpcm_ms";

/// What a conversion may take.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConvertOptions {
    /// The program; the one on `PATH` where it is `None`.
    pub ffmpeg: Option<PathBuf>,
    pub timeout: Duration,
    /// The longest audio.
    pub max_duration: Duration,
    /// The largest file that is made, in bytes.
    pub max_output: u64,
}

impl Default for ConvertOptions {
    fn default() -> Self {
        ConvertOptions {
            ffmpeg: None,
            timeout: Duration::from_secs(3600),
            max_duration: Duration::from_secs(86_400),
            max_output: 2_000_000_000,
        }
    }
}

/// There is no ffmpeg.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoConverter {
    #[error(
        "audio that is no MP4 is converted by ffmpeg, and there is none on PATH; install it (apt install ffmpeg, \
         brew install ffmpeg) or name it in the configuration: [convert] ffmpeg = \"/path/to/ffmpeg\"; \
         AAC in MP4 (.m4a) needs no conversion"
    )]
    NotFound,
    #[error("[convert] ffmpeg = {0:?} is no program that can be run; correct the path or install ffmpeg there")]
    NoProgram(PathBuf),
}

/// Why there is no converted file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConvertError<E> {
    /// The bytes could not be brought.
    #[error("{0}")]
    Source(E),
    /// They are no sound, or more than is allowed.
    #[error("{0}")]
    Content(String),
    /// The machine failed; another attempt may do better.
    #[error("{0}")]
    Machine(String),
}

/// Where the bytes come from: the next of them, `None` at the end.
pub trait Input<E>: Send {
    fn next(&mut self) -> BoxFuture<'_, Result<Option<Bytes>, E>>;
}

/// An ffmpeg that is there.
#[derive(Debug, Clone)]
pub struct Converter {
    program: PathBuf,
    options: ConvertOptions,
}

impl Converter {
    /// Looks for ffmpeg where `options` say.
    pub fn find(options: &ConvertOptions) -> Result<Converter, NoConverter> {
        let program = match &options.ffmpeg {
            Some(path) if is_program(path) => path.clone(),
            Some(path) => return Err(NoConverter::NoProgram(path.clone())),
            None => find_program("ffmpeg").ok_or(NoConverter::NotFound)?,
        };
        Ok(Converter { program, options: options.clone() })
    }

    /// Makes AAC in MP4 of `sound`; the file has no name and goes when it is closed. Dropped on the way it ends ffmpeg.
    /// `language` is an ISO 639-2 word.
    pub async fn convert<E: Send>(
        &self,
        sound: &Sound,
        language: Option<&str>,
        input: &mut dyn Input<E>,
    ) -> Result<File, ConvertError<E>> {
        let coding = |command: &mut Command| self.code(command, sound, language);
        let (output, status, said) = self.run(coding, input).await?;
        self.judge(sound.format.name(), sound.length, status, &said, &output).map(|()| output)
    }

    /// Makes 16 kHz mono WAV, for programs that listen, of a track in fragmented MP4; the file has no name.
    pub async fn decode<E: Send>(&self, input: &mut dyn Input<E>) -> Result<File, ConvertError<E>> {
        let (output, status, said) = self.run(|command| self.listen_in(command), input).await?;
        self.judge("MP4", None, status, &said, &output).map(|()| output)
    }

    /// Runs ffmpeg with the arguments that `coding` adds, until it ends.
    async fn run<E: Send>(
        &self,
        coding: impl FnOnce(&mut Command),
        input: &mut dyn Input<E>,
    ) -> Result<(File, ExitStatus, Said), ConvertError<E>> {
        let machine = |what: &str, error: std::io::Error| ConvertError::Machine(format!("{what}: {error}"));
        let output = tempfile::tempfile().map_err(|error| machine("no room for the converted file", error))?;
        let handed = output.try_clone().map_err(|error| machine("no room for the converted file", error))?;
        let mut child = self
            .command(coding, handed)
            .spawn()
            .map_err(|error| machine(&format!("{} cannot be run", self.program.display()), error))?;
        let mut group = Group::of(&child);
        group.give_way();
        if let Some(pid) = group.pid() {
            bound(pid, self.options.max_output);
        }
        let (stdin, stderr) = (child.stdin.take(), child.stderr.take());
        let run = async {
            let said = async {
                match stderr {
                    Some(stderr) => listen(stderr).await,
                    None => Said::default(),
                }
            };
            let ((fed, status), said) = tokio::join!(async { (feed(stdin, input).await, child.wait().await) }, said);
            fed.map_err(ConvertError::Source)?;
            Ok((status.map_err(|error| machine("ffmpeg", error))?, said))
        };
        let Ok(ended) = tokio::time::timeout(self.options.timeout, run).await else {
            let most = self.options.timeout;
            return Err(ConvertError::Content(format!("the conversion took more than the {most:?} that are allowed")));
        };
        group.ended();
        let (status, said) = ended?;
        Ok((output, status, said))
    }

    fn command(&self, coding: impl FnOnce(&mut Command), output: File) -> Command {
        let mut command = prepared(Command::new(&self.program));
        command.args(["-nostdin", "-hide_banner", "-loglevel", "error", "-progress", "pipe:2"]);
        command.args(["-protocol_whitelist", "pipe", "-codec_whitelist", DECODERS, "-max_streams", "16"]);
        coding(&mut command);
        command.args(["-threads", "1", "-y", "file:/dev/fd/1"]);
        command.stdin(Stdio::piped()).stdout(output).stderr(Stdio::piped());
        command
    }

    /// From a format that is told to the first track of sound and nothing else.
    fn input(&self, command: &mut Command, demuxer: &str) {
        command.args(["-max_error_rate", "0.05", "-f", demuxer, "-i", "pipe:0"]);
        command.args(["-map", "0:a:0", "-vn", "-sn", "-dn", "-map_metadata", "-1", "-map_chapters", "-1"]);
        // One second more than is allowed, so that what is too long shows.
        let longest = format!("{}", self.options.max_duration.as_secs_f64() + 1.0);
        command.args(["-t", &longest, "-fs", &self.options.max_output.to_string()]);
    }

    /// AAC in MP4.
    fn code(&self, command: &mut Command, sound: &Sound, language: Option<&str>) {
        self.input(command, demuxer(sound.format));
        command.args(["-af", "aformat=sample_rates=44100|48000:channel_layouts=mono|stereo|5.1"]);
        command.args(["-c:a", "aac", "-b:a", bit_rate(sound.channels)]);
        let language = format!("language={}", language.unwrap_or("und"));
        command.args(["-metadata:s:a:0", &language, "-movflags", "+faststart", "-f", "mp4"]);
    }

    /// 16 kHz mono WAV that begins when the presentation does, and has silence where the track has nothing.
    fn listen_in(&self, command: &mut Command) {
        self.input(command, "mov");
        command.args(["-af", "aresample=async=1:first_pts=0", "-ac", "1", "-ar", "16000", "-c:a", "pcm_s16le"]);
        command.args(["-bitexact", "-f", "wav"]);
    }

    /// Whether what came out is the whole of what went in.
    fn judge<E>(
        &self,
        format: &str,
        length: Option<Duration>,
        status: ExitStatus,
        said: &Said,
        output: &File,
    ) -> Result<(), ConvertError<E>> {
        let content = |problem: String| Err(ConvertError::Content(problem));
        let (made, most) = (said.made, self.options.max_duration);
        let size = output.metadata().map_or(0, |metadata| metadata.len());
        if made > most {
            return content(format!("it is longer than the {most:?} that are allowed"));
        }
        if size >= self.options.max_output {
            let most = self.options.max_output;
            return content(format!("it would become more than the {most} bytes that are allowed"));
        }
        let is_full = said.complaints.iter().any(|line| line.contains("No space left"));
        if is_full || status.code().is_none() {
            let why = if is_full { "there is no room for the converted file" } else { "ffmpeg was killed" };
            return Err(ConvertError::Machine(format!("{why} ({status})")));
        }
        if !status.success() || made.is_zero() {
            let why = said.complaint().map(|line| format!(": {line}")).unwrap_or_default();
            return content(format!("its {format} audio cannot be decoded{why}; is the file whole?"));
        }
        match length {
            Some(promised) if made + MISSING < promised => content(format!(
                "it is cut short: {:.1} s of the {:.1} s that its head promises are there; bring the whole file",
                made.as_secs_f64(),
                promised.as_secs_f64()
            )),
            _ => Ok(()),
        }
    }
}

fn demuxer(format: SoundFormat) -> &'static str {
    match format {
        SoundFormat::Adts => "aac",
        SoundFormat::Mp3 => "mp3",
        SoundFormat::Flac => "flac",
        SoundFormat::Ogg => "ogg",
        SoundFormat::Wav => "wav",
    }
}

/// Enough for AAC LC to be transparent to most.
fn bit_rate(channels: Option<u16>) -> &'static str {
    match channels {
        Some(1) => "96k",
        None | Some(2) => "160k",
        Some(_) => "384k",
    }
}

/// Hands on all bytes. A converter that takes no more of them has ended, and tells why itself.
async fn feed<E>(stdin: Option<ChildStdin>, input: &mut dyn Input<E>) -> Result<(), E> {
    let Some(mut stdin) = stdin else { return Ok(()) };
    while let Some(bytes) = input.next().await? {
        if stdin.write_all(&bytes).await.is_err() {
            break;
        }
    }
    Ok(())
}

/// What ffmpeg told.
#[derive(Debug, Default)]
struct Said {
    /// How much was made.
    made: Duration,
    complaints: Vec<String>,
}

impl Said {
    /// The first complaint, which is nearest to the cause, as one line.
    fn complaint(&self) -> Option<String> {
        const TOLD: usize = 200;
        let line = self.complaints.first()?;
        // `[flac @ 0x5581] invalid sync code`: the address tells nobody anything.
        let line = line.rsplit_once("] ").map_or(line.as_str(), |(_, rest)| rest);
        Some(line.chars().filter(|c| !c.is_control()).take(TOLD).collect())
    }
}

async fn listen(stderr: impl AsyncRead + Unpin) -> Said {
    let mut said = Said::default();
    let mut reader = BufReader::new(stderr);
    let mut line = Vec::new();
    loop {
        line.clear();
        match (&mut reader).take(LONGEST_LINE).read_until(b'\n', &mut line).await {
            Ok(1..) => said.note(&String::from_utf8_lossy(&line)),
            _ => return said,
        }
    }
}

impl Said {
    fn note(&mut self, line: &str) {
        let line = line.trim();
        match line.split_once('=') {
            Some(("out_time_us", micros)) => {
                if let Ok(micros) = micros.trim().parse() {
                    self.made = Duration::from_micros(micros);
                }
            }
            Some((key, _)) if is_progress(key) => {}
            _ if self.complaints.len() < LINES && !line.is_empty() => self.complaints.push(line.to_owned()),
            _ => {}
        }
    }
}

fn is_progress(key: &str) -> bool {
    let keys = ["bitrate", "total_size", "out_time", "out_time_ms", "dup_frames", "drop_frames", "speed", "progress"];
    keys.contains(&key) || key.starts_with("stream_") || matches!(key, "frame" | "fps")
}

/// Bounds what a converter takes, as far as the system has such bounds.
#[cfg(target_os = "linux")]
fn bound(pid: Pid, max_output: u64) {
    use rustix::process::{Resource, Rlimit, prlimit};
    let bounds = [(Resource::As, MEMORY), (Resource::Fsize, max_output.saturating_mul(2)), (Resource::Core, 0)];
    for (resource, most) in bounds {
        let _ = prlimit(Some(pid), resource, Rlimit { current: Some(most), maximum: Some(most) });
    }
}

#[cfg(not(target_os = "linux"))]
fn bound(_: Pid, _: u64) {}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::FutureExt;
    use std::convert::Infallible;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn progress_is_told_from_complaints() {
        let mut said = Said::default();
        for line in ["out_time_us=N/A", "out_time_us=1500000", "speed=   1x", "progress=end", "stream_0_0_q=1", ""] {
            said.note(line);
        }
        assert_eq!((said.made, said.complaint()), (Duration::from_millis(1500), None));
        said.note("[flac @ 0x55c4] invalid sync code");
        said.note("Error while decoding stream #0:0: a=b");
        assert_eq!(said.complaint().as_deref(), Some("invalid sync code"));
        for _ in 0..1000 {
            said.note("again");
        }
        assert_eq!(said.complaints.len(), LINES);
    }

    #[test]
    fn bit_rates_grow_with_the_channels() {
        let rates = [Some(1), None, Some(2), Some(6), Some(8)].map(bit_rate);
        assert_eq!(rates, ["96k", "160k", "160k", "384k", "384k"]);
    }

    /// Nothing, or zeros without end.
    struct Zeros(bool);

    impl Input<Infallible> for Zeros {
        fn next(&mut self) -> BoxFuture<'_, Result<Option<Bytes>, Infallible>> {
            let bytes = self.0.then(|| Bytes::from_static(&[0; 4096]));
            async { Ok(bytes) }.boxed()
        }
    }

    /// What comes of a converter that does as `script` says.
    async fn run(script: &str, endless: bool) -> Result<File, ConvertError<Infallible>> {
        let folder = tempfile::tempdir().unwrap();
        let program = folder.path().join("converter");
        std::fs::write(&program, format!("#!/bin/sh\n{script}\n")).unwrap();
        std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
        let options =
            ConvertOptions { ffmpeg: Some(program), timeout: Duration::from_secs(20), ..ConvertOptions::default() };
        let sound = Sound { format: SoundFormat::Mp3, channels: Some(2), length: Some(Duration::from_secs(5)) };
        Converter::find(&options).unwrap().convert(&sound, None, &mut Zeros(endless)).await
    }

    #[tokio::test]
    async fn each_end_of_a_converter_is_told_apart() {
        for (script, words) in [
            (
                "cat >/dev/null; echo '[mp3 @ 0x1] no frame' >&2; exit 1",
                "its MP3 audio cannot be decoded: no frame; is",
            ),
            ("cat >/dev/null", "its MP3 audio cannot be decoded; is the file whole?"),
            ("cat >/dev/null; echo out_time_us=2000000 >&2", "2.0 s of the 5.0 s"),
        ] {
            let Err(ConvertError::Content(problem)) = run(script, false).await else { panic!("{script}") };
            assert!(problem.contains(words), "{problem}");
        }
        for script in ["kill -9 $$", "cat >/dev/null; echo 'av_interleaved: No space left on device' >&2; exit 1"] {
            assert!(matches!(run(script, false).await, Err(ConvertError::Machine(_))), "{script}");
        }
    }

    #[tokio::test]
    async fn a_source_without_end_ends_with_its_converter() {
        let script = "head -c 100000 >/dev/null; echo out_time_us=5000000 >&2";
        assert!(run(script, true).await.is_ok());
    }

    #[tokio::test]
    async fn a_secret_of_the_environment_is_not_handed_on() {
        let script = "cat >/dev/null; env | grep -c CARGO >/dev/null && exit 1; echo out_time_us=5000000 >&2";
        assert!(std::env::vars().any(|(name, _)| name.starts_with("CARGO")), "or this shows nothing");
        assert!(run(script, false).await.is_ok());
    }

    #[test]
    fn where_there_is_no_program_it_is_said_what_to_do() {
        for place in ["/no/such/ffmpeg", "/tmp"] {
            let options = ConvertOptions { ffmpeg: Some(place.into()), ..ConvertOptions::default() };
            let problem = Converter::find(&options).unwrap_err().to_string();
            assert!(problem.contains(place) && problem.contains("install ffmpeg"), "{problem}");
        }
    }
}
