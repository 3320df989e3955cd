"""Who replies to whom in a flat channel: what comes out, what it depends on, and what is refused."""

import zipfile
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.language.linker.forest import Forest, ModelUnreadable, load_forests, save_forests
from bot.language.linker.reader import FEATURES, FILE, Linker, Links, read_together
from bot.language.linker.talk import REACH, Talk, together
from bot.language.linker.threads import belonging, conversations
from bot.language.parents import Said

NINE = datetime(2026, 3, 2, 9, tzinfo=UTC)


def said(
    author: str, text: str = "well", *, minute: float, mentions: str = "", reply_to: str | None = None
) -> Said:
    return Said(
        id=f"{author}-{minute}",
        author=author,
        at=NINE + timedelta(minutes=minute),
        text=text,
        mentions=frozenset(mentions.split()),
        reply_to=reply_to,
    )


def last_link(*talk: Said) -> Links:
    return Linker().read(talk)[-1]


def test_the_first_message_starts_something() -> None:
    found = last_link(said("ada", "how do I export a board?", minute=0))

    assert found.best is None
    assert found.ids == (None,)


def test_a_native_reply_is_taken_as_given() -> None:
    asked, other = said("ada", "how do I export?", minute=0), said("bob", "morning all", minute=1)

    found = last_link(asked, other, said("cleo", "@bob hi", minute=2, mentions="bob", reply_to=asked.id))

    assert found.best == asked.id
    assert found.native


def test_calling_somebody_replies_to_what_they_said() -> None:
    asked = said("ada", "how do I export a board to a file?", minute=0)
    others = [said("bob", "who is for lunch?", minute=1), said("dan", "bob: me", minute=2, mentions="bob")]

    found = last_link(asked, *others, said("cleo", "ada: Settings, then Export", minute=3, mentions="ada"))

    assert found.best == asked.id


def test_a_statement_after_a_question_replies_to_it() -> None:
    asked = said("ada", "how do I export a board to a file?", minute=0)

    assert last_link(asked, said("bob", "Settings, then Export", minute=4)).best == asked.id


def test_what_somebody_says_in_a_row_belongs_together() -> None:
    first = said("ada", "hi, I have a question about boards", minute=0)

    assert last_link(first, said("ada", "how do I export one?", minute=0.3)).best == first.id


def test_a_question_of_its_own_starts_something() -> None:
    before = [
        said("ada", "how was the weekend?", minute=0),
        said("bob", "ada: great", minute=1, mentions="ada"),
    ]
    question = "hello, does anyone know how I can move a whole board with its cards to another space?"

    assert last_link(*before, said("cleo", question, minute=40)).best is None


TALK = st.lists(
    st.tuples(
        st.sampled_from(("ada", "bob", "cleo", "dan")),
        st.sampled_from(("how do I sort boards?", "ok", "thanks!", "try the settings page", "boards, ada?")),
        st.sampled_from(("", "ada", "bob", "ada cleo")),
        st.floats(0, 30),
        st.booleans(),
    ),
    min_size=1,
    max_size=12,
)


def talk_of(steps: Sequence[tuple[str, str, str, float, bool]]) -> list[Said]:
    minute = 0.0
    talk: list[Said] = []
    for place, (author, text, mentions, wait, replies) in enumerate(steps):
        minute += wait
        native = talk[place // 2].id if replies and talk else None
        one = said(author, text, minute=minute, mentions=mentions, reply_to=native)
        talk.append(Said(f"{place:03}", author, one.at, text, mentions=one.mentions, reply_to=native))
    return talk


@settings(deadline=None)
@given(steps=TALK)
def test_reading_one_by_one_and_all_at_once_agree(steps: list[tuple[str, str, str, float, bool]]) -> None:
    talk = talk_of(steps)
    alone = Linker()

    found = Linker().read(talk)

    assert [links for each in talk for links in alone.read([each])] == found
    for links in found:
        assert abs(sum(chance for _, chance in links.likely) - 1) < 0.1
        assert all(id is None or id in {each.id for each in talk} for id, _ in links.likely)


def test_several_channels_are_read_together_as_each_alone() -> None:
    chance = Random(5)
    words = [
        "how do I export a board?",
        "in Settings",
        "thanks!",
        "morning all",
        "which version?",
        "2.4, why?",
    ]
    channels = [
        [
            said(
                chance.choice("abcd"), chance.choice(words), minute=number, mentions=chance.choice(["", "a"])
            )
            for number in range(chance.randint(1, 40))
        ]
        for _ in range(7)
    ]
    alone = [Linker().read(talk) for talk in channels]
    linkers = [Linker() for _ in channels]
    found: list[list[Links]] = [[] for _ in channels]
    for start in range(0, 40, 3):
        reading = [number for number, talk in enumerate(channels) if talk[start : start + 3]]
        together = read_together([(linkers[each], channels[each][start : start + 3]) for each in reading])
        for number, links in zip(reading, together, strict=True):
            found[number] += links

    assert found == alone


def test_only_so_much_talk_before_a_message_counts() -> None:
    chance = Random(3)
    people = ("ada", "bob", "cleo", "dan", "eve")
    steps = [
        (
            chance.choice(people),
            chance.choice(("how do I sort boards?", "ok", "thanks", "the settings page", "which board?")),
            chance.choice(("", "", "ada", "eve")),
            chance.random() * 4,
            False,
        )
        for _ in range(REACH + 60)
    ]
    talk = talk_of(steps)

    assert Linker().read(talk[50:])[-10:] == Linker().read(talk)[-10:]


def test_who_came_and_went_is_let_go_of_and_changes_nothing() -> None:
    chance = Random(4)
    steps = []
    for visitor in range(450):
        name = f"visitor{visitor}"
        steps.append((name, "how do I sort boards?", "", chance.random() * 4, False))
        steps.append(("ada", "in the settings", name, chance.random() * 4, False))
        if visitor % 3 == 0:
            steps.append((name, "ada: thanks", "ada", 1.0, False))
    talk = talk_of(steps)
    linker, last = Linker(), 2 * REACH + 10
    for start in range(0, len(talk) - last, 7):
        linker.read(talk[start : min(start + 7, len(talk) - last)])
    rest = linker.read(talk[-last:])

    assert rest[-10:] == Linker().read(talk[-last:])[-10:]
    crowd = Talk()
    for each in talk:
        together([(crowd, [each])]).keep([crowd])
    assert crowd.people <= 2 * REACH + 1


def test_two_likely_messages_of_one_conversation_outweigh_one_of_another() -> None:
    links = [
        Links.of("a", ((None, 1.0),)),
        Links.of("b", ((None, 1.0),)),
        Links.of("c", (("a", 0.9), (None, 0.1))),
        Links.of("d", (("b", 0.4), ("a", 0.35), ("c", 0.25))),
    ]

    assert conversations(links) == {"a": None, "b": None, "c": "a", "d": "a"}


def test_what_may_belong_to_a_question_belongs_as_far_as_its_chains_do() -> None:
    links = [
        Links.of("b", (("a", 0.6), (None, 0.4))),
        Links.of("c", (("b", 0.5), ("a", 0.5))),
        Links.of("d", ((None, 1.0),)),
        Links.of("e", (("d", 0.9), ("c", 0.1))),
    ]

    assert belonging(links, {"a"}) == pytest.approx({"a": 1.0, "b": 0.6, "c": 0.8, "e": 0.08})


def grown(chance: Random, features: int, trees: int) -> Forest:
    """Trees of any shape."""
    nodes: list[list[int]] = []
    thresholds: list[float] = []
    leaves: list[int] = []
    starts: list[int] = []

    def branch(tree: int, size: int) -> int:
        if size == 1:
            leaves.append(chance.randrange(-900, 900))
            return -len(leaves)
        place = len(nodes)
        nodes.append([chance.randrange(features), 0, 0, tree])
        thresholds.append(chance.choice((0, 0.5, 1, 2, 3)))
        left = chance.randrange(1, size)
        nodes[place][1] = branch(tree, left)
        nodes[place][2] = branch(tree, size - left)
        return place

    for tree in range(trees):
        starts.append(len(leaves))
        branch(tree, chance.randrange(1, 33))
    return Forest(
        names=tuple(f"f{place}" for place in range(features)),
        nodes=np.array(nodes, dtype=np.int16).reshape(-1, 4),
        thresholds=np.array(thresholds, dtype=np.float32),
        leaves=np.array(leaves, dtype=np.int16),
        leaf_starts=np.array(starts, dtype=np.int32),
        step=1 / 1024,
        shared=3,
    )


def walked(forest: Forest, row: Sequence[float]) -> float:
    """A row's score, node by node."""
    total = 0
    for tree, start in enumerate(forest.leaf_starts.tolist()):
        here = np.flatnonzero(forest.nodes[:, 3] == tree)
        place = int(here[0]) if len(here) else -1 - start
        while place >= 0:
            feature, left, right, _ = forest.nodes[place].tolist()
            place = right if row[feature] > forest.thresholds[place] else left
        total += int(forest.leaves[-1 - place])
    return total * forest.step


def test_trees_come_out_as_if_walked_node_by_node() -> None:
    chance = Random(5)
    forest = grown(chance, features=9, trees=40)
    own = np.array(
        [[chance.choice((0, 0.5, 0.7, 1, 4)) for _ in range(6)] for _ in range(50)], dtype=np.float32
    )
    shared = np.array([[chance.random() * 4 for _ in range(3)] for _ in range(5)], dtype=np.float32)
    owners = np.arange(50) // 10

    found = forest.score(own, shared, owners)

    assert found.tolist() == [walked(forest, [*own[row], *shared[owners[row]]]) for row in range(50)]


def test_trees_are_kept_and_read_again(tmp_path: Path) -> None:
    forest = grown(Random(7), features=5, trees=8)
    save_forests(tmp_path / "kept.npz", {"trees": forest})

    read = load_forests(tmp_path / "kept.npz", {"trees": (forest.names, 3)})["trees"]

    rows, shared = np.ones((4, 2), dtype=np.float32), np.ones((4, 3), dtype=np.float32)
    assert (
        read.score(rows, shared, np.arange(4)).tolist() == forest.score(rows, shared, np.arange(4)).tolist()
    )


def changed(path: Path, **arrays: object) -> Path:
    with np.load(FILE) as file:
        kept = {name: file[name] for name in file.files} | arrays
    np.savez_compressed(path, allow_pickle=False, **kept)
    return path


def cut(path: Path) -> Path:
    path.write_bytes(FILE.read_bytes()[:-2_000])
    return path


def flipped(path: Path) -> Path:
    with zipfile.ZipFile(FILE) as file:
        place = file.getinfo("first.nodes.npy").header_offset + 2_000
    whole = bytearray(FILE.read_bytes())
    whole[place] ^= 0xFF
    path.write_bytes(whole)
    return path


def missing(path: Path) -> Path:
    return path.with_name("none.npz")


def of_another_version(path: Path) -> Path:
    return changed(path, version=np.array(99))


def with_other_leaves(path: Path) -> Path:
    return changed(path, **{"first.leaves": np.zeros(4, dtype=np.int16)})


@pytest.mark.parametrize(
    ("made", "what"),
    [
        (missing, "missing"),
        (cut, "damaged"),
        (flipped, "damaged"),
        (of_another_version, "version 99"),
        (with_other_leaves, "its digest is another"),
    ],
)
def test_weights_that_cannot_be_trusted_are_refused(
    tmp_path: Path, made: Callable[[Path], Path], what: str
) -> None:
    with pytest.raises(ModelUnreadable, match=what):
        load_forests(made(tmp_path / "links.npz"), FEATURES)


def test_weights_for_other_features_are_refused() -> None:
    with pytest.raises(ModelUnreadable, match="other features"):
        load_forests(FILE, {"first": (("one",), 0)})
