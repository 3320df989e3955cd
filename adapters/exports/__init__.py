"""Reads Slack exports and DiscordChatExporter files as events, in the order in which they happened."""

from adapters.exports.export import Export, open_export
from adapters.exports.problems import NoRoom, NotAnExport

__all__ = ["Export", "NoRoom", "NotAnExport", "open_export"]
