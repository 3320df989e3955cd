"""files.*: uploads in three steps."""

from tests.fakes.pretend_slack.files import File
from tests.fakes.pretend_slack.methods.calls import Call, Method
from tests.fakes.pretend_slack.refusal import Json, Refusal, bad_argument


def _begin(call: Call) -> Json:
    call.needs("files:write")
    length = call.arguments.number("length", 0, most=1_000_000_000, error="invalid_arguments")
    name = call.arguments.text("filename")
    alt = call.arguments.text("alt_txt", "")
    file = File(call.workspace.new_id("F"), name, b"", call.me.id, alt, length)
    call.workspace.files[file.id] = file
    path = f"upload/v1/{call.workspace.id}/{file.id}"
    return {"upload_url": f"{call.slack.address}/{path}", "file_id": file.id}


def _complete(call: Call) -> Json:
    call.needs("files:write")
    given = call.arguments.structure("files", "invalid_arguments")
    if not isinstance(given, list) or not given:
        raise bad_argument("missing required field: files")
    channel = call.arguments.maybe("channel_id")
    shared_in = call.known_channel(channel) if channel else None
    if shared_in and call.me.id not in shared_in.members:
        raise Refusal("not_in_channel")
    found = []
    for each in given:
        file = call.workspace.files.get(str(each.get("id"))) if isinstance(each, dict) else None
        if file is None or file.user != call.me.id:
            raise Refusal("file_not_found")
        if not file.uploaded:
            raise Refusal("file_update_failed")
        file.title = str(each.get("title") or file.name)
        file.complete(call.workspace.clock.now(), call.slack.processing)
        found.append(file)
    told = [file.wire(call.workspace) for file in found]
    if shared_in:
        comment = call.arguments.text("initial_comment", "")
        call.workspace.post(shared_in, call.installation.bot_author, comment, files=told)
    return {"files": told if shared_in else [{"id": file.id, "title": file.title} for file in found]}


def _info(call: Call) -> Json:
    call.needs("files:read")
    file = call.workspace.files.get(call.arguments.text("file"))
    if file is None:
        raise Refusal("file_not_found")
    return {"file": file.wire(call.workspace), "comments": [], "response_metadata": {"next_cursor": ""}}


def _gone(call: Call) -> Json:
    raise Refusal("method_deprecated")


METHODS = (
    Method("files.getUploadURLExternal", _begin, ("files:write",), 4),
    Method("files.completeUploadExternal", _complete, ("files:write",), 4, takes_json=True),
    Method("files.info", _info, ("files:read",), 4),
    # It ended in November 2025.
    Method("files.upload", _gone, ("files:write",), 2),
)
