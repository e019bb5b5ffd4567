"""Names for runs that were given none: `calm-harbour-12`. Two words to say aloud, a number that counts."""

from __future__ import annotations

from random import Random

ADJECTIVES = (
    "amber", "ample", "azure", "bold", "brave", "brisk", "calm", "clear", "clever", "coral", "crisp", "curious", "deft",
    "eager", "early", "even", "fair", "fine", "fleet", "fresh", "gentle", "glad", "golden", "grand", "green", "happy",
    "hazel", "honest", "humble", "ivory", "jolly", "keen", "kind", "light", "lively", "lucid", "lucky", "mellow",
    "merry", "mild", "misty", "modest", "neat", "nimble", "noble", "olive", "open", "patient", "plain", "polite",
    "proud", "quick", "quiet", "rapid", "ready", "royal", "rustic", "serene", "sharp", "silver", "smooth", "snowy",
    "solid", "spry", "stable", "steady", "still", "sunny", "swift", "tidy", "upbeat", "vivid", "warm", "wise", "witty",
    "young",
)  # fmt: skip
NOUNS = (
    "acorn", "anchor", "arch", "aspen", "badger", "basin", "bay", "beacon", "birch", "bloom", "breeze", "bridge",
    "brook", "canyon", "cedar", "cliff", "cloud", "comet", "cove", "crane", "creek", "dale", "dawn", "delta", "dune",
    "eagle", "ember", "falcon", "fern", "field", "finch", "fjord", "forest", "fox", "garden", "glade", "grove",
    "harbour", "haven", "heron", "hill", "island", "juniper", "lagoon", "lake", "lark", "leaf", "ledge", "maple",
    "marsh", "meadow", "mesa", "moon", "moss", "oak", "oasis", "orchard", "otter", "peak", "pebble", "pine", "plain",
    "pond", "prairie", "rain", "reef", "ridge", "river", "robin", "sparrow", "spring", "spruce", "star", "stone",
    "stream", "summit", "thicket", "tide", "valley", "willow", "wren",
)  # fmt: skip


def name_for(number: int, suggested: str, random: Random) -> str:
    """`suggested`'s two words when it has two, else two drawn ones, and `number`."""
    words = [word for word in suggested.split("-") if word.isalpha() and len(word) <= 32][:2]
    adjective, noun = words if len(words) == 2 else (random.choice(ADJECTIVES), random.choice(NOUNS))
    return f"{adjective}-{noun}-{number}"
