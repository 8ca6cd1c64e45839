"""What is said, shown and written in every sample asset, and when: the one table that speech, sounds and captions come
from. Times are seconds of presentation time."""
from dataclasses import dataclass, field

# voice name -> (espeak-ng voice, pitch 0-99)
VOICES = {
    "anna": ("en-gb+f2", 52),
    "tom": ("en-gb+m3", 38),
    "narrator": ("en-gb-x-rp+f4", 44),
    "anna-de": ("de+f2", 52),
    "tom-de": ("de+m3", 38),
    "director": ("fr+m7", 42),
    "radio": ("it+f5", 46),
    "speaker": ("en-us+f3", 48),
    "announcer": ("en-gb-x-rp+m7", 36),
}


@dataclass(frozen=True)
class Cue:
    """One moment. `say` is heard and written; `show` is written only; both by language."""

    start: float
    end: float
    who: str = ""
    say: dict = field(default_factory=dict)
    show: dict = field(default_factory=dict)
    forced: bool = False
    settings: str = ""

    def text(self, language):
        return self.show.get(language) or self.say.get(language) or ""


HARBOUR_SECONDS = 36
HARBOUR = [
    Cue(0.5, 2.5, show={"en": "[waves lap against the quay]"}),
    Cue(3, 5, show={"en": "Old Harbour", "de": "Alter Hafen"}, forced=True, settings="line:0"),
    Cue(5.5, 8.5, "anna", {"en": "Good evening, Tom. Is the last boat in?", "de": "Guten Abend, Tom. Ist das letzte Schiff schon da?"}),
    Cue(9, 12.5, "tom", {"en": "Not yet. I can see her light beyond the lighthouse.", "de": "Noch nicht. Ich sehe sein Licht hinter dem Leuchtturm."}),
    Cue(13, 15, show={"en": "[a bell rings twice]"}),
    Cue(15.5, 19, "radio", {"it": "Qui la Luna. Arriviamo fra dieci minuti."},
        {"en": "This is the Luna. We arrive in ten minutes.", "de": "Hier ist die Luna. Wir kommen in zehn Minuten."}, forced=True),
    Cue(19.5, 23, "anna", {"en": "Then there is time to watch the moon on the water.", "de": "Dann bleibt Zeit für den Mond auf dem Wasser."}),
    Cue(23.5, 26.5, show={"en": "[a horn sounds far away]"}),
    Cue(27, 30.5, "tom", {"en": "Look, here she comes, and everyone is on deck.", "de": "Sieh nur, da kommt es, und alle stehen an Deck."}),
    Cue(31, 33, "anna", {"en": "Welcome home!", "de": "Willkommen zu Hause!"}),
    Cue(33.5, 35.5, show={"en": "[waves lap against the quay]"}),
]
# Spoken between the lines of the dialogue.
HARBOUR_DESCRIPTION = [
    Cue(0.4, 5.2, "narrator", {"en": "A small harbour under a full moon. A sign lights up: Old Harbour."}),
    Cue(12.7, 15.3, "narrator", {"en": "The beam sweeps over the bay."}),
    Cue(23.2, 26.8, "narrator", {"en": "A white ferry with lit windows glides in from the right."}),
    Cue(33, 35.8, "narrator", {"en": "On the quay, two people wave."}),
]
# Spoken over the quiet harbour, instead of the dialogue.
HARBOUR_COMMENTARY = [
    Cue(1, 5, "director", {"fr": "Bonsoir. Nous avons dessiné ce port avec très peu de lumière."}),
    Cue(8, 12, "director", {"fr": "Chaque reflet n'est qu'une ligne qui tremble."}),
    Cue(14, 18.5, "director", {"fr": "La radio parle italien, car le bateau vient de Gênes."}),
    Cue(22, 26.5, "director", {"fr": "Ici, le bateau entre dans l'image, tout doucement."}),
    Cue(30, 33.5, "director", {"fr": "Merci, et bonne nuit."}),
]
BELL_STROKES = (13.0, 14.0)
HORN_BLASTS = (23.5, 25.1)
SIGN_LIGHTS_UP = 3.0
FERRY_ENTERS = 22.5

TALK_FRAMES = 900  # at 30000/1001 a second
TALK_SECONDS = TALK_FRAMES * 1001 / 30000
TALK = [
    Cue(1, 4.5, "speaker", {"en": "A film is a picture, a few voices, and some words."}),
    Cue(5, 9.5, "speaker", {"en": "Each of them is a track, with a language, a label and a purpose."}),
    Cue(10, 13.5, "speaker", {"en": "Write the tracks down once, in a list beside the files."}),
    Cue(14, 18.5, "speaker", {"en": "A player asks for the film, and the list becomes a manifest."}),
    Cue(19, 22.5, "speaker", {"en": "Change the list, and the next viewer gets the change."}),
    Cue(23, 26, "speaker", {"en": "No file moves, and nothing is made twice."}),
    Cue(26.5, 29.5, "speaker", {"en": "One list, every player."}),
]

RADIO_SECONDS = 30
RADIO = [
    Cue(1.5, 6, "announcer", {"en": "Good evening. This is Harbour Radio, on the quiet side of midnight."}),
    Cue(9, 15, "announcer", {"en": "The wind is light, from the south west. The sea is calm, and the sky is clear."}),
    Cue(18, 22, "announcer", {"en": "The last boat is expected at ten past twelve."}),
    Cue(25, 28, "announcer", {"en": "Sleep well, wherever you are."}),
]

MODERN_SECONDS = 24
MODERN = [
    Cue(1, 4, "narrator", {"en": "Before the sun, the hills are only a promise."}),
    Cue(5, 9, "narrator", {"en": "Then a thin line of gold, and the mist begins to move."}),
    Cue(10.5, 14, "narrator", {"en": "A balloon takes off, as quiet as a thought."}),
    Cue(15.5, 19.5, "narrator", {"en": "The birds know the way. They have flown it before."}),
    Cue(20.5, 23, "narrator", {"en": "Good morning."}),
]

LEGACY_SECONDS = MODERN_SECONDS
LEGACY = [MODERN[0], *MODERN[2:]]
# Spoken between the lines of the narrator.
LEGACY_DESCRIPTION = [
    Cue(4.6, 9, "announcer", {"en": "Behind dark hills the sky turns gold. Mist drifts."}),
]
