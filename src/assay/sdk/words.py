"""Run ids and the two words a run is called by until somebody names it."""

from __future__ import annotations

import os
from collections.abc import Sequence

_ALPHABET = "0123456789abcdefghijklmnopqrstuvwxyz"

_ADJECTIVE_TEXT = """
amber ample autumn balmy bold brave breezy bright brisk calm candid cheery clear clever coastal copper cosmic crimson crisp
curious dapper daring dawn deft dewy distant eager early earnest easy electric elder ember fair fancy fleet fluent fresh
frosty gentle gilded glad glowing golden graceful grand happy hardy hazel honest humble icy indigo ivory jade jolly keen kind
lively lofty loyal lucid lunar mellow merry mild misty modest nimble noble northern olive opal patient peachy placid polar
proud quick quiet radiant rapid rosy royal rustic sandy scarlet serene sharp silent silver sleek smooth snowy solar solid
spring spry stable starry steady stellar still sturdy subtle summer sunny swift tidal tidy tranquil true upbeat velvet verdant
vivid warm western wild winter wise witty young zesty
"""
_ADJECTIVES = _ADJECTIVE_TEXT.split()

_NOUN_TEXT = """
acorn alder anchor apple aspen aurora badger bay beacon birch bison blossom breeze bridge brook canyon cedar cliff cloud
clover comet coral cove crane creek crest crystal delta dew dolphin dove dune eagle echo elm falcon fern field finch fjord
flame forest fox galaxy garden geyser glacier glade grove gull harbor hawk heath heron hill horizon island ivy jasmine juniper
kestrel lagoon lake lantern lark leaf lily linden lotus lynx maple marsh meadow mesa meteor moon moss mountain nebula oak
oasis ocean orbit orchard osprey otter owl palm peak pebble pine planet plateau pond poplar prairie quail quartz rain raven
reef ridge river robin rose sage sail salmon sequoia shore sky snow sparrow spring spruce star stone stream summit sun swallow
swan thistle thunder tide trail tundra valley vine violet wave willow wind wolf wren
"""
_NOUNS = _NOUN_TEXT.split()


def _any_of(choices: Sequence[str]) -> str:
    """One of them by chance. `secrets` would load the machine's cryptography for it, a fiftieth of a short run."""
    return choices[int.from_bytes(os.urandom(8)) % len(choices)]


def new_run_id() -> str:
    """Eight characters: 2.8e12 of them, and checked against the folder."""
    return "".join(_any_of(_ALPHABET) for _ in range(8))


def two_words() -> str:
    return f"{_any_of(_ADJECTIVES)}-{_any_of(_NOUNS)}"


def offline_name(words: str, run_id: str) -> str:
    """What a run is called until the server has counted it: the end of its id stands for the number."""
    tail = "".join(c for c in run_id if c.isalnum())[-4:] or "run"
    return f"{words}-{tail}"
