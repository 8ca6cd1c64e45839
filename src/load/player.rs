//! One virtual player: opens a manifest, keeps some segments in hand, seeks and switches on whims.

use super::client::{Fetcher, Trouble};
use super::clock::Clock;
use super::dice::Dice;
use super::tally::{Kind, Tally};
use super::title::{Piece, Stream, Timeline, Title};
use super::{Address, dash, hls};
use crate::track::TrackType;
use serde::Serialize;
use std::collections::HashMap;
use std::fmt;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// Segments in hand at which a player rests, as hls.js and dash.js do after some seconds.
const SEGMENTS_IN_HAND: f64 = 3.0;
/// A player asks again after this.
const AFTER_TROUBLE: Duration = Duration::from_secs(1);
/// After so many failures in a row a player opens the manifest anew: its URLs may be of yesterday.
const FAILURES_BEFORE_REOPENING: u32 = 3;
const TYPES: [TrackType; 3] = [TrackType::Video, TrackType::Audio, TrackType::Text];

/// How fast players ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum Pace {
    /// As people watch, with a few segments in hand
    Real,
    /// As fast as the answers come
    Flat,
}

impl fmt::Display for Pace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Pace::Real => "real",
            Pace::Flat => "flat",
        })
    }
}

/// What a player does besides playing.
#[derive(Debug, Clone)]
pub(super) struct Habits {
    pub(super) pace: Pace,
    pub(super) seek_every: Option<Duration>,
    pub(super) switch_every: Option<Duration>,
}

/// What all players share: the counters, and manifests once read, as thousands of players read the same few.
pub(super) struct Shared {
    pub(super) tally: Tally,
    titles: Mutex<Parsed<Title>>,
    timelines: Mutex<Parsed<Timeline>>,
}

/// By address: the hash of the text and what it says.
type Parsed<T> = HashMap<Address, (u64, Arc<T>)>;

impl Shared {
    pub(super) fn new(tally: Tally) -> Shared {
        Shared { tally, titles: Mutex::default(), timelines: Mutex::default() }
    }
}

/// What `known` says of this text, or else what `read` finds in it.
fn once<T>(
    known: &Mutex<Parsed<T>>,
    address: &Address,
    text: &[u8],
    read: impl FnOnce() -> Result<T, String>,
) -> Result<Arc<T>, Trouble> {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    let hash = hasher.finish();
    if let Ok(known) = known.lock()
        && let Some((_, value)) = known.get(address).filter(|(of, _)| *of == hash)
    {
        return Ok(Arc::clone(value));
    }
    let value = Arc::new(read().map_err(Trouble::Unreadable)?);
    if let Ok(mut known) = known.lock() {
        known.insert(address.clone(), (hash, Arc::clone(&value)));
    }
    Ok(value)
}

async fn read_title(fetcher: &Fetcher, shared: &Shared, manifest: &Address) -> Result<Arc<Title>, Trouble> {
    let piece = Piece { address: manifest.clone(), range: None };
    let text = fetcher.text(&shared.tally, &piece).await?;
    let is_hls = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&text).starts_with(b"#EXTM3U");
    once(&shared.titles, manifest, &text, || {
        if is_hls { hls::title(manifest, &text) } else { dash::title(manifest, &text) }
    })
}

async fn read_timeline(fetcher: &Fetcher, shared: &Shared, playlist: &Address) -> Result<Arc<Timeline>, Trouble> {
    let piece = Piece { address: playlist.clone(), range: None };
    let text = fetcher.text(&shared.tally, &piece).await?;
    once(&shared.timelines, playlist, &text, || hls::timeline(playlist, &text))
}

/// Reads the manifest and one stream of each kind, to say what is wrong before many players find out.
pub(super) async fn check(shared: &Shared, manifest: &Address) -> Result<(), Trouble> {
    let fetcher = Fetcher::new();
    let title = read_title(&fetcher, shared, manifest).await?;
    for menu in [&title.video, &title.audio, &title.text] {
        if let Some(Stream::Playlist(playlist)) = menu.first().and_then(|choice| choice.rungs.first()) {
            read_timeline(&fetcher, shared, playlist).await?;
        }
    }
    Ok(())
}

/// A track as it is being played.
struct Playing {
    track_type: TrackType,
    choice: usize,
    stream: Stream,
    /// Once it is read.
    timeline: Option<Arc<Timeline>>,
    /// The initialization that was fetched last.
    init: Option<usize>,
    /// Fetched up to here, in seconds of the title.
    buffered: f64,
    ended: bool,
}

impl Playing {
    fn new(track_type: TrackType, choice: usize, stream: Stream, from: f64) -> Playing {
        let timeline = match &stream {
            Stream::Listed(timeline) => Some(Arc::clone(timeline)),
            Stream::Playlist(_) => None,
        };
        Playing { track_type, choice, stream, timeline, init: None, buffered: from, ended: false }
    }
}

/// One virtual player.
pub(super) struct Player {
    fetcher: Fetcher,
    shared: Arc<Shared>,
    manifest: Address,
    habits: Habits,
    dice: Dice,
    next_seek: Option<Instant>,
    next_switch: Option<Instant>,
}

impl Player {
    pub(super) fn new(number: u64, shared: Arc<Shared>, manifest: Address, habits: Habits) -> Player {
        let dice = Dice::new(number);
        Player { fetcher: Fetcher::new(), shared, manifest, habits, dice, next_seek: None, next_switch: None }
    }

    /// Plays the title again and again.
    pub(super) async fn play(mut self) {
        self.next_seek = self.after(self.habits.seek_every);
        self.next_switch = self.after(self.habits.switch_every);
        loop {
            let Ok(title) = read_title(&self.fetcher, &self.shared, &self.manifest).await else {
                tokio::time::sleep(AFTER_TROUBLE).await;
                continue;
            };
            let mut session = Session::open(&mut self, title);
            session.play().await;
        }
    }

    /// The next time for a whim that comes about so often.
    fn after(&mut self, every: Option<Duration>) -> Option<Instant> {
        every.map(|every| Instant::now() + self.dice.about(every))
    }
}

/// One showing of a title, from its manifest to its end.
struct Session<'a> {
    player: &'a mut Player,
    title: Arc<Title>,
    tracks: Vec<Playing>,
    clock: Clock,
}

impl<'a> Session<'a> {
    /// Chooses the defaults; every second player shows text.
    fn open(player: &'a mut Player, title: Arc<Title>) -> Session<'a> {
        let only_text = title.video.is_empty() && title.audio.is_empty();
        let with_text = only_text || player.dice.below(2) == 1;
        let mut tracks = Vec::new();
        for track_type in TYPES {
            let menu = title.menu(track_type);
            let choice = menu.iter().position(|choice| choice.default).unwrap_or(0);
            let rungs = menu.get(choice).map(|choice| choice.rungs.as_slice()).unwrap_or_default();
            let wanted = track_type != TrackType::Text || with_text;
            if let Some(stream) = rungs.get(player.dice.below(rungs.len())).filter(|_| wanted) {
                tracks.push(Playing::new(track_type, choice, stream.clone(), 0.0));
            }
        }
        Session { player, title, tracks, clock: Clock::standing(0.0) }
    }

    async fn play(&mut self) {
        let mut failures = 0;
        loop {
            self.follow_whims();
            let ahead = self.tracks.iter().enumerate().filter(|(_, track)| !track.ended);
            let Some((place, _)) = ahead.min_by(|(_, one), (_, other)| one.buffered.total_cmp(&other.buffered)) else {
                if self.watch_the_rest().await {
                    return;
                }
                continue;
            };
            if let Some(rest) = self.rest(place) {
                self.sleep(rest).await;
                continue;
            }
            match self.fetch(place).await {
                Ok(()) => failures = 0,
                Err(_) if failures + 1 == FAILURES_BEFORE_REOPENING => return,
                Err(_) => {
                    failures += 1;
                    tokio::time::sleep(AFTER_TROUBLE).await;
                }
            }
        }
    }

    /// How long the track of `place` has enough in hand.
    fn rest(&self, place: usize) -> Option<Duration> {
        if self.player.habits.pace == Pace::Flat {
            return None;
        }
        let track = self.tracks.get(place)?;
        let in_hand = track.timeline.as_ref()?.longest() * SEGMENTS_IN_HAND;
        self.clock.until(track.buffered - in_hand, Instant::now()).filter(|rest| !rest.is_zero())
    }

    /// After the last segment: a viewer stays to the end, unless a whim calls. Whether the end has come.
    async fn watch_the_rest(&mut self) -> bool {
        let end = self.tracks.iter().map(|track| track.buffered).fold(0.0, f64::max);
        match self.clock.until(end, Instant::now()).filter(|_| self.player.habits.pace == Pace::Real) {
            None | Some(Duration::ZERO) => true,
            Some(rest) => {
                self.sleep(rest).await;
                false
            }
        }
    }

    /// Sleeps, but not past the next whim.
    async fn sleep(&self, rest: Duration) {
        let now = Instant::now();
        let whims = [self.player.next_seek, self.player.next_switch];
        let whim = whims.into_iter().flatten().map(|whim| whim.saturating_duration_since(now)).min();
        tokio::time::sleep(whim.map_or(rest, |whim| rest.min(whim)).max(Duration::from_millis(1))).await;
    }

    /// Fetches what the track of `place` needs next, and lets the clock run or stand accordingly.
    async fn fetch(&mut self, place: usize) -> Result<(), Trouble> {
        let Player { fetcher, shared, .. } = &*self.player;
        let Some(track) = self.tracks.get_mut(place) else { return Ok(()) };
        let timeline = match (&track.timeline, &track.stream) {
            (Some(timeline), _) | (None, Stream::Listed(timeline)) => Arc::clone(timeline),
            (None, Stream::Playlist(playlist)) => read_timeline(fetcher, shared, playlist).await?,
        };
        track.timeline = Some(Arc::clone(&timeline));
        let Some(part) = timeline.parts.get(timeline.at(track.buffered)) else {
            track.ended = true;
            return Ok(());
        };
        if part.init != track.init
            && let Some(init) = part.init.and_then(|init| timeline.inits.get(init))
        {
            fetcher.media(&shared.tally, Kind::Init, init).await?;
            track.init = part.init;
        }
        fetcher.media(&shared.tally, Kind::Segment, &part.piece).await?;
        let now = Instant::now();
        // After a seek the first segment begins before the moment sought; what counts is what was missing.
        let missing_from = part.start.max(track.buffered);
        if let Some(stalled) = self.clock.late(missing_from, now) {
            shared.tally.late(stalled);
        }
        track.buffered = part.end();
        self.run_when_ready(now);
        Ok(())
    }

    /// Playback goes on when every track has what comes next.
    fn run_when_ready(&mut self, now: Instant) {
        let position = self.clock.position(now);
        if self.player.habits.pace == Pace::Real
            && self.tracks.iter().all(|track| track.ended || track.buffered > position + 0.001)
        {
            self.clock.run(now);
        }
    }

    fn follow_whims(&mut self) {
        let now = Instant::now();
        let due = |whim: Option<Instant>| whim.is_some_and(|whim| whim <= now);
        if due(self.player.next_seek) {
            self.seek();
            self.player.next_seek = self.player.after(self.player.habits.seek_every);
        }
        if due(self.player.next_switch) {
            self.switch(now);
            self.player.next_switch = self.player.after(self.player.habits.switch_every);
        }
    }

    /// Jumps to any moment; nothing in hand is of use there.
    fn seek(&mut self) {
        let end = self.tracks.iter().filter_map(|track| track.timeline.as_ref()).map(|t| t.end()).fold(0.0, f64::max);
        let target = self.player.dice.share() * end;
        for track in &mut self.tracks {
            (track.buffered, track.ended) = (target, false);
        }
        self.clock = Clock::standing(target);
        self.player.shared.tally.sought();
    }

    /// Takes another rung of a track, which follows what is in hand, or another track, which begins now; turns text on
    /// or off.
    fn switch(&mut self, now: Instant) {
        let position = match self.player.habits.pace {
            Pace::Real => self.clock.position(now),
            Pace::Flat => self.tracks.iter().map(|track| track.buffered).fold(f64::INFINITY, f64::min),
        };
        let dice = &mut self.player.dice;
        let track_type = TYPES[dice.below(TYPES.len())];
        let menu = self.title.menu(track_type);
        let place = self.tracks.iter().position(|track| track.track_type == track_type);
        if let Some(place) = place
            && track_type == TrackType::Text
            && self.tracks.len() > 1
            && dice.below(2) == 0
        {
            self.tracks.remove(place);
            self.player.shared.tally.switched();
            return;
        }
        let playing = place.and_then(|place| self.tracks.get(place));
        let choice = dice.below(menu.len());
        let rungs = menu.get(choice).map(|choice| choice.rungs.as_slice()).unwrap_or_default();
        let others: Vec<&Stream> =
            rungs.iter().filter(|stream| playing.is_none_or(|track| **stream != track.stream)).collect();
        let Some(stream) = others.get(dice.below(others.len())) else { return };
        let stream = Stream::clone(stream);
        match playing {
            Some(track) if track.choice == choice => {
                let next = Playing::new(track_type, choice, stream, track.buffered);
                self.replace(track_type, next);
            }
            _ => {
                self.replace(track_type, Playing::new(track_type, choice, stream, position));
                // Who asks for another track waits for it: that is not late.
                self.clock = Clock::standing(position);
            }
        }
        self.player.shared.tally.switched();
    }

    fn replace(&mut self, track_type: TrackType, next: Playing) {
        self.tracks.retain(|track| track.track_type != track_type);
        self.tracks.push(next);
    }
}
