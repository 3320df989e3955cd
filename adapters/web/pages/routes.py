"""The routes of the pages: opening them, looking, and doing what the core then hears of."""

import re
from collections.abc import Mapping
from types import MappingProxyType
from urllib.parse import parse_qsl, urlencode, urlsplit

from aiohttp import web

from adapters.web.pages.guard import (
    PICTURE_HEADERS,
    Cookie,
    Handler,
    add_headers,
    comes_from_here,
    form_token,
    fresh_once,
    is_ours,
    session_of,
)
from adapters.web.pages.paper import FOLDER, TEMPLATES, address_of, on_either_ground, picture_at
from bot.logs import named
from bot.ports import Closed, Desk, LinkState, NoSuchPage, Visitor

log = named(__name__)

PREFIX = "/pages"
# In the order of the menu; the first is at the prefix itself.
MENU: Mapping[str, str] = MappingProxyType(
    {
        "overview": "Overview",
        "questions": "Questions",
        "broadcasts": "Broadcasts",
        "check": "Check",
        "digests": "Digests",
        "feedback": "Feedback",
        "health": "Health",
        "settings": "Settings",
        "failures": "Failures",
        "sends": "Sends",
    }
)
# As much as an event may say.
_MOST_FORM = 200_000
_NOTHING = '""'
_BUTTON = re.compile(r"[a-z][a-z_]{0,50}\.[a-z][a-z_.]{0,50}")
_ANEW = "Run /community web in your community: it gives you a link that opens the pages."
_LINKS: Mapping[LinkState, tuple[int, str]] = MappingProxyType(
    {
        "used": (410, "This link was used already. It opens the pages once."),
        "over": (410, "This link is too old, or was used already."),
        "unknown": (403, "This is no link of ours, or not all of it."),
    }
)

_VISITOR: web.RequestKey[Visitor] = web.RequestKey("visitor", Visitor)
_COOKIE: web.RequestKey[str] = web.RequestKey("cookie", str)


class Refusal(Exception):
    """Somebody cannot have what they asked for; the sentences say why, and what to do."""

    def __init__(self, status: int, title: str, text: str) -> None:
        super().__init__(title)
        self.status = status
        self.title = title
        self.text = text


class Pages:
    """The pages over a desk."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._cookie = Cookie(desk.address)

    def application(self) -> web.Application:
        """Return the application, to be put below the prefix."""
        app = web.Application(middlewares=[add_headers, self._guard])
        app.router.add_get("/{part:style.css|icon.svg}", self._part, name="part")
        app.router.add_get("/open/{token}", self._invite, name="invite")
        app.router.add_post("/open/{token}", self._open, name="open")
        app.router.add_get("/", self._page)
        app.router.add_get("/answers/{name}", self._answers)
        app.router.add_get("/pictures/{name}.svg", self._picture)
        app.router.add_get("/settings.json", self._settings_file)
        app.router.add_post("/do", self._do)
        app.router.add_post("/check", self._check)
        app.router.add_post("/retry", self._retry)
        app.router.add_post("/leave", self._leave)
        app.router.add_get("/{page}", self._page)
        return app

    @web.middleware
    async def _guard(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Let nobody in who was not let in; say what went wrong in a sentence."""
        try:
            if request.match_info.route.name not in ("part", "invite", "open"):
                await self._let_in(request)
            if request.method == "POST" and not comes_from_here(request, self._desk.address):
                raise Refusal(403, "That came from somewhere else", "Open the pages, and do it from there.")
            return await handler(request)
        except Refusal as refusal:
            return self._refused(request, refusal)
        except NoSuchPage:
            return self._refused(
                request, Refusal(404, "There is no such page", "The menu has all there are.")
            )
        except Closed as closed:
            return self._refused(request, Refusal(503, "The pages are closed for a moment", str(closed)))
        except web.HTTPException as error:
            title = "That is too much at once" if error.status == 413 else error.reason
            return self._refused(request, Refusal(error.status, title, "The menu has all there is."))
        except Exception:
            resource = request.match_info.route.resource
            log.exception("page_failed", page=resource.canonical if resource is not None else "")
            sorry = "Something went wrong on my side. It is in the log."
            return self._refused(request, Refusal(500, "That went wrong", sorry))

    async def _let_in(self, request: web.Request) -> None:
        cookie = self._cookie.of(request)
        found = await self._desk.visitor(session_of(cookie)) if cookie else None
        if found == "no manager":
            raise Refusal(
                403, "The pages are for managers", "You were one when you opened them, and are no longer."
            )
        if cookie is None or found is None:
            raise Refusal(401, "The pages open with a link", _ANEW)
        request[_COOKIE], request[_VISITOR] = cookie, found

    async def _part(self, request: web.Request) -> web.FileResponse:
        return web.FileResponse(FOLDER / request.match_info["part"], headers={"Cache-Control": "no-cache"})

    async def _invite(self, request: web.Request) -> web.Response:
        """Show a button: what looks at links in messages does not press it."""
        state = await self._desk.link(request.match_info["token"])
        if state != "fresh":
            raise _refused_link(state)
        return self._written("invite.html", request)

    async def _open(self, request: web.Request) -> web.Response:
        token = request.match_info["token"]
        cookie = self._cookie.fresh()
        state = await self._desk.link(token)
        if state == "fresh" and not await self._desk.open(token, session_of(cookie)):
            # Somebody else was quicker, or time was.
            state = await self._desk.link(token)
            state = "over" if state == "fresh" else state
        if state != "fresh":
            raise _refused_link(state)
        response = web.Response(status=303, headers={"Location": f"{PREFIX}/"})
        self._cookie.hand(response, cookie)
        return response

    async def _page(self, request: web.Request) -> web.Response:
        page = request.match_info.get("page", "overview")
        visitor = request[_VISITOR]
        said = request.query.get("said", "")
        shown = await self._desk.look(page, visitor, request.query)
        answers = await self._desk.answers(visitor, said) if said else ()
        return self._written(f"{page}.html", request, page=page, shown=shown, answers=answers)

    async def _answers(self, request: web.Request) -> web.Response:
        cards = await self._desk.answers(request[_VISITOR], request.match_info["name"])
        if not cards:
            raise Refusal(
                404,
                "That answer is gone",
                "Answers are kept for an hour. Load the page again, and ask anew: a form is heard once.",
            )
        page = _page_of(request.query.get("back", ""))
        return self._written("answers.html", request, page=page, cards=cards)

    async def _picture(self, request: web.Request) -> web.Response:
        picture = picture_at(request.match_info["name"])
        if picture is None:
            raise Refusal(404, "There is no such picture", "Load its page again.")
        drawn = on_either_ground(await self._desk.draw(picture))
        return web.Response(text=drawn, content_type="image/svg+xml", headers=PICTURE_HEADERS)

    async def _settings_file(self, request: web.Request) -> web.Response:
        text = await self._desk.look("settings.json", request[_VISITOR], {})
        name = {"Content-Disposition": 'attachment; filename="hearth-settings.json"'}
        return web.Response(text=str(text), content_type="application/json", headers=name)

    async def _do(self, request: web.Request) -> web.Response:
        """Have the core hear of a command or a button, and show what it answers."""
        form = await self._form(request)
        visitor, back = request[_VISITOR], _back(form.get("back", ""))
        if button := form.get("button"):
            name, _, value = button.partition(" ")
            if not _BUTTON.fullmatch(name):
                raise Refusal(400, "There is no such button", "Load the page again, and press it there.")
            found = await self._desk.press(visitor, name, value, form.get("once", ""))
            path, query = back
            return _see(path, {**query, "said": found})
        text = form.get("command", "")
        if "value" in form:
            # Nothing is a value too: it says that something is off.
            text = f"{text} {form['value'] or _NOTHING}"
        found = await self._desk.command(visitor, text, form.get("once", ""))
        return _see(f"answers/{found}", {"back": back[0]})

    async def _check(self, request: web.Request) -> web.Response:
        """Show what a draft comes to; it stands in no address, which others may keep."""
        form = await self._form(request)
        shown = await self._desk.look("check", request[_VISITOR], form)
        return self._written("check.html", request, page="check", shown=shown, answers=())

    async def _retry(self, request: web.Request) -> web.Response:
        form = await self._form(request)
        done = await self._desk.retry(
            request[_VISITOR], form.get("event") or None, form.get("feature") or None
        )
        return _see("failures", {"done": str(done[0]), "failed": str(done[1])})

    async def _leave(self, request: web.Request) -> web.Response:
        await self._form(request)
        visitor = request[_VISITOR]
        await self._desk.press(visitor, "web.leave", visitor.session, "")
        response = self._refused(request, Refusal(200, "You have left the pages", f"To come back: {_ANEW}"))
        self._cookie.take(response)
        return response

    async def _form(self, request: web.Request) -> Mapping[str, str]:
        """Return a form of ours; a file in it counts as what it says.

        Its `value` is all that was said in fields of that name, as a command has it: after a colon, the
        name holds what stands before it there ("value:limit=").
        """
        if (request.content_length or 0) > _MOST_FORM:
            raise web.HTTPRequestEntityTooLarge(_MOST_FORM, request.content_length or 0)
        form = await request.post()
        if not is_ours(form, request[_COOKIE]):
            raise Refusal(403, "That form is not ours", "Load the page again, and send it from there.")
        fields: dict[str, str] = {}
        said: list[str] = []
        for name, given in form.items():
            text = given if isinstance(given, str) else _text_of(given)
            field, _, before = name.partition(":")
            if field != "value":
                fields[name] = text
            elif before.endswith("="):
                # Nothing there is a value of its own, and words end at a blank.
                said.append(before + "".join(text.split()))
            elif text.strip():
                said.append(before + text.strip())
            fields |= {"value": " ".join(said)} if field == "value" else {}
        return fields

    def _written(self, template: str, request: web.Request, **parts: object) -> web.Response:
        visitor: Visitor | None = request.get(_VISITOR)
        cookie = request.get(_COOKIE)
        page = parts.get("page", "")
        html = TEMPLATES.get_template(template).render(
            prefix=PREFIX,
            menu=MENU,
            visitor=visitor,
            token=form_token(cookie) if cookie else "",
            once=fresh_once(),
            query=request.query,
            back=_came_from(page, request) if page else "overview",
            permalink=lambda ref: self._desk.permalink(visitor.community, ref) if visitor else None,
            picture=address_of,
            **{"page": "", **parts},
        )
        return web.Response(text=html, content_type="text/html")

    def _refused(self, request: web.Request, refusal: Refusal) -> web.Response:
        response = self._written("refused.html", request, title=refusal.title, text=refusal.text)
        response.set_status(refusal.status)
        return response


def _refused_link(state: LinkState) -> Refusal:
    status, sentence = _LINKS[state]
    return Refusal(status, "This link does not open the pages", f"{sentence} {_ANEW}")


def _text_of(file: web.FileField | bytes | bytearray) -> str:
    content = file.file.read() if isinstance(file, web.FileField) else bytes(file)
    return content.decode("utf-8", errors="replace")


def _see(path: str, query: Mapping[str, str]) -> web.Response:
    """Send the browser to a page: loaded again, nothing is done again."""
    asked = {name: value for name, value in query.items() if value}
    address = f"{PREFIX}/{path}" + (f"?{urlencode(asked)}" if asked else "")
    return web.Response(status=303, headers={"Location": address})


def _back(text: str) -> tuple[str, dict[str, str]]:
    """Return the page that somebody came from, and what it was asked; never an address elsewhere."""
    parts = urlsplit(text)
    return _page_of(parts.path), dict(parse_qsl(parts.query))


def _came_from(page: object, request: web.Request) -> str:
    """Return what a page's forms lead back to: the same page, asked the same."""
    asked = {name: value for name, value in request.query.items() if name not in ("said", "back")}
    return f"{page}?{urlencode(asked)}"


def _page_of(name: str) -> str:
    return name if name in MENU else "overview"
