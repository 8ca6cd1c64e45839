//! Every rule broken and kept.

mod any_edit;

use super::words::{LONGEST_LIST, MOST_TRACKS};
use super::*;
use crate::track::{Asset, AssetKind, Characteristic, Language, Role, Status, Track, TrackType, Visibility};
use std::collections::HashSet;
use std::time::Duration;

fn video(name: &str) -> Track {
    Track::new(name, TrackType::Video, format!("{name}.mp4"))
}

fn audio(name: &str) -> Track {
    Track { language: Language::parse(name).ok(), ..Track::new(name, TrackType::Audio, format!("{name}.m4a")) }
}

fn text(name: &str) -> Track {
    Track::new(name, TrackType::Text, format!("{name}.vtt"))
}

fn default(track: Track) -> Track {
    Track { default: true, ..track }
}

fn hidden(track: Track) -> Track {
    Track { visibility: Visibility::Hidden, ..track }
}

fn labelled(track: Track, label: &str) -> Track {
    Track { label: Some(label.to_owned()), ..track }
}

fn asset(tracks: impl IntoIterator<Item = Track>) -> Asset {
    Asset { tracks: tracks.into_iter().collect(), ..Asset::default() }
}

/// A picture, English by default, German, German subtitles.
fn harbour() -> Asset {
    asset([video("video"), labelled(default(audio("en")), "English"), labelled(audio("de"), "Deutsch"), text("words")])
}

/// Files whose name begins so are not there.
const GONE: &str = "gone";

fn file(track: &Track) -> Result<(), String> {
    match track.file.starts_with(GONE) {
        true => Err(format!("the asset's folder has no file {:?}; upload it first", track.file)),
        false => Ok(()),
    }
}

fn edited(before: &Asset, change: impl FnOnce(&mut Asset)) -> Result<Asset, Vec<Breach>> {
    let mut after = before.clone();
    change(&mut after);
    settle(Some(before), after, &file)
}

/// What an edit is refused for: rule, track and path.
#[track_caller]
fn refused(result: Result<Asset, Vec<Breach>>) -> Vec<(Rule, Option<String>, String)> {
    let breaches = result.expect_err("the edit is refused");
    for breach in &breaches {
        let (_, remedy) = breach.problem.split_once([';', ',']).expect("what is wrong, then what to do");
        assert!(remedy.len() > 8, "{breach}");
    }
    breaches.into_iter().map(|breach| (breach.rule, breach.track, breach.path)).collect()
}

#[track_caller]
fn assert_refused(result: Result<Asset, Vec<Breach>>, rule: Rule, track: &str, path: &str) {
    assert_eq!(refused(result), [(rule, Some(track.to_owned()), path.to_owned())]);
}

/// The first track of that name.
fn track<'a>(asset: &'a mut Asset, name: &str) -> &'a mut Track {
    asset.tracks.iter_mut().find(|track| track.name == name).unwrap()
}

/// Names of the tracks that have the flag.
fn defaults(asset: &Asset) -> Vec<&str> {
    asset.tracks.iter().filter(|track| track.default).map(|track| track.name.as_str()).collect()
}

#[test]
fn ids_are_words_for_programs_and_all_different() {
    let ids: HashSet<&str> = Rule::ALL.iter().map(|rule| rule.id()).collect();
    assert_eq!(ids.len(), Rule::ALL.len());
    assert!(ids.iter().all(|id| id.bytes().all(|b| b.is_ascii_lowercase() || b == b'-')));
}

#[test]
fn an_asset_in_order_is_taken_as_it_is() {
    assert_eq!(settle(None, harbour(), &file), Ok(harbour()));
    assert_eq!(settle(Some(&harbour()), harbour(), &file), Ok(harbour()));
    assert_eq!(as_served(&harbour()), (harbour(), Vec::new()));
    assert_eq!(settle(None, Asset::default(), &file), Ok(Asset::default()));
}

#[test]
fn names_are_url_safe_and_unique() {
    for name in ["", "a b", "../x", "a/b", "ü", "master", "a.iframes"] {
        let breaches = settle(None, asset([video(name)]), &file).unwrap_err();
        assert_eq!(breaches.iter().map(|breach| breach.rule).next(), Some(Rule::TrackName), "{name}");
    }
    assert_refused(
        edited(&harbour(), |asset| asset.tracks.insert(0, audio("de"))),
        Rule::UniqueName,
        "de",
        "tracks[3].name",
    );
    assert_refused(
        edited(&harbour(), |asset| asset.tracks.push(Track { name: "en".to_owned(), ..audio("fr") })),
        Rule::UniqueName,
        "en",
        "tracks[4].name",
    );
    let renamed = edited(&harbour(), |asset| track(asset, "de").name = "german".to_owned());
    assert_eq!(renamed.unwrap().tracks[2].name, "german");
}

#[test]
fn written_labels_are_unique_in_their_type() {
    assert_refused(
        edited(&harbour(), |asset| track(asset, "de").label = Some("English".to_owned())),
        Rule::UniqueLabel,
        "de",
        "tracks[2].label",
    );
    // Whoever had it keeps it, wherever the newcomer stands.
    let first = labelled(audio("fr"), "Deutsch");
    assert_refused(
        edited(&harbour(), |asset| asset.tracks.insert(0, first)),
        Rule::UniqueLabel,
        "fr",
        "tracks[0].label",
    );
    // Another type has a menu of its own; swapping is an edit as any other; and who writes none, has none.
    assert!(edited(&harbour(), |asset| track(asset, "words").label = Some("English".to_owned())).is_ok());
    let swapped = edited(&harbour(), |asset| {
        track(asset, "en").label = Some("Deutsch".to_owned());
        track(asset, "de").label = Some("English".to_owned());
    });
    assert!(swapped.is_ok());
    assert!(edited(&harbour(), |asset| asset.tracks.push(audio("fr"))).is_ok());
}

#[test]
fn forms_of_one_content_share_a_label() {
    let rung = |name: &str| labelled(Track { name: name.to_owned(), ..audio("en") }, "English");
    let unsaid = Track { language: None, ..rung("c") };
    assert!(settle(None, asset([rung("a"), rung("b"), unsaid.clone()]), &file).is_ok());
    let described = Track { roles: vec![Role::Description], ..rung("d") };
    let german = Track { language: Language::parse("de").ok(), ..rung("e") };
    for other in [described, german] {
        let name = other.name.clone();
        assert_refused(
            settle(None, asset([unsaid.clone(), rung("a"), other]), &file),
            Rule::UniqueLabel,
            &name,
            "tracks[2].label",
        );
    }
    // Two caption files are two lines of the menu.
    let words = |name: &str| labelled(text(name), "English");
    assert_refused(settle(None, asset([words("a"), words("b")]), &file), Rule::UniqueLabel, "b", "tracks[1].label");
}

#[test]
fn a_new_default_takes_it_from_the_others_of_its_type() {
    let german = edited(&harbour(), |asset| track(asset, "de").default = true).unwrap();
    assert_eq!(defaults(&german), ["de"]);
    let words = edited(&harbour(), |asset| track(asset, "words").default = true).unwrap();
    assert_eq!(defaults(&words), ["en", "words"]);
    let added = edited(&harbour(), |asset| asset.tracks.insert(0, default(audio("fr")))).unwrap();
    assert_eq!(defaults(&added), ["fr"]);
}

#[test]
fn two_new_defaults_are_none() {
    let result = edited(&harbour(), |asset| {
        track(asset, "de").default = true;
        asset.tracks.push(default(audio("fr")));
    });
    assert_eq!(refused(result).iter().map(|(rule, ..)| *rule).collect::<HashSet<_>>(), [Rule::OneDefault].into());
    let created = settle(None, asset([default(audio("en")), default(audio("de"))]), &file);
    assert_refused(created, Rule::OneDefault, "de", "tracks[1].default");
}

#[test]
fn the_default_audio_stays_until_another_is() {
    let before = harbour();
    assert_refused(
        edited(&before, |asset| track(asset, "en").visibility = Visibility::Hidden),
        Rule::DefaultAudio,
        "en",
        "tracks[1].visibility",
    );
    assert_refused(
        edited(&before, |asset| track(asset, "en").default = false),
        Rule::DefaultAudio,
        "en",
        "tracks[1].default",
    );
    let removed = edited(&before, |asset| asset.tracks.retain(|track| track.name != "en"));
    assert_refused(removed, Rule::DefaultAudio, "en", "tracks");
    assert_refused(edited(&before, |asset| asset.tracks.clear()), Rule::DefaultAudio, "en", "tracks");
    assert_refused(
        edited(&before, |asset| *track(asset, "de") = hidden(default(audio("de")))),
        Rule::DefaultAudio,
        "de",
        "tracks[2].visibility",
    );
}

#[test]
fn the_default_audio_can_be_replaced_in_the_same_edit() {
    let gone: [fn(&mut Asset); 3] = [
        |asset| asset.tracks.retain(|track| track.name != "en"),
        |asset| track(asset, "en").visibility = Visibility::Hidden,
        |asset| track(asset, "en").default = false,
    ];
    for change in gone {
        let replaced = edited(&harbour(), |asset| {
            change(asset);
            track(asset, "de").default = true;
        });
        assert_eq!(defaults(&replaced.unwrap()), ["de"]);
    }
    let renamed = edited(&harbour(), |asset| track(asset, "en").name = "english".to_owned());
    assert_eq!(defaults(&renamed.unwrap()), ["english"]);
}

#[test]
fn where_no_audio_is_the_default_any_may_go() {
    let before = asset([audio("en"), audio("de")]);
    assert!(edited(&before, |asset| asset.tracks.clear()).is_ok());
    let words = asset([default(text("words"))]);
    assert!(edited(&words, |asset| track(asset, "words").visibility = Visibility::Hidden).is_ok());
}

#[test]
fn only_text_is_forced() {
    assert!(edited(&harbour(), |asset| track(asset, "words").forced = true).is_ok());
    for (name, path) in [("video", "tracks[0].forced"), ("de", "tracks[2].forced")] {
        assert_refused(edited(&harbour(), |asset| track(asset, name).forced = true), Rule::ForcedText, name, path);
    }
}

#[test]
fn text_and_audio_are_added_to_vod_only() {
    let before = Asset { kind: AssetKind::LiveArchive, ..harbour() };
    for (new, rule) in [(audio("fr"), true), (text("more"), true), (video("more"), false)] {
        let name = new.name.clone();
        let result = edited(&before, |asset| asset.tracks.push(new));
        match rule {
            true => assert_refused(result, Rule::VodOnly, &name, "tracks[4].type"),
            false => assert!(result.is_ok()),
        }
    }
    // What was sent with the stream may be renamed, changed and hidden, and the asset may become another.
    assert!(edited(&before, |asset| track(asset, "de").name = "german".to_owned()).is_ok());
    assert!(edited(&before, |asset| track(asset, "de").file = "new.m4a".to_owned()).is_ok());
    let freed = edited(&before, |asset| {
        asset.kind = AssetKind::Vod;
        asset.tracks.push(audio("fr"));
    });
    assert!(freed.is_ok());
    let closing = edited(&harbour(), |asset| {
        asset.kind = AssetKind::LiveArchive;
        asset.tracks.push(audio("fr"));
    });
    assert_refused(closing, Rule::VodOnly, "fr", "tracks[4].type");
    assert!(settle(None, before, &file).is_ok(), "its first list says what was sent");
}

#[test]
fn a_track_stays_of_its_type() {
    assert_refused(
        edited(&harbour(), |asset| track(asset, "de").track_type = TrackType::Text),
        Rule::TrackType,
        "de",
        "tracks[2].type",
    );
}

#[test]
fn a_file_is_asked_for_where_the_edit_brings_it() {
    let gone = |track: Track| Track { file: format!("{GONE}.m4a"), ..track };
    assert_refused(
        edited(&harbour(), |asset| asset.tracks.push(gone(audio("fr")))),
        Rule::File,
        "fr",
        "tracks[4].file",
    );
    assert_refused(
        edited(&harbour(), |asset| *track(asset, "de") = gone(audio("de"))),
        Rule::File,
        "de",
        "tracks[2].file",
    );
    assert_refused(settle(None, asset([gone(audio("fr"))]), &file), Rule::File, "fr", "tracks[0].file");
    let preparing = Track { status: Status::Preparing, ..gone(audio("fr")) };
    let waits = edited(&harbour(), |asset| asset.tracks.push(preparing)).unwrap();
    assert_refused(
        edited(&waits, |asset| track(asset, "fr").status = Status::Ready),
        Rule::File,
        "fr",
        "tracks[4].file",
    );
    // A file that went missing stops no other edit.
    let before = asset([video("video"), gone(audio("fr"))]);
    assert!(edited(&before, |asset| track(asset, "fr").label = Some("Français".to_owned())).is_ok());
    assert_refused(edited(&before, |asset| track(asset, "fr").track_id = Some(2)), Rule::File, "fr", "tracks[1].file");
}

/// A change of a track that breaks the rule, the field that is told, and what is served instead.
type Broken = (fn(&mut Track), Rule, &'static str, fn(&mut Track));

#[test]
fn a_property_is_what_a_document_can_say() {
    let cases: [Broken; 8] = [
        (|t| t.label = Some(" ".to_owned()), Rule::Label, "label", |t| t.label = None),
        (|t| t.label = Some("a\nb".to_owned()), Rule::Label, "label", |t| t.label = None),
        (|t| t.roles = vec![Role::Dub, Role::Dub], Rule::Role, "roles", |t| t.roles = vec![Role::Dub]),
        (
            |t| t.characteristics = vec![Characteristic::parse("a.b").unwrap(); 2],
            Rule::Characteristic,
            "characteristics",
            |t| t.characteristics = vec![Characteristic::parse("a.b").unwrap()],
        ),
        (
            |t| t.characteristics = (0..65).map(|n| Characteristic::parse(&format!("a.b{n}")).unwrap()).collect(),
            Rule::Characteristic,
            "characteristics",
            |t| t.characteristics = (0..64).map(|n| Characteristic::parse(&format!("a.b{n}")).unwrap()).collect(),
        ),
        (
            |t| t.status = Status::Error("no\nline".to_owned()),
            Rule::Status,
            "reason",
            |t| t.status = Status::Error("no reason is given".to_owned()),
        ),
        (|t| t.forced = true, Rule::ForcedText, "forced", |t| t.forced = false),
        (|t| t.default = true, Rule::OneDefault, "default", |t| t.default = false),
    ];
    for (change, rule, field, mended) in cases {
        let mut broken = asset([default(audio("en")), audio("de")]);
        let mut whole = broken.clone();
        change(track(&mut broken, "de"));
        mended(track(&mut whole, "de"));
        let path = format!("tracks[1].{field}");
        assert_refused(settle(None, broken.clone(), &file), rule, "de", &path);
        let (served, told) = as_served(&broken);
        assert_eq!(served, whole);
        let [told] = told.as_slice() else { panic!("{told:?}") };
        assert_eq!((told.rule, told.track.as_deref(), told.path.as_str()), (rule, Some("de"), path.as_str()));
        assert_eq!(settle(Some(&broken), broken.clone(), &file), Ok(broken), "it was so before");
    }
    for change in [|t: &mut Track| t.file = "../de.m4a".to_owned(), |t: &mut Track| t.track_id = Some(0)] {
        let mut broken = harbour();
        change(track(&mut broken, "de"));
        assert_eq!(refused(settle(None, broken.clone(), &file)).len(), 1);
        assert_eq!(as_served(&broken).0.tracks.len(), 3, "left out");
    }
    let odd = Asset {
        title: Some("a\tb".to_owned()),
        segment_duration: Some(Duration::from_secs(100)),
        tracks: (0..=MOST_TRACKS).map(|n| video(&format!("v{n}"))).collect(),
        ..Asset::default()
    };
    let paths: Vec<String> = refused(settle(None, odd.clone(), &file)).into_iter().map(|(_, _, path)| path).collect();
    assert_eq!(paths, ["title", "segment_duration", "tracks"]);
    let (served, told) = as_served(&odd);
    assert_eq!((served.title, served.segment_duration, served.tracks.len()), (None, None, MOST_TRACKS));
    assert_eq!(told.len(), 3);
    assert!(LONGEST_LIST >= Role::ALL.len());
}

#[test]
fn of_two_in_a_document_edited_by_hand_the_first_counts() {
    let twice = asset([default(audio("en")), default(audio("de")), video("en")]);
    let (served, told) = as_served(&twice);
    assert_eq!(served, asset([default(audio("en")), audio("de")]));
    let told: Vec<(Rule, &str)> = told.iter().map(|breach| (breach.rule, breach.path.as_str())).collect();
    assert_eq!(told, [(Rule::UniqueName, "tracks[2].name"), (Rule::OneDefault, "tracks[1].default")]);

    let labels = asset([labelled(audio("en"), "Sound"), labelled(audio("de"), "Sound"), labelled(text("t"), "Sound")]);
    assert_eq!(as_served(&labels).0, asset([labels.tracks[0].clone(), audio("de"), labels.tracks[2].clone()]));
}

#[test]
fn who_is_hidden_keeps_nothing_from_who_is_shown() {
    let one = labelled(hidden(default(audio("en"))), "Sound");
    let other = labelled(default(audio("de")), "Sound");
    let (served, told) = as_served(&asset([one, other.clone()]));
    assert_eq!(served, asset([hidden(audio("en")), other]));
    assert_eq!(told.len(), 2);
    // But of two with one name, rather none is shown than the wrong one.
    let (served, _) = as_served(&asset([hidden(audio("en")), audio("en")]));
    assert_eq!(served, asset([hidden(audio("en"))]));
    let (served, told) = as_served(&asset([hidden(default(audio("en"))), audio("de")]));
    assert_eq!(defaults(&served), [""; 0]);
    assert_eq!(told[0].rule, Rule::DefaultAudio);
}

#[test]
fn what_was_broken_before_does_not_stop_an_edit() {
    let before = asset([
        labelled(default(audio("en")), "Sound"),
        labelled(default(audio("de")), "Sound"),
        audio("de"),
        Track { forced: true, ..labelled(audio("fr"), "Sound") },
        Track { file: "../x.vtt".to_owned(), ..text("t") },
    ]);
    let retitled = edited(&before, |asset| asset.title = Some("Title".to_owned())).unwrap();
    assert_eq!(retitled.tracks, before.tracks);
    // To mend one is an edit as well: the labels of others are not judged anew.
    let mended = edited(&before, |asset| asset.tracks[0].label = None).unwrap();
    assert_eq!(as_served(&mended).1.iter().filter(|breach| breach.rule == Rule::UniqueLabel).count(), 1);
    // One more of the same kind is the edit's own.
    assert_refused(edited(&before, |asset| asset.tracks.push(audio("de"))), Rule::UniqueName, "de", "tracks[5].name");
    assert_refused(
        edited(&before, |asset| asset.tracks.push(labelled(audio("it"), "Sound"))),
        Rule::UniqueLabel,
        "it",
        "tracks[5].label",
    );
    let hidden_default = asset([hidden(default(audio("en"))), audio("de")]);
    assert!(edited(&hidden_default, |asset| asset.title = Some("Title".to_owned())).is_ok());
    assert_eq!(defaults(&edited(&hidden_default, |asset| track(asset, "de").default = true).unwrap()), ["de"]);
}

#[test]
fn all_that_is_broken_is_told() {
    let result = edited(&harbour(), |asset| {
        asset.kind = AssetKind::LiveArchive;
        asset.tracks.retain(|track| track.name != "en");
        track(asset, "de").forced = true;
        track(asset, "words").track_type = TrackType::Audio;
        asset.tracks.push(Track { name: "a b".to_owned(), ..audio("fr") });
    });
    let rules: HashSet<Rule> = refused(result).into_iter().map(|(rule, ..)| rule).collect();
    let expected = [Rule::DefaultAudio, Rule::ForcedText, Rule::TrackType, Rule::VodOnly, Rule::TrackName];
    assert_eq!(rules, expected.into());
}

#[test]
fn a_long_list_of_namesakes_costs_a_moment() {
    let same = labelled(default(audio("en")), "Sound");
    let different = (0..MOST_TRACKS).map(|n| Track { name: format!("en{n}"), ..same.clone() });
    let begin = std::time::Instant::now();
    for hostile in [asset(vec![same.clone(); MOST_TRACKS]), asset(different)] {
        let (served, told) = as_served(&hostile);
        assert_eq!((defaults(&served).len(), told.len()), (1, MOST_TRACKS - 1));
        assert_eq!(settle(Some(&hostile), hostile.clone(), &file), Ok(hostile));
    }
    assert!(begin.elapsed() < Duration::from_secs(5), "{:?}", begin.elapsed());
}

#[test]
fn a_long_name_is_told_whole() {
    let long = "n".repeat(128);
    let (_, told) = as_served(&asset([Track { forced: true, ..audio(&long) }]));
    assert_eq!(told[0].track, Some(long));
}
