//! Edits by many at once: none is lost.

use super::support::{any, captions, catalog, document, list, track};
use futures_util::future::join_all;
use proptest::prelude::*;
use signalbox::catalog::{Catalog, EditError, EditOf};
use signalbox::track::{Asset, Language};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Adds a word to the title: what each edit leaves.
async fn add_word(catalog: &Catalog, word: String) -> Result<(), EditError> {
    let add = |asset: &mut Asset| {
        let title = asset.title.get_or_insert_default();
        title.push(' ');
        title.push_str(&word);
        Ok(())
    };
    catalog.edit("asset", &any(), add).await.map(drop)
}

fn words(asset: &Asset) -> Vec<String> {
    asset.title.as_deref().unwrap_or_default().split_whitespace().map(str::to_owned).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_thousand_at_once() {
    const COUNT: usize = 2000;
    let folder = captions(1);
    let catalog = Arc::new(catalog(folder.path()));
    let edits = (0..COUNT).map(|number| {
        let catalog = Arc::clone(&catalog);
        tokio::spawn(async move { add_word(&catalog, number.to_string()).await })
    });
    for edit in join_all(edits).await {
        edit.unwrap().unwrap();
    }
    let mut numbers: Vec<usize> = words(&document(folder.path())).iter().map(|word| word.parse().unwrap()).collect();
    numbers.sort_unstable();
    assert!(numbers.into_iter().eq(0..COUNT));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn by_several_processes_at_once() {
    const EACH: usize = 12;
    let folder = captions(1);
    // Each with its own cache and its own turns: only the store is between them.
    let catalogs: Vec<_> = (0..3).map(|_| Arc::new(catalog(folder.path()))).collect();
    let writers: Vec<_> = (0..catalogs.len()).flat_map(|process| (0..4).map(move |task| (process, task))).collect();
    let edits = writers.iter().map(|&(process, task)| {
        let catalog = Arc::clone(&catalogs[process]);
        tokio::spawn(async move {
            for number in 0..EACH {
                add_word(&catalog, format!("{process}.{task}.{number}")).await.unwrap();
            }
        })
    });
    for edit in join_all(edits.collect::<Vec<_>>()).await {
        edit.unwrap();
    }
    let words = words(&document(folder.path()));
    assert_eq!(words.len(), writers.len() * EACH);
    for (process, task) in writers {
        let prefix = format!("{process}.{task}.");
        let own: Vec<&str> = words.iter().filter_map(|word| word.strip_prefix(&prefix)).collect();
        assert!(own.into_iter().map(|number| number.parse::<usize>().unwrap()).eq(0..EACH), "{prefix}");
    }
    let history = catalogs[0].history("asset").await.unwrap();
    assert_eq!(history.len(), 100);
    assert!(history.windows(2).all(|pair| pair[0].revision_before == pair[1].revision), "in the order of the edits");
}

/// One thing that an editor does, and what it makes of a list.
#[derive(Debug, Clone)]
enum Step {
    Title(u8),
    Label(usize, Option<u8>),
    Language(usize, &'static str),
    Default(usize),
    Hide(usize, bool),
    Remove(usize),
    Bring(usize),
    Swap(usize, usize),
    ByHand(u8),
}

const TRACKS: usize = 5;

fn step() -> impl Strategy<Value = Step> {
    let place = 0..TRACKS;
    prop_oneof![
        any_u8().prop_map(Step::Title),
        (place.clone(), prop::option::of(0u8..4)).prop_map(|(place, label)| Step::Label(place, label)),
        (place.clone(), prop::sample::select(vec!["en", "de", "pt-BR"]))
            .prop_map(|(place, tag)| Step::Language(place, tag)),
        place.clone().prop_map(Step::Default),
        (place.clone(), prop::bool::ANY).prop_map(|(place, hidden)| Step::Hide(place, hidden)),
        place.clone().prop_map(Step::Remove),
        place.clone().prop_map(Step::Bring),
        (place.clone(), place).prop_map(|(one, other)| Step::Swap(one, other)),
        any_u8().prop_map(Step::ByHand),
    ]
}

fn any_u8() -> impl Strategy<Value = u8> {
    prop::num::u8::ANY
}

impl Step {
    /// What an editor asks for.
    fn ask(&self, asset: &mut Asset) -> Result<(), EditError> {
        let name = |place: usize| format!("t{place}");
        match *self {
            Step::Title(title) | Step::ByHand(title) => asset.title = Some(title.to_string()),
            Step::Label(place, label) => {
                track(asset, &name(place))?.label = label.map(|label| format!("label {label}"));
            }
            Step::Language(place, tag) => track(asset, &name(place))?.language = Language::parse(tag).ok(),
            Step::Default(place) => track(asset, &name(place))?.default = true,
            Step::Hide(place, hidden) => {
                use signalbox::track::Visibility::{Hidden, Visible};
                track(asset, &name(place))?.visibility = if hidden { Hidden } else { Visible };
            }
            Step::Remove(place) => {
                track(asset, &name(place))?;
                asset.tracks.retain(|track| track.name != name(place));
            }
            Step::Bring(place) => asset.tracks.push(list(TRACKS).tracks.swap_remove(place)),
            Step::Swap(one, other) if one.max(other) < asset.tracks.len() => asset.tracks.swap(one, other),
            Step::Swap(..) => {}
        }
        Ok(())
    }

    /// What the list must be afterwards; `None` where it must be as before. Written without the product's rules.
    fn model(&self, before: &Asset) -> Option<Asset> {
        let mut after = before.clone();
        self.ask(&mut after).ok()?;
        if let Step::Default(place) = self {
            after.tracks.iter_mut().for_each(|track| track.default = track.name == format!("t{place}"));
        }
        is_in_order(&after).then_some(after)
    }
}

fn is_in_order(asset: &Asset) -> bool {
    let all_differ = |mut words: Vec<&String>| {
        let count = words.len();
        words.sort();
        words.dedup();
        words.len() == count
    };
    all_differ(asset.tracks.iter().map(|track| &track.name).collect())
        && all_differ(asset.tracks.iter().filter_map(|track| track.label.as_ref()).collect())
        && asset.tracks.iter().filter(|track| track.default).count() <= 1
}

/// Takes steps, each under a name of its own; gives those that changed something.
async fn take_all(catalog: Catalog, process: usize, steps: Vec<Step>) -> Vec<(String, Step)> {
    let mut done = Vec::new();
    for (number, step) in steps.into_iter().enumerate() {
        let edit = EditOf { by: format!("{process}.{number}"), ..any() };
        match catalog.edit("asset", &edit, |asset| step.ask(asset)).await {
            Ok(edited) if edited.changed => done.push((edit.by, step)),
            Ok(_) | Err(EditError::Refused(_) | EditError::UnknownTrack { .. }) => {}
            Err(error) => panic!("{error}"),
        }
    }
    done
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap()
}

async fn take(catalog: &Catalog, step: &Step) -> Result<(), EditError> {
    catalog.edit("asset", &any(), |asset| step.ask(asset)).await.map(drop)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    /// One after the other, each by any of three processes or by hand: the list is what the model says after each.
    #[test]
    fn in_any_order_the_list_is_what_the_model_says(steps in prop::collection::vec((0usize..3, step()), 1..30)) {
        let folder = captions(TRACKS);
        let catalogs = [0, 1, 2].map(|_| catalog(folder.path()));
        let mut model = list(TRACKS);
        runtime().block_on(async {
            catalogs[0].put_asset("asset", &any(), model.clone()).await.unwrap();
            for (process, step) in &steps {
                let expected = step.model(&model);
                if let Step::ByHand(_) = step {
                    let written = signalbox::document::write(expected.as_ref().unwrap());
                    std::fs::write(folder.path().join("asset/asset.json"), written).unwrap();
                } else {
                    let taken = take(&catalogs[*process], step).await;
                    prop_assert_eq!(taken.is_ok(), expected.is_some(), "{:?} on {:?}: {:?}", step, model, taken);
                }
                model = expected.unwrap_or(model);
                prop_assert_eq!(&document(folder.path()), &model);
                let Step::ByHand(_) = step else {
                    prop_assert_eq!(&catalogs[*process].newest("asset").await.unwrap().asset, &model);
                    continue;
                };
            }
            Ok(())
        })?;
    }

    /// All at once, by three processes: there is an order of the edits in which the model gives the same list, and the
    /// history tells it.
    #[test]
    fn at_once_they_are_as_if_one_after_the_other(steps in prop::collection::vec(prop::collection::vec(step(), 1..12), 3)) {
        let folder = captions(TRACKS);
        let (history, done) = runtime().block_on(async {
            let first = catalog(folder.path());
            first.put_asset("asset", &any(), list(TRACKS)).await.unwrap();
            let writers: Vec<_> = steps
                .into_iter()
                .enumerate()
                .map(|(process, steps)| tokio::spawn(take_all(catalog(folder.path()), process, steps)))
                .collect();
            let done = join_all(writers).await.into_iter().flat_map(Result::unwrap).collect::<BTreeMap<_, _>>();
            (first.history("asset").await.unwrap(), done)
        });
        let mut model = list(TRACKS);
        prop_assert_eq!(history.len(), done.len() + 1, "each edit that was made is told once");
        for entry in history.iter().rev().skip(1) {
            prop_assert_eq!(entry.before.as_ref(), Some(&model), "no gap");
            let after = done.get(&entry.by).and_then(|step| step.model(&model));
            prop_assert_eq!(&after, &entry.after, "{}: {:?}", entry.by, done.get(&entry.by));
            model = after.unwrap();
        }
        prop_assert_eq!(&document(folder.path()), &model);
    }
}
