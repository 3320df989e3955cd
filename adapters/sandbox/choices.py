"""What people choose, fill in and press of what Hearth offers them; raises what is wrong, as the rules do."""

from collections.abc import Mapping, Sequence

from adapters.sandbox.records import Closed, Picked, Pressed, Submitted, Visited
from adapters.sandbox.rules import NotAllowed, NotFit, NotThere, actor, channel_for, message_for, reader
from adapters.sandbox.world import HEARTH, HOME, Member, OpenForm, World, direct
from bot.cards import Card, Select, TextField
from bot.events import SHORTCUTS


def press(
    world: World, by: str, message: str, button: str, value: str, chosen: Sequence[str] = ()
) -> Pressed:
    """A member presses a button of a card of Hearth's, as it shows now, or chooses something in it."""
    member = actor(world, by)
    channel, cards = _cards(world, member, message)
    if chosen:
        selects = [each for card in cards for each in card.selects]
        select = next((each for each in selects if (each.name, each.value) == (button, value)), None)
        if select is None:
            raise NotThere(f'There is nothing to choose as "{button}" with the value "{value}" on {message}.')
        _check_choice(world, member, select, chosen)
    else:
        buttons = [each for card in cards for each in card.buttons]
        if not any((known.name, known.value) == (button, value) for known in buttons):
            raise NotThere(f'There is no button "{button}" with the value "{value}" on {message}.')
    return Pressed(
        message=message,
        channel=channel,
        member=member.id,
        button=button,
        value=value,
        chosen=tuple(chosen),
    )


def submit(world: World, by: str, form: str, fields: Mapping[str, str | Sequence[str]]) -> Submitted:
    """A member sends a form that is open for them, with each of its fields filled as it may be."""
    member = actor(world, by)
    found = _form_for(world, member, form)
    asked = {field.name: field for field in found.form.fields}
    for name in fields:
        if name not in asked:
            raise NotFit(f"There is no field {name} in this form.")
    filled: dict[str, str | tuple[str, ...]] = {}
    for name, field in asked.items():
        given = fields.get(name)
        if isinstance(field, TextField):
            filled[name] = _written(field, given if given is not None else "")
        else:
            chosen = (given,) if isinstance(given, str) else tuple(given or ())
            _check_choice(world, member, field, chosen)
            filled[name] = chosen
    return Submitted(
        form=form,
        channel=found.channel,
        member=member.id,
        name=found.form.name,
        value=found.form.value,
        fields=filled,
    )


def close(world: World, by: str, form: str) -> Closed:
    """A member closes a form without sending it."""
    member = actor(world, by)
    return Closed(form=_form_for(world, member, form).id, member=member.id)


def pick(world: World, by: str, message: str, shortcut: str) -> Picked:
    """A member chooses a shortcut on what somebody said."""
    member = actor(world, by)
    found = message_for(world, member, message)
    if found.author == HEARTH:
        raise NotAllowed("The shortcuts are for what members say.")
    if shortcut not in SHORTCUTS:
        raise NotThere(f'There is no shortcut "{shortcut}"; there are {", ".join(SHORTCUTS)}.')
    return Picked(shortcut=shortcut, message=found.id, member=member.id, text=found.text, links=found.links)


def visit(world: World, by: str) -> Visited:
    """A member looks at Hearth's home page."""
    return Visited(member=actor(world, by).id)


def _cards(world: World, member: Member, message: str) -> tuple[str, Sequence[Card]]:
    """Return where a message stands, or the home page, with the cards it shows."""
    if message == HOME:
        return direct(member.id), world.homes.get(member.id, ())
    found = message_for(world, member, message)
    return found.channel, () if found.card is None else (found.card,)


def _form_for(world: World, member: Member, form: str) -> OpenForm:
    found = world.forms.get(form)
    if found is None or found.member != member.id:
        raise NotThere(f'There is no form "{form}" open for {member.name}.')
    return found


def _written(field: TextField, given: str | Sequence[str]) -> str:
    if not isinstance(given, str):
        raise NotFit(f"{field.label} has to be text.")
    if not given.strip() and not field.optional:
        raise NotFit(f"{field.label} has to be filled in.")
    if len(given) > field.most:
        raise NotFit(f"{field.label} has {field.most:,} characters at most; there are {len(given):,}.")
    return given


def _check_choice(world: World, member: Member, select: Select, chosen: Sequence[str]) -> None:
    if len(chosen) != 1:
        raise NotFit(f"Choose one for {select.label}.")
    match select.among:
        case "channels":
            channel_for(world, member, chosen[0])
        case "members":
            reader(world, chosen[0])
        case "options" if chosen[0] not in {option.value for option in select.options}:
            raise NotFit(f'"{chosen[0]}" is not among what can be chosen for {select.label}.')
        case _:
            pass
