use super::*;

fn cue(payload: &str) -> Cue {
    Cue { id: None, start: 0, end: 1000, settings: String::new(), payload: payload.to_owned() }
}

#[test]
fn heap_bytes_count_text_and_cues() {
    let empty = Captions::default().heap_bytes();
    let captions = Captions {
        cues: vec![cue(&"x".repeat(10_000)), cue("y")],
        blocks: vec!["STYLE\n".to_owned() + &"z".repeat(1000)],
        ..Captions::default()
    };
    let bytes = captions.heap_bytes() - empty;
    assert!((11_000..12_000).contains(&bytes), "{bytes}");
}

#[test]
fn the_end_is_that_of_the_longest_cue() {
    let long = Cue { end: 9000, ..cue("a") };
    assert_eq!(Captions { cues: vec![long, cue("b")], ..Captions::default() }.end(), 9000);
    assert_eq!(Captions::default().end(), 0);
}

#[test]
fn captions_that_were_asked_equal_those_that_were_not() {
    let asked = Captions { cues: vec![cue("a")], ..Captions::default() };
    let fresh = asked.clone();
    asked.overlapping(0, 10);
    assert_eq!(asked, fresh);
}
