"""Slack's markup reads as people see it."""

import pytest

from adapters.wire.slack_text import escape, plain, unescape
from bot.language.links import Link


def find_member(mentioned: str) -> tuple[str | None, str]:
    return ("UADA", "ada") if mentioned in ("UADA", "ada") else (None, mentioned)


def find_channel(channel: str) -> str:
    return "general" if channel == "CGENERAL" else channel


@pytest.mark.parametrize(
    ("marked", "text"),
    [
        ("<@UADA> and <@ada> and <@UGONE|dan>", "@ada and @ada and @dan"),
        ("<#CGENERAL> <#CELSE|elsewhere> <#CLOST>", "#general #elsewhere #CLOST"),
        ("<!here> <!channel|channel> <!everyone>", "@here @channel @everyone"),
        ("<!subteam^S1|@helpers> <!subteam^S2>", "@helpers @S2"),
        ("<!date^1704186000^{date}|January 2nd>", "January 2nd"),
        ("1 &lt; 2 &amp;&amp; 3 &gt; 2, &amp;lt; is written so", "1 < 2 && 3 > 2, &lt; is written so"),
        ("`x <- y` stays, <not a link> too", "`x <- y` stays, <not a link> too"),
        ("<>", "<>"),
    ],
)
def test_names_and_escapes(marked: str, text: str) -> None:
    assert plain(marked, find_member, find_channel).text == text


def test_links_are_kept_apart_with_their_labels() -> None:
    page, bare = "<https://example.com/?a=1&amp;b=2|the page>", "<https://example.com>"
    marked = f"{page}, {bare}, <mailto:a@example.com|a@example.com>"

    said = plain(marked, find_member, find_channel)

    assert said.text == "the page, https://example.com, a@example.com"
    assert said.links == [
        Link("the page", "https://example.com/?a=1&b=2"),
        Link("", "https://example.com"),
        Link("a@example.com", "mailto:a@example.com"),
    ]


def test_bare_addresses_of_other_programs_are_links_without_their_full_stop() -> None:
    said = plain("see https://example.com/a.", find_member, find_channel)

    assert said.text == "see https://example.com/a."
    assert said.links == [Link("", "https://example.com/a")]


def test_a_member_is_mentioned_once() -> None:
    assert plain("<@UADA> <@UADA>", find_member, find_channel).mentions == ["UADA"]


def test_escaping_is_undone_by_reading() -> None:
    assert unescape(escape("a < b && c > &lt;")) == "a < b && c > &lt;"
