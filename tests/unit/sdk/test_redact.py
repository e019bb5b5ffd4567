from __future__ import annotations

import pytest

from assay.sdk.redact import MASK, Redactor, is_secret, is_secret_name, without_login

SECRETS = [
    "asy_" + "a1B2c3" * 6,
    "AKIA" + "ABCDEFGH12345678",
    "ghp_" + "a1B2" * 9,
    "github_pat_" + "a1B2c3D4e5" * 5,
    "glpat-" + "a1B2c3D4e5" * 2,
    "xoxb-" + "1234567890-abcdef",
    "sk-proj-" + "a1B2c3D4e5" * 3,
    "sk_live_" + "a1B2c3D4e5" * 2,
    "hf_" + "a1B2c3D4e5" * 4,
    "AIza" + "a1B2c3D4e5" * 3 + "abcde",
    "npm_" + "a1B2c3" * 6,
    "eyJhbGciOiJI." + "eyJzdWIiOiIx." + "c2lnbmF0dXJl",
    "-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----",
]


@pytest.mark.parametrize("secret", SECRETS)
def test_the_shapes_of_well_known_keys_are_masked_anywhere(secret: str) -> None:
    shown = Redactor().text(f"before {secret} after")
    assert secret not in shown
    assert shown == f"before {MASK} after"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("https://user:pa55@host/x", f"https://{MASK}@host/x"),
        ("Authorization: Bearer abcdefghijkl123", f"Authorization: Bearer {MASK}"),
        ("DB_PASSWORD=hunter22 ok", f"DB_PASSWORD={MASK} ok"),
        ('{"api_key": "abcd1234"}', f'{{"api_key": "{MASK}"}}'),
        ("loss=0.5 tokens=512 key=value", "loss=0.5 tokens=512 key=value"),
        ("commit 60afdf3c0ffee60afdf3c0ffee60afdf3c0ffee0", "commit 60afdf3c0ffee60afdf3c0ffee60afdf3c0ffee0"),
    ],
)
def test_text_is_masked_where_it_says_secret_and_nowhere_else(text: str, shown: str) -> None:
    assert Redactor().text(text) == shown


@pytest.mark.parametrize("name", ["password", "DB_PASSWORD", "apiKey", "openai_api_key", "aws.secret", "db_pwd", "clientSecret"])
def test_names_of_secrets(name: str) -> None:
    assert is_secret_name(name)


@pytest.mark.parametrize("name", ["max_tokens", "tokenizer", "keyboard", "monkey", "PWD", "OLDPWD", "secretary", "passes", "key"])
def test_names_of_ordinary_things(name: str) -> None:
    assert not is_secret_name(name)


def test_a_token_is_a_secret_only_where_it_looks_like_one() -> None:
    assert is_secret("hf_token", "a1B2c3D4e5F6g7H8i9")
    assert not is_secret("pad_token", "<|endoftext|>")
    assert not is_secret("token", "the")


def test_values_are_masked_at_any_depth_and_the_rest_is_untouched() -> None:
    given = {"opt": {"lr": 0.1, "password": "x"}, "urls": ["http://a:b@c/", "plain"], "n": 1}
    shown = Redactor().value("config", given)
    assert shown == {"opt": {"lr": 0.1, "password": MASK}, "urls": [f"http://{MASK}@c/", "plain"], "n": 1}
    assert Redactor(is_on=False).value("config", given) == given


def test_the_values_of_secret_variables_are_masked_wherever_they_show() -> None:
    redactor = Redactor.of_environment({"MY_SECRET": "open-sesame", "HOME": "/home/me", "SHORT_KEY": "abc"})
    assert redactor.text("say open-sesame in /home/me") == f"say {MASK} in /home/me"


def test_command_lines_are_masked_after_secret_flags() -> None:
    shown = Redactor().arguments(["train.py", "--api-key", "abc123", "--lr", "0.1", "--password=hunter2"])
    assert shown == ["train.py", "--api-key", MASK, "--lr", "0.1", f"--password={MASK}"]


@pytest.mark.parametrize(
    ("url", "clean"),
    [
        ("https://me:tok@git.example/x.git", "https://git.example/x.git"),
        ("https://git.example/a@b", "https://git.example/a@b"),
        ("git@git.example:x.git", "git@git.example:x.git"),
    ],
)
def test_remotes_lose_their_login(url: str, clean: str) -> None:
    assert without_login(url) == clean
