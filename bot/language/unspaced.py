"""Compares texts in scripts that put no space between words, and in Korean: by pairs of letters, not words.

A pair of letters means about what a word does. Which word a denial is about cannot be told there; so a part
of a sentence that denies has to be about what is denied in its source, and no other part may be.
"""

import re
from collections.abc import Collection, Set

LETTERS = (
    "\u0e01-\u0eff\u1000-\u109f\u1780-\u17ff\u3005\u3041-\u30ff\u3400-\u9fff\uac00-\ud7a3"
    "\U00020000-\U0003134f"
)
_RUN = re.compile(f"[{LETTERS}]+")
_ENDINGS = re.compile("[\u3041-\u309f]")
_PART = re.compile(r"[^.,!?;:\s。，、！？；：…「」『』（）()]+")
# What a sum of what was said needs, and need not stand in it; the longest first.
_SUMMING = re.compile(
    "|".join(
        sorted(
            "有成员 有成員 成员们 成员 成員 有人 有用户 有使用者 用户 用戶 使用者 大家 询问 詢問 问到 "
            "提问 报告说 反映 报告 報告 表示 提到 希望 想要 喜欢 "
            "喜歡 请求 請求 赞扬 讚揚 抱怨 如何 怎么 怎麼 怎样 什么 什麼 问题 問題 说 說 称 稱 "
            "ユーザー メンバー という という声 がありました "
            "について 質問 報告 要望 できます ました ています ください です ます "
            "멤버 회원 사용자 질문 요청 보고 했습니다 합니다 습니다".split(),
            key=len,
            reverse=True,
        )
    )
)
# Letters of no weight that another order of words needs.
_EMPTY = frozenset(
    "您你我可以请請先再然后後在到的了和与與或并並就会會能需要把将將被是吧呢吗嗎这這那个個上下中里裡也都为為用之其"
    "はがをにでとのもへやかねよいるすしたてままでんです"
    "은는이가을를에의도로와과요"
)
_DENIES = re.compile(
    "不|没|沒|无|無|未|别|別|勿|莫|禁|否|非|ない|なく|なか|なし|ません|ませ|まい|ずに|ぬ|않|안 |못|없|"
    "말고|마세요|마십|지마|아니|ไม่|อย่า|ห้าม|ບໍ່|មិន|မ"
)
# Numbers are letters here: a model that counts errs.
_NUMBERS = frozenset("二两兩三四五六七八九十百千万萬亿億半几幾")


def is_unspaced(text: str) -> bool:
    """Return whether some of a text is in such a script."""
    return _RUN.search(text) is not None


def pairs_in(text: str) -> set[str]:
    """Return the pairs of letters that stand beside each other in a text."""
    return {run[place : place + 2] for run in _RUN.findall(text) for place in range(len(run) - 1)}


def share_of_pairs(line: str, there: Collection[str]) -> float:
    """Return how many pairs of a line are among those of another text, 0 to 1; those that sum up do "
    "not count."""
    pairs = {pair for pair in pairs_in(_SUMMING.sub(" ", line)) if not _EMPTY.issuperset(pair)}
    return sum(pair in there for pair in pairs) / len(pairs) if pairs else 0.0


def letters_of(text: str) -> set[str]:
    """Return the letters that carry weight in a text, but for those that endings are written in."""
    return {letter for run in _RUN.findall(text) for letter in _ENDINGS.sub("", run)} - _EMPTY


def numbers_of(text: str) -> Set[str]:
    """Return the letters that are numbers in a text."""
    return _NUMBERS & set(text)


def turns_round_letters(line: str, source: str) -> bool:
    """Return whether a part of a line denies what its source says, or says plainly what is denied there.

    What stands both ways in the source can be told of in both.
    """
    denied, plain = _told(source)
    for part in _PART.findall(_SUMMING.sub(" ", line)):
        wrong, right = (plain, denied) if _DENIES.search(part) else (denied, plain)
        found = pairs_in(part)
        if found & (wrong - right) or (right is denied and is_unspaced(part) and not found & denied):
            return True
    return False


def _told(text: str) -> tuple[set[str], set[str]]:
    """Return the pairs in the parts of a text that deny, and in the others."""
    denied: set[str] = set()
    plain: set[str] = set()
    for part in _PART.findall(text):
        (denied if _DENIES.search(part) else plain).update(pairs_in(part))
    return denied, plain
