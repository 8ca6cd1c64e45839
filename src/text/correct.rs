//! Corrects single cues of a caption file. Every byte that is no part of a corrected cue stays as it is.

use super::decode;
use super::spots::{Spot, Written, spots};
use super::timestamp;
use super::{Captions, Cue, read_file};

/// A caption file whose cues can be corrected.
#[derive(Debug)]
pub struct Correctable {
    written: Written,
    text: String,
    /// Whether a byte order mark came before it.
    marked: bool,
    /// In the order of their starts, as [`Captions`] has them.
    spots: Vec<Spot>,
}

/// A cue as its file writes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrittenCue {
    /// In milliseconds.
    pub start: u64,
    pub end: u64,
    /// As the file has it, lines joined by `\n`.
    pub text: String,
}

/// What becomes of a cue. Numbers are places in [`Correctable::cues`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Correction {
    /// What is `None` stays.
    Change {
        cue: usize,
        start: Option<u64>,
        end: Option<u64>,
        text: Option<String>,
    },
    Remove {
        cue: usize,
    },
    Add(WrittenCue),
}

/// Why a file cannot be corrected in place, or not in this way.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CorrectError {
    /// Of the file, whatever the correction.
    #[error("{0}")]
    File(String),
    /// Of one correction, by its place.
    #[error("{problem}")]
    Correction { place: usize, field: &'static str, problem: String },
}

const ARROW: &str = "-->";

impl Correctable {
    /// Looks at a file. `name` says its form.
    pub fn read(name: &str, bytes: &[u8]) -> Result<Correctable, CorrectError> {
        let refused = |problem: &str| CorrectError::File(problem.to_owned());
        let captions = read_file(name, bytes).map_err(|error| CorrectError::File(format!("{name}: {error}")))?;
        let suffix = name.rsplit_once('.').map_or("", |(_, suffix)| suffix).to_ascii_lowercase();
        let written = match suffix.as_str() {
            "vtt" | "webvtt" => Written::WebVtt,
            "srt" => Written::Srt,
            _ => {
                return Err(refused(
                    "cues of WebVTT and SRT files can be corrected here; bring a corrected file instead",
                ));
            }
        };
        let utf8 = decode::utf8(bytes);
        let text =
            utf8.map_err(|_| refused("the file is not UTF-8; convert it first, or bring a corrected file"))?.to_owned();
        let mut spots = spots(written, &text);
        spots.sort_by_key(|spot| spot.start);
        let agrees = |(spot, cue): (&Spot, &Cue)| (spot.start, spot.end) == (cue.start, cue.end);
        if spots.len() != captions.cues.len() || !spots.iter().zip(&captions.cues).all(agrees) {
            return Err(refused(why_not(&captions)));
        }
        Ok(Correctable { written, marked: text.len() < bytes.len(), text, spots })
    }

    /// The cues, in the order of [`Captions::cues`].
    pub fn cues(&self) -> impl Iterator<Item = WrittenCue> + '_ {
        self.spots.iter().map(|spot| self.cue(spot))
    }

    fn cue(&self, spot: &Spot) -> WrittenCue {
        let text = self.text.get(spot.text.clone()).unwrap_or_default();
        WrittenCue { start: spot.start, end: spot.end, text: text.replace("\r\n", "\n").replace('\r', "\n") }
    }

    /// The file with `corrections` made.
    pub fn corrected(&self, corrections: &[Correction]) -> Result<Vec<u8>, CorrectError> {
        let mut wanted: Vec<Option<WrittenCue>> = self.cues().map(Some).collect();
        let mut added = Vec::new();
        // Byte ranges and what takes their place.
        let mut edits: Vec<(std::ops::Range<usize>, String)> = Vec::new();
        for (place, correction) in corrections.iter().enumerate() {
            let refused = |field, problem: String| CorrectError::Correction { place, field, problem };
            let find = |cue: usize| {
                self.spots
                    .get(cue)
                    .ok_or_else(|| refused("cue", format!("there are {} cues, from 0", self.spots.len())))
            };
            match correction {
                Correction::Change { cue, start, end, text } => {
                    let spot = find(*cue)?;
                    let slot = wanted.get_mut(*cue).and_then(Option::as_mut);
                    let slot = slot.ok_or_else(|| refused("cue", "the cue is removed already".to_owned()))?;
                    let new = WrittenCue {
                        start: start.unwrap_or(slot.start),
                        end: end.unwrap_or(slot.end),
                        text: text.clone().unwrap_or_else(|| slot.text.clone()),
                    };
                    check(&new).map_err(|(field, problem)| refused(field, problem))?;
                    if (new.start, new.end) != (slot.start, slot.end) {
                        edits.push((spot.times.clone(), self.times(&new)));
                    }
                    if new.text != slot.text {
                        edits.push((spot.text.clone(), self.placed(spot, &new.text)));
                    }
                    *slot = new;
                }
                Correction::Remove { cue } => {
                    let spot = find(*cue)?;
                    let removed = wanted.get_mut(*cue).and_then(Option::take);
                    removed.ok_or_else(|| refused("cue", "the cue is removed already".to_owned()))?;
                    edits.push((spot.block.start..self.end_of_gap(spot.block.end), String::new()));
                }
                Correction::Add(cue) => {
                    check(cue).map_err(|(field, problem)| refused(field, problem))?;
                    added.push(cue.clone());
                }
            }
        }
        edits.extend(self.insertions(&mut added));
        let bytes = self.written_with(edits)?;
        let wanted = wanted.into_iter().flatten().chain(added).collect();
        self.proved(bytes, wanted)
    }

    /// Puts the edits in their places. Two of one place cannot both be made.
    fn written_with(&self, mut edits: Vec<(std::ops::Range<usize>, String)>) -> Result<Vec<u8>, CorrectError> {
        edits.sort_by_key(|(range, _)| (range.start, range.end));
        let mut out = String::with_capacity(self.text.len() + 64);
        let mut at = 0;
        for (range, new) in &edits {
            let before = self.text.get(at..range.start);
            out += before.ok_or_else(|| CorrectError::File("two corrections are of one cue".to_owned()))?;
            out += new;
            at = range.end;
        }
        out += self.text.get(at..).unwrap_or_default();
        let mark: &[u8] = if self.marked { "\u{feff}".as_bytes() } else { &[] };
        Ok([mark, out.as_bytes()].concat())
    }

    /// Reads what was written, as players will be given it: it must be what was wanted, no more and no less.
    fn proved(&self, bytes: Vec<u8>, mut wanted: Vec<WrittenCue>) -> Result<Vec<u8>, CorrectError> {
        let name = match self.written {
            Written::WebVtt => "a.vtt",
            Written::Srt => "a.srt",
        };
        let key = |cue: &WrittenCue| (cue.start, cue.end, cue.text.clone());
        wanted.sort_by_key(key);
        let found = if wanted.is_empty() && !self.spots.is_empty() && self.written == Written::Srt {
            return Err(CorrectError::File("an SRT file without a cue is none; remove the track instead".to_owned()));
        } else {
            Correctable::read(name, &bytes)?
        };
        let mut found: Vec<WrittenCue> = found.cues().collect();
        found.sort_by_key(key);
        if found == wanted {
            return Ok(bytes);
        }
        let problem = "with this text the file would be read otherwise than it was meant; look for what is an arrow, a \
                       number alone on a line, or an empty text";
        Err(CorrectError::File(problem.to_owned()))
    }

    /// A text for the place of another; a cue that had none gets a line.
    fn placed(&self, spot: &Spot, text: &str) -> String {
        let end = self.line_end();
        let text = text.replace('\n', end);
        let had_line = spot.text.start > self.end_of_times_line(spot);
        if had_line || text.is_empty() { text } else { format!("{end}{text}") }
    }

    fn end_of_times_line(&self, spot: &Spot) -> usize {
        let rest = self.text.get(spot.times.end..).unwrap_or_default();
        spot.times.end + rest.find(['\r', '\n']).unwrap_or(rest.len())
    }

    /// Each before the first cue that starts later, or at the end; those of one place in the order of their starts.
    fn insertions(&self, added: &mut [WrittenCue]) -> Vec<(std::ops::Range<usize>, String)> {
        let end = self.line_end();
        added.sort_by_key(|cue| cue.start);
        let mut gap = self.gap_at_end();
        let mut edits = Vec::with_capacity(added.len());
        for (number, cue) in (self.spots.len() + 1..).zip(added) {
            let block = self.block(number, cue);
            edits.push(
                match self.spots.iter().filter(|spot| spot.start > cue.start).map(|spot| spot.block.start).min() {
                    Some(at) => (at..at, format!("{block}{end}")),
                    None => {
                        let text = format!("{gap}{block}");
                        // The next comes behind the line end of this one.
                        end.clone_into(&mut gap);
                        (self.text.len()..self.text.len(), text)
                    }
                },
            );
        }
        edits
    }

    /// A cue as the file writes it, with its last line's end.
    fn block(&self, number: usize, cue: &WrittenCue) -> String {
        let end = self.line_end();
        let number = match self.written {
            Written::WebVtt => String::new(),
            Written::Srt => format!("{number}{end}"),
        };
        format!("{number}{}{end}{}{end}", self.times(cue), cue.text.replace('\n', end))
    }

    /// What the file lacks of an empty line at its end.
    fn gap_at_end(&self) -> String {
        let end = self.line_end();
        let blank = format!("{end}{end}");
        match &self.text {
            text if text.ends_with(&blank) => String::new(),
            text if text.ends_with(end) => end.to_owned(),
            _ => blank,
        }
    }

    /// The file's own line end.
    fn line_end(&self) -> &'static str {
        match self.text.find('\n') {
            Some(at) if self.text.get(..at).is_some_and(|before| before.ends_with('\r')) => "\r\n",
            None if self.text.contains('\r') => "\r",
            _ => "\n",
        }
    }

    /// Behind the line ends that follow `at`.
    fn end_of_gap(&self, at: usize) -> usize {
        let rest = self.text.get(at..).unwrap_or_default();
        at + (rest.len() - rest.trim_start_matches(['\r', '\n']).len())
    }

    fn times(&self, cue: &WrittenCue) -> String {
        let (start, end) = (timestamp::format(cue.start), timestamp::format(cue.end));
        match self.written {
            Written::WebVtt => format!("{start} {ARROW} {end}"),
            Written::Srt => format!("{start} {ARROW} {end}").replace('.', ","),
        }
    }
}

/// Why the places that were found are not those of the reader.
fn why_not(captions: &Captions) -> &'static str {
    match captions.warnings.is_empty() {
        true => "the file writes its times in a way that cannot be corrected in place (X-TIMESTAMP-MAP, for one)",
        false => "the file has faults that must be mended first; see lint, and bring a corrected file",
    }
}

/// Whether it can be a cue.
fn check(cue: &WrittenCue) -> Result<(), (&'static str, String)> {
    if cue.end <= cue.start {
        return Err(("end", "a cue must end after it starts".to_owned()));
    }
    if cue.end > timestamp::LATEST {
        return Err(("end", "a cue cannot be that late".to_owned()));
    }
    if cue.text.contains(ARROW) {
        return Err(("text", format!("a text cannot have {ARROW} in it: that is how times are written")));
    }
    if cue.text.split('\n').any(|line| line.trim().is_empty()) {
        return Err(("text", "a text cannot have an empty line: the cue would end there".to_owned()));
    }
    if cue.text.contains(|character: char| character.is_control() && character != '\n' && character != '\t') {
        return Err(("text", "a text cannot have control characters".to_owned()));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const VTT: &str = "\u{feff}WEBVTT - a title\r\nLanguage: en\r\n\r\nNOTE kept  \r\n\r\nSTYLE\r\n::cue { }\r\n\r\n1\r\n00:01.000 --> 00:02.000  line:10%\r\n<v Anna>Hm.\r\nWell &amp; good\r\n\r\n\r\n00:00:03.000 --> 00:00:04.500\r\nNo\r\n\r\nNOTE end";

    fn change(cue: usize, text: &str) -> Correction {
        Correction::Change { cue, start: None, end: None, text: Some(text.to_owned()) }
    }

    fn corrected(name: &str, file: &str, corrections: &[Correction]) -> String {
        let file = Correctable::read(name, file.as_bytes()).unwrap();
        String::from_utf8(file.corrected(corrections).unwrap()).unwrap()
    }

    #[test]
    fn all_that_is_not_corrected_stays_to_the_byte() {
        assert_eq!(corrected("a.vtt", VTT, &[]), VTT);
        assert_eq!(corrected("a.vtt", VTT, &[change(0, "<v Anna>Hm.\nWell")]), VTT.replace("Well &amp; good", "Well"));
        let times = Correction::Change { cue: 0, start: Some(1200), end: None, text: None };
        assert_eq!(
            corrected("a.vtt", VTT, &[times]),
            VTT.replace("00:01.000 --> 00:02.000", "00:00:01.200 --> 00:00:02.000")
        );
        let removed =
            VTT.replace("1\r\n00:01.000 --> 00:02.000  line:10%\r\n<v Anna>Hm.\r\nWell &amp; good\r\n\r\n\r\n", "");
        assert_eq!(corrected("a.vtt", VTT, &[Correction::Remove { cue: 0 }]), removed);
        let added = WrittenCue { start: 2500, end: 2900, text: "So".to_owned() };
        let with = VTT.replace("00:00:03.000", "00:00:02.500 --> 00:00:02.900\r\nSo\r\n\r\n00:00:03.000");
        assert_eq!(corrected("a.vtt", VTT, &[Correction::Add(added)]), with);
    }

    #[test]
    fn an_srt_file_keeps_its_markup_and_numbers() {
        const SRT: &str = "1\n00:00:01,000 --> 00:00:02,000 X1:1\n<font color=\"red\">Hm</font>\n\n2\n00:00:03,000 --> 00:00:04,000\n1984\n";
        assert_eq!(corrected("a.srt", SRT, &[change(1, "<i>So</i>")]), SRT.replace("1984", "<i>So</i>"));
        let times = Correction::Change { cue: 0, start: None, end: Some(2500), text: None };
        assert_eq!(corrected("a.srt", SRT, &[times]), SRT.replace("00:00:02,000", "00:00:02,500"));
        let added = Correction::Add(WrittenCue { start: 9000, end: 9500, text: "So".to_owned() });
        assert_eq!(corrected("a.srt", SRT, &[added]), format!("{SRT}\n3\n00:00:09,000 --> 00:00:09,500\nSo\n"));
    }

    #[test]
    fn cues_that_are_added_together_stand_apart_and_are_counted_on() {
        let add = |start, text: &str| Correction::Add(WrittenCue { start, end: start + 500, text: text.to_owned() });
        const SRT: &str = "1\r\n00:00:01,000 --> 00:00:02,000\r\nHm\r\n";
        let late =
            "\r\n2\r\n00:00:08,000 --> 00:00:08,500\r\nSo\r\n\r\n3\r\n00:00:09,000 --> 00:00:09,500\r\nIt\r\ngoes\r\n";
        assert_eq!(corrected("a.srt", SRT, &[add(8000, "So"), add(9000, "It\ngoes")]), format!("{SRT}{late}"));
        // In the order in which they are spoken, whatever the order of the request.
        assert_eq!(corrected("a.srt", SRT, &[add(9000, "It\ngoes"), add(8000, "So")]), format!("{SRT}{late}"));
        let early = "2\r\n00:00:00,000 --> 00:00:00,500\r\nOh\r\n\r\n";
        let last = "\r\n3\r\n00:00:09,000 --> 00:00:09,500\r\nSo\r\n";
        assert_eq!(corrected("a.srt", SRT, &[add(9000, "So"), add(0, "Oh")]), format!("{early}{SRT}{last}"));
        for ending in ["", "\n", "\n\n", "\n\nNOTE end"] {
            let file = format!("WEBVTT\n\n00:01.000 --> 00:02.000\nHm{ending}");
            let written = corrected("a.vtt", &file, &[add(7000, "a"), add(8000, "b"), add(9000, "c")]);
            let gap = &"\n\n"[if ending.ends_with('\n') { ending.len().min(2) } else { 0 }..];
            let cue = |second, text| format!("00:00:0{second}.000 --> 00:00:0{second}.500\n{text}\n");
            let [a, b, c] = [cue(7, "a"), cue(8, "b"), cue(9, "c")];
            assert_eq!(written, format!("{file}{gap}{a}\n{b}\n{c}"), "{ending:?}");
        }
    }

    #[test]
    fn what_would_be_read_otherwise_is_refused() {
        let file = Correctable::read("a.vtt", VTT.as_bytes()).unwrap();
        for text in ["a --> b", "a\n\nb", "", " ", "a\u{0}b"] {
            assert!(
                matches!(file.corrected(&[change(0, text)]), Err(CorrectError::Correction { field: "text", .. })),
                "{text:?}"
            );
        }
        let backwards = Correction::Change { cue: 0, start: Some(9000), end: None, text: None };
        assert!(matches!(file.corrected(&[backwards]), Err(CorrectError::Correction { field: "end", .. })));
        assert!(matches!(file.corrected(&[change(2, "a")]), Err(CorrectError::Correction { field: "cue", .. })));
        assert!(matches!(file.corrected(&[change(0, "a"), change(0, "b")]), Err(CorrectError::File(_))));
        let srt = Correctable::read("a.srt", b"1\n00:01,000 --> 00:02,000\na\n").unwrap();
        assert!(srt.corrected(&[Correction::Remove { cue: 0 }]).is_err());
    }

    #[test]
    fn files_that_are_not_what_they_write_cannot_be_corrected() {
        let mapped = "WEBVTT\nX-TIMESTAMP-MAP=MPEGTS:0,LOCAL:00:00:10.000\n\n00:11.000 --> 00:12.000\nHm\n";
        assert!(matches!(Correctable::read("a.vtt", mapped.as_bytes()), Err(CorrectError::File(_))));
        assert!(matches!(
            Correctable::read("a.ttml", b"<tt xmlns=\"http://www.w3.org/ns/ttml\"/>"),
            Err(CorrectError::File(_))
        ));
    }

    fn any_file() -> impl Strategy<Value = String> {
        let line = prop_oneof![
            Just(String::new()),
            Just("NOTE".to_owned()),
            Just("STYLE".to_owned()),
            Just("12".to_owned()),
            Just("00:01.000 --> 00:02.000 line:0".to_owned()),
            Just("00:00:05,000 --> 00:00:06,000".to_owned()),
            Just("00:09.000 --> 00:03.000".to_owned()),
            Just("x --> y".to_owned()),
            "[ -~äö]{0,8}",
        ];
        let end = prop::sample::select(vec!["\n", "\r\n", "\r"]);
        prop::collection::vec((line, end), 0..40)
            .prop_map(|lines| lines.into_iter().map(|(line, end)| line + end).collect())
    }

    proptest! {
        /// What the places say is what the reader says, or the file is refused; and nothing changes where nothing is
        /// corrected.
        #[test]
        fn places_are_those_of_the_reader(body in any_file(), is_srt: bool) {
            let (name, file) = if is_srt { ("a.srt", body) } else { ("a.vtt", format!("WEBVTT\n{body}")) };
            if let Ok(read) = Correctable::read(name, file.as_bytes()) {
                let written = read.corrected(&[]).unwrap();
                prop_assert_eq!(written, file.as_bytes());
                if let Some(first) = read.cues().next() && let Ok(changed) = read.corrected(&[change(0, "Other")]) {
                    let changed = Correctable::read(name, &changed).unwrap();
                    let others = changed.cues().filter(|cue| cue.text == "Other").count();
                    prop_assert_eq!(others, 1 + read.cues().filter(|cue| *cue != first && cue.text == "Other").count());
                }
            }
        }
    }
}
