"""views.*: modals and homes."""

from tests.fakes.pretend_slack.interactions import View
from tests.fakes.pretend_slack.methods.calls import Call, Method
from tests.fakes.pretend_slack.refusal import Json, Refusal, bad_argument


def _opened(call: Call, *, push: bool) -> Json:
    trigger = call.arguments.text("trigger_id")
    body = call.arguments.structure("view", "invalid_arguments")
    view = call.workspace.interactions.open(call.installation, trigger, body, push=push)
    return {"view": view.wire()}


def _update(call: Call) -> Json:
    name, external = call.arguments.maybe("view_id"), call.arguments.maybe("external_id")
    if not name and not external:
        raise bad_argument("missing required field: view_id")
    body = call.arguments.structure("view", "invalid_arguments")
    view = _find(call, name, external)
    call.workspace.interactions.update(view, body, call.arguments.maybe("hash"))
    return {"view": view.wire()}


def _find(call: Call, name: str | None, external: str | None) -> View:
    for view in call.workspace.interactions.views.values():
        known = view.id == name if name else view.body.get("external_id") == external
        if known and view.installation is call.installation:
            shown = view in view.person.modals or view in view.person.homes.values()
            if shown:
                return view
    raise Refusal("not_found")


def _publish(call: Call) -> Json:
    person = call.person("user_id")
    if person.bot_id or person.deleted:
        raise Refusal("invalid_arguments")
    body = call.arguments.structure("view", "invalid_arguments")
    known_hash = call.arguments.maybe("hash")
    view = call.workspace.interactions.publish(call.installation, person, body, known_hash)
    return {"view": view.wire()}


METHODS = (
    Method("views.open", lambda call: _opened(call, push=False), (), 4, takes_json=True),
    Method("views.push", lambda call: _opened(call, push=True), (), 4, takes_json=True),
    Method("views.update", _update, (), 4, takes_json=True),
    Method("views.publish", _publish, (), 4, takes_json=True),
)
