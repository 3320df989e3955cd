"""auth.*, users.*, usergroups.*, team.* and bots.*: who and what there is."""

from tests.fakes.pretend_slack.methods.calls import Call, Method
from tests.fakes.pretend_slack.refusal import Json, Refusal


def _auth_test(call: Call) -> Json:
    return {
        "url": f"https://{call.workspace.domain}.slack.com/",
        "team": call.workspace.name,
        "user": call.me.handle,
        "team_id": call.workspace.id,
        "user_id": call.me.id,
        "bot_id": call.installation.bot_id,
        "is_enterprise_install": False,
        **({"enterprise_id": call.workspace.organisation} if call.workspace.organisation else {}),
    }


def _revoke(call: Call) -> Json:
    if call.arguments.yes("test"):
        return {"revoked": False}
    call.installation.ended = "token_revoked"
    return {"revoked": True}


def _users(call: Call) -> Json:
    call.needs("users:read")
    limit = call.arguments.number("limit", 999, least=0, most=999, error="invalid_limit") or 999
    email = "users:read.email" in call.installation.scopes
    page, more = call.page(list(call.workspace.people.values()), limit, "users")
    told = [person.wire(email=email) for person in page]
    return {
        "members": told,
        "cache_ts": call.workspace.seconds,
        "response_metadata": {"next_cursor": more},
    }


def _user(call: Call) -> Json:
    call.needs("users:read")
    return {"user": call.person().wire(email="users:read.email" in call.installation.scopes)}


def _groups(call: Call) -> Json:
    call.needs("usergroups:read")
    with_users = call.arguments.yes("include_users")
    return {
        "usergroups": [
            {name: value for name, value in group.items() if name != "users" or with_users}
            for group in call.workspace.groups.values()
        ]
    }


def _group_users(call: Call) -> Json:
    call.needs("usergroups:read")
    group = call.workspace.groups.get(call.arguments.text("usergroup"))
    if group is None:
        raise Refusal("no_such_subteam")
    return {"users": group["users"]}


def _team(call: Call) -> Json:
    call.needs("team:read")
    workspace = call.workspace
    domain = f"{workspace.domain}.slack.com"
    told = {
        "id": workspace.id,
        "name": workspace.name,
        "domain": workspace.domain,
        "url": f"https://{domain}/",
        "email_domain": "",
        "icon": {"image_default": True},
    }
    return {"team": told}


def _bot(call: Call) -> Json:
    call.needs("users:read")
    name = call.arguments.text("bot")
    for person in call.workspace.people.values():
        if person.bot_id == name:
            told = {"id": name, "deleted": False, "name": person.name, "updated": call.workspace.seconds}
            return {"bot": {**told, "app_id": person.app_id, "user_id": person.id, "icons": {}}}
    raise Refusal("bot_not_found")


METHODS = (
    Method("auth.test", _auth_test, (), 4, takes_json=True),
    Method("auth.revoke", _revoke, (), 3),
    Method("users.list", _users, ("users:read",), 2),
    Method("users.info", _user, ("users:read",), 4),
    Method("usergroups.list", _groups, ("usergroups:read",), 2),
    Method("usergroups.users.list", _group_users, ("usergroups:read",), 2),
    Method("team.info", _team, ("team:read",), 3),
    Method("bots.info", _bot, ("users:read",), 3),
)
