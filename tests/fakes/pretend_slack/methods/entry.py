"""apps.connections.open and oauth.v2.access: ways in for an app itself; api.test for anybody."""

from tests.fakes.pretend_slack.methods.calls import AppCall, AppMethod, Call
from tests.fakes.pretend_slack.refusal import Json, Refusal


def _connections(call: AppCall) -> Json:
    if call.verb != "POST":
        raise Refusal("insecure_request")
    if call.app is None:
        raise Refusal("not_allowed_token_type")
    if "connections:write" not in call.app.app_token_scopes:
        provided = ",".join(sorted(call.app.app_token_scopes))
        raise Refusal("missing_scope", needed="connections:write", provided=provided)
    if not call.app.by_socket:
        raise Refusal("forbidden_team")
    return {"url": call.slack.sockets(call.app).ticket()}


def _access(call: AppCall) -> Json:
    client = call.basic or (call.arguments.text("client_id", ""), call.arguments.text("client_secret", ""))
    app = next((each for each in call.slack.apps.values() if each.client_id == client[0]), None)
    if app is None:
        raise Refusal("invalid_client_id")
    if app.client_secret != client[1]:
        raise Refusal("bad_client_secret")
    grant = call.slack.take_grant(app, call.arguments.text("code", ""))
    if grant is None:
        raise Refusal("invalid_code")
    if grant.redirect_uri and grant.redirect_uri != call.arguments.maybe("redirect_uri"):
        raise Refusal("bad_redirect_uri")
    organisation = grant.workspace.organisation
    installation = grant.workspace.install(app, grant.person, scopes=set(grant.scopes))
    everywhere = grant.workspace.installs_everywhere
    return {
        "access_token": installation.token,
        "token_type": "bot",
        "scope": ",".join(grant.scopes),
        "bot_user_id": installation.bot.id,
        "app_id": app.id,
        "team": None if everywhere else {"name": grant.workspace.name, "id": grant.workspace.id},
        "enterprise": {"id": organisation, "name": "All of us"} if organisation else None,
        "authed_user": {"id": grant.person.id},
        "is_enterprise_install": everywhere,
    }


def _test(call: AppCall) -> Json:
    error = call.arguments.maybe("error")
    if error:
        raise Refusal(error, args=call.arguments.given)
    return {"args": call.arguments.given}


def _never(call: Call) -> Json:
    raise Refusal("not_allowed_token_type")


METHODS = (
    AppMethod("apps.connections.open", _never, tier=3, do_for_app=_connections, token="app"),
    AppMethod("oauth.v2.access", _never, tier=4, do_for_app=_access),
    AppMethod("api.test", _never, tier=4, takes_json=True, do_for_app=_test),
)
