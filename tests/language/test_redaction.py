"""What is nobody's business is taken out before a text leaves, and put back in what returns."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.language.redaction import PLACEHOLDER, Hiding, keeps_to, may_be_names, put_back


@pytest.mark.parametrize(
    ("private", "kind"),
    [
        ("ada@example.org", "email"),
        ("ada.lovelace+spam@mail.example.co.uk", "email"),
        ("ada [at] example [dot] org", "email"),
        ("+49 30 1234567", "phone"),
        ("(030) 123-4567", "phone"),
        ("555-123-4567", "phone"),
        ("4111 1111 1111 1111", "phone"),
        ("sk-live-abcdefgh12345678", "key"),
        ("sk-proj-AbCdEfGh12345678", "key"),
        ("xoxb-123456789012-abcdefghij", "key"),
        ("ghp_abcdefghijklmnopqrstuvwxyz0123", "key"),
        ("AKIAIOSFODNN7EXAMPLE", "key"),
        ("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abcdef", "key"),
        ("9f86d081884c7d659a2feaa0c55ad015a3bf4f1b", "key"),
        ("-----BEGIN PRIVATE KEY-----\nMIIB\n-----END PRIVATE KEY-----", "key"),
        ("https://example.org/reset?token=abc", "link"),
        ("www.example.org/x", "link"),
        ("docs.example.com/x", "link"),
        ("example.ru", "link"),
        ("intranet.corp.local:8080/x?y=z", "link"),
        ("example.shop?token=abc", "link"),
        ("bücher.example", "link"),
        ("10.0.0.5:8080/admin", "link"),
        ("localhost:8080/admin", "link"),
        ("2001:db8::1", "link"),
        ("ada (at) example (dot) org", "email"),
        ("ada at example dot org", "email"),
        ("ada@example", "email"),
        ("Ada Lovelace", "name"),
        ("ada lovelace", "name"),
        ("Lovelace", "name"),
        ("@grace", "name"),
        ("Grace", "name"),
        ("李雷", "name"),
    ],
)
def test_it_is_taken_out_wherever_it_stands(private: str, kind: str) -> None:
    for text in (private, f"so {private} it is", f"({private})", f"look: {private}, then"):
        hiding = Hiding(["Ada Lovelace", "李雷"], ["grace"])
        sent = hiding.hide(text)

        assert private.removeprefix("@") not in sent
        assert f"[{kind}-1]" in sent
        assert put_back(sent, hiding.hidden) == text


@pytest.mark.parametrize(
    "said",
    [
        "my password: hunter22",
        "api_key=abcd1234",
        "the token is xyzzy-42",
        "mein Passwort ist geheim1",
        "Bearer abcdefghij",
        "the password hunter22",
        "mot de passe: hunter2",
        "password is: hunter2",
        "Passwort lautet hunter22x",
        "pw=abc",
        "secret 8f14e45fceea167a",
        "the token `abc123def456`",
        "my key is 8f14e45fceea167a",
        "my pin is 1234",
        "DB_PASSWORD=hunter22",
        "accessToken: abcd",
        "my otp 482913",
        "SG.abcdefgh12.ijklmnop34",
        "key_live_abcdefghijkl",
        "my licence: ABCD-1234-EFGH-5678",
        "ask <@U0123ABCD>",
    ],
)
def test_a_secret_goes_with_the_word_for_it(said: str) -> None:
    assert "[key-1]" in Hiding().hide(said)


@pytest.mark.parametrize(
    "said",
    [
        "How do I export to CSV in version 2.4.1?",
        "It fails with error 404 in app.py, line 1203, on Python 3.12",
        "the internationalization-and-localization-of-everything is done",
        "a grace period for all",
        "1. Open app.json, 2. See the size: 3.5GB",
        "the token expires in 24 hours, and the password reset page is broken",
        "I pass 3 arguments, and 12 tests pass",
        "see PR-1234-AB; the pin is blue, and my key is broken",
    ],
)
def test_ordinary_words_stay(said: str) -> None:
    assert Hiding(["Ada Lovelace"], ["grace"]).hide(said) == said


@pytest.mark.parametrize(
    ("name", "said"),
    [("_xeno_", "@_xeno_"), (".luna", "@.luna"), ("O'Brien", "O’Brien"), ("D’Arcy", "D'Arcy")],
)
def test_names_with_signs_are_found_and_go(name: str, said: str) -> None:
    text = f"I asked {said} yesterday"

    assert name.casefold() in may_be_names(text)
    assert Hiding([], [name]).hide(text) == text.replace(said.removeprefix("@"), "[name-1]")


def test_the_same_has_the_same_number_in_all_texts() -> None:
    hiding = Hiding(["Ada"])
    assert hiding.hide("Ada wrote a@b.org and c@d.org") == "[name-1] wrote [email-1] and [email-2]"
    assert hiding.hide("c@d.org is ADA's") == "[email-2] is [name-1]'s"


def test_what_looks_like_a_placeholder_stands_for_itself_only() -> None:
    hiding = Hiding(["Ada"])
    sent = hiding.hide("[name-1] is not Ada")

    assert sent == "[text-1] is not [name-1]"
    assert put_back(sent, hiding.hidden) == "[name-1] is not Ada"


def test_what_stands_for_nothing_is_not_put_back() -> None:
    assert put_back("[name-2] did it", {"[name-1]": "Ada"}) is None


@pytest.mark.parametrize(
    ("text", "keeps"),
    [
        ("ask [name-1] about ([link-1])", True),
        ("ask [name-1]'s friend", True),
        ("ask [name-2]", False),
        ("ask [NAME-1]", False),
        ("ask name-1", False),
        ("ask Name‑1", False),
        ("see [link-1]/free", False),
        ("see [link-1].evil", False),
        ("see www.[name-1]", False),
        ("see [name-1][name-1]", False),
        ("so name 7, or a/[link-1]/b", True),
    ],
)
def test_what_stands_for_something_is_left_as_it_is(text: str, keeps: bool) -> None:
    source = "name 7 said: ask [name-1] about [link-1] or a/[link-1]/b"
    assert keeps_to(text, source) == keeps


@pytest.mark.parametrize(
    "sign", ["/", "a+", "a.", "a-", "AAAA-", "pw=", "token 1", "1", "-----BEGIN ", "a@a."]
)
def test_no_text_takes_long(sign: str) -> None:
    # What looks ahead from each place would look at millions of them, and take minutes.
    assert Hiding(["Ada"]).hide(sign * 20_000)


@given(st.text(max_size=200), st.lists(st.text(min_size=2, max_size=12), max_size=3))
def test_what_was_taken_out_comes_back_whatever_it_was(text: str, names: list[str]) -> None:
    hiding = Hiding(names)
    back = put_back(hiding.hide(text), hiding.hidden)

    assert back is not None
    assert back.casefold() == text.casefold()
    assert all(PLACEHOLDER.fullmatch(each) for each in hiding.hidden)


def test_names_are_looked_for_where_they_may_be() -> None:
    found = set(may_be_names("thanks Grace Hopper and @ada, see you"))

    assert {"grace", "grace hopper", "ada"} <= found
    assert "thanks" not in found
