"""What each setting does, in the words that managers read."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Explanation:
    """What a setting does, what it belongs to, and a value as somebody would type it."""

    group: str
    does: str
    example: str


_WHERE, _WAITING, _SELLING = "Where things go", "Questions", "Selling"
_WELCOME, _PEOPLE, _READING = "Welcoming", "People", "What is read and kept"

EXPLAINED: Mapping[str, Explanation] = MappingProxyType(
    {
        "managers_channel": Explanation(
            _WHERE,
            "The channel where managers see flags: questions nobody answered, and messages that read like "
            "selling. It should be a private one; without it flags are only kept.",
            "#managers",
        ),
        "feedback_channel": Explanation(
            _WHERE,
            "The channel that gets the week's digest each Monday at 9:00. Without it digests are only kept.",
            "#feedback",
        ),
        "timezone": Explanation(
            _WHERE,
            "The timezone in which days, weeks and working hours are counted.",
            "Europe/Berlin",
        ),
        "limit": Explanation(
            _WAITING,
            "How long a question may wait for an answer before managers are shown it: from one minute to "
            "thirty days.",
            "4h",
        ),
        "newcomer_limit": Explanation(
            _WAITING,
            "How long the first question of a member in their first 30 days may wait, where that is less "
            "than others may: who is not answered at first seldom comes again. When off, as long as any.",
            "2h",
        ),
        "working_hours": Explanation(
            _WAITING,
            "The hours in which that wait is counted. When off, nights and weekends count too.",
            "Mon-Fri 9:00-17:00",
        ),
        "sensitivity": Explanation(
            _WAITING,
            "How sure a message must read as a question: low notices only clear ones, high notices more and "
            "errs more often. It holds for what is said from then on.",
            "high",
        ),
        "question_bar": Explanation(
            _WAITING,
            "How much surer than by sensitivity a message must read as a question, from -0.2 to 0.2. "
            "Managers' corrections move it a little at a time; set or reset by hand, it moves by what they "
            "correct from then on.",
            "0.1",
        ),
        "waiting_bar": Explanation(
            _WAITING,
            "How much surer it must be than usual, in a flat channel, that nobody replied to a question "
            "before it is flagged, from -0.2 to 0.2. Managers' corrections move it in the same way.",
            "-0.1",
        ),
        "mark_answered": Explanation(
            _WAITING,
            "Whether a question that was answered is marked for everybody to see, with a check mark or a "
            "tag. When it is open again, the mark goes.",
            "yes",
        ),
        "open_list": Explanation(
            _WAITING,
            "Whether the managers' channel has one list of the open questions, which is kept up to date "
            "every five minutes.",
            "yes",
        ),
        "hints": Explanation(
            _WAITING,
            "Whether who asks something like an answered question is shown that one, seen by them alone, and "
            "can say that it helped. Where a platform cannot show that, as Discord, nothing is shown.",
            "yes",
        ),
        "channels": Explanation(
            _WAITING,
            "What is otherwise in one channel: limit, sensitivity, salesy_threshold; promotion=welcome calls "
            "nothing there salesy, and only counts it, promotion=strict wants less of a score; "
            "promotion_budget=2 tells managers once when a week has more of it; model=no sends nothing said "
            "there to a language model; watch=no leaves the channel out: what is said there is neither read "
            "nor kept.",
            "#help limit=2h promotion=strict",
        ),
        "salesy_threshold": Explanation(
            _SELLING,
            "From which score on, between 0 and 1, a message is called salesy and shown to managers. A lower "
            "one finds more. It holds for what is said from then on.",
            "0.4",
        ),
        "salesy_false_alarms": Explanation(
            _SELLING,
            "How many of a hundred ordinary messages may be called salesy by mistake, from above 0 to 5 %. "
            "Every night the threshold is set so that of the last four weeks' talk here no more would have "
            "been, if there was enough of it and nobody set salesy_threshold; salesy_bar says how far that "
            "went. When off, talk moves nothing.",
            "0.5 %",
        ),
        "salesy_bar": Explanation(
            _SELLING,
            "How far above salesy_threshold a message must score to be called salesy, from -0.2 to 0.2. This "
            "community's own talk and managers' corrections move it a little every night; set or reset by "
            "hand, it moves by what they correct from then on.",
            "0.05",
        ),
        "judge_apps": Explanation(
            _SELLING,
            "Whether what other apps and bots post is judged too, as a newsletter with its buttons. By "
            "default only what people say is.",
            "yes",
        ),
        "welcome_channel": Explanation(
            _WELCOME,
            "The channel where newcomers are greeted. Without it nobody is.",
            "#general",
        ),
        "welcome_text": Explanation(
            _WELCOME,
            "What a newcomer is told, in 1,000 characters at most; {name} becomes their name.",
            "Welcome, {name}! Say hello, and ask anything.",
        ),
        "raid_joins": Explanation(
            _WELCOME,
            "How many people joining within a minute are taken for a raid: they get one greeting together, "
            "and managers are told.",
            "10",
        ),
        "managers": Explanation(
            _PEOPLE,
            "Who may use the managers' commands and buttons, besides those who administer the community on "
            "its platform: members or roles. +name adds one, -name takes one away.",
            "+ada",
        ),
        "staff": Explanation(
            _PEOPLE,
            "Who works for the company: members, roles, user groups, or domains of e-mail addresses. "
            "Everybody's posts are judged by the same rules, theirs too; what managers see of theirs is "
            "titled coaching.",
            "+example.com",
        ),
        "excluded_members": Explanation(
            _READING,
            "Members whose words are neither read, counted, quoted nor kept. What was kept of them is erased "
            "as soon as they are named here.",
            "+bob",
        ),
        "open_channels": Explanation(
            _READING,
            "Private channels whose words may be shown elsewhere too: in flags, digests and lists. Otherwise "
            "they never leave their channel.",
            "#beta-testers",
        ),
        "model": Explanation(
            _READING,
            "What a language model is asked for, where one is set up: digest (a few sentences over its "
            "lines), rewrite (of a draft that reads like selling), answer (a draft from earlier answers, for "
            "who wants to send it), opinion (where Hearth is unsure); or all, or off. What members wrote is "
            "sent to it, without names, addresses, numbers and links.",
            "digest, rewrite",
        ),
        "retention_days": Explanation(
            _READING,
            "For how many days the text of messages is kept, from 1 to 3650. Counts are kept for good.",
            "90",
        ),
    }
)
