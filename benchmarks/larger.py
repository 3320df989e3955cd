"""Makes a larger Slack export of one: the same talk again in further channels, for measuring growth.

    python benchmarks/larger.py EXPORT.zip LARGER.zip [--times 10]

Each copy has channels of its own, and its messages stand some milliseconds after those they are made of.
"""

import argparse
import json
import zipfile
from pathlib import Path
from typing import Any

# What tells where and when something was said, in Slack's messages.
_TIMES = ("ts", "thread_ts", "latest_reply")
_STEP = 0.001


def main() -> None:
    """Write the larger export."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("export", type=Path, help="a Slack export, zipped")
    parser.add_argument("larger", type=Path, help="where to write the larger one")
    parser.add_argument("--times", type=int, default=10, help="how many times as large")
    options = parser.parse_args()
    larger(options.export, options.larger, options.times)


def larger(export: Path, to: Path, times: int) -> None:
    """Write an export that holds the talk of `export` so many times."""
    with zipfile.ZipFile(export) as source, zipfile.ZipFile(to, "w", zipfile.ZIP_DEFLATED) as target:
        channels = json.loads(source.read("channels.json"))
        days = [name for name in source.namelist() if "/" in name and name.endswith(".json")]
        for name in source.namelist():
            if "/" not in name and name != "channels.json":
                target.writestr(name, source.read(name))
        target.writestr(
            "channels.json", json.dumps([_renamed(each, copy) for copy in range(times) for each in channels])
        )
        for name in days:
            messages = json.loads(source.read(name))
            channel, _, day = name.partition("/")
            for copy in range(times):
                moved = [_moved(message, copy) for message in messages]
                target.writestr(f"{_name(channel, copy)}/{day}", json.dumps(moved))


def _name(channel: str, copy: int) -> str:
    return f"{channel}-{copy}" if copy else channel


def _renamed(channel: dict[str, Any], copy: int) -> dict[str, Any]:
    return channel | {"id": f"{channel['id']}{copy or ''}", "name": _name(channel["name"], copy)}


def _moved(message: dict[str, Any], copy: int) -> dict[str, Any]:
    moved: dict[str, Any] = {
        name: f"{float(message[name]) + copy * _STEP:.6f}" for name in _TIMES if name in message
    }
    if "replies" in message:
        moved["replies"] = [_moved(reply, copy) for reply in message["replies"]]
    return message | moved


if __name__ == "__main__":
    main()
