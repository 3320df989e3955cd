"""Makes of matplotlib's SVG one that belongs to the page it stands in."""

from collections.abc import Mapping
from xml.etree import ElementTree

# What a text, a grid and a line look like in a page that has no style for them.
_FADED = {"soft": "0.78", "grid": "0.2"}
_PAINTS = ("fill", "stroke")


def tidy(drawn: str, texts: Mapping[str, str], roles: Mapping[str, str], *, title: str, alt: str) -> str:
    """Return the drawing with the texts as they truly are, and classes for what its colours mean.

    Styles become attributes, which a page's own rules outdo and its policy allows. A text, in `texts`, is
    known by the id of its group; a colour's meaning is in `roles`.
    """
    root = ElementTree.fromstring(drawn)
    picture = ElementTree.Element(
        "svg",
        {
            "xmlns": "http://www.w3.org/2000/svg",
            "viewBox": root.attrib["viewBox"],
            "role": "img",
            "class": "picture",
            "aria-label": alt or title,
        },
    )
    ElementTree.SubElement(picture, "title").text = title
    ElementTree.SubElement(picture, "desc").text = alt
    shapes = {
        each.attrib["id"]: each
        for defs in root.iter()
        if _name(defs) == "defs"
        for each in defs
        if "id" in each.attrib
    }
    _copy(root, picture, texts, roles, shapes)
    return ElementTree.tostring(picture, encoding="unicode")


def _copy(
    source: ElementTree.Element,
    target: ElementTree.Element,
    texts: Mapping[str, str],
    roles: Mapping[str, str],
    shapes: Mapping[str, ElementTree.Element],
) -> None:
    """Copy what is drawn, out of the groups that only tell matplotlib's parts apart."""
    true = texts.get(source.attrib.get("id", ""))
    for each in source:
        name = _name(each)
        if name == "g":
            _copy(each, target, texts, roles, shapes)
        elif name == "text":
            ElementTree.SubElement(target, name, _attributes(each, roles)).text = true or each.text
        elif name == "use":
            _use(each, target, roles, shapes)
        elif name == "path" and each.attrib.get("d"):
            ElementTree.SubElement(target, name, _attributes(each, roles))


def _use(
    each: ElementTree.Element,
    target: ElementTree.Element,
    roles: Mapping[str, str],
    shapes: Mapping[str, ElementTree.Element],
) -> None:
    """Draw a shape that is defined once where it is used: an id would meet its like in another picture."""
    shape = shapes[each.attrib["{http://www.w3.org/1999/xlink}href"].removeprefix("#")]
    place = {"transform": f"translate({each.attrib['x']} {each.attrib['y']})"}
    attributes = _attributes(shape, roles) | _attributes(each, roles) | place
    ElementTree.SubElement(target, _name(shape), {"d": shape.attrib["d"]} | attributes)


def _attributes(each: ElementTree.Element, roles: Mapping[str, str]) -> dict[str, str]:
    given: dict[str, str] = {name: each.attrib[name] for name in ("d", "x", "y") if name in each.attrib}
    if _name(each) == "use":
        given = {}
    style = [part.partition(":") for part in each.attrib.get("style", "").split(";") if ":" in part]
    for name, _, value in style:
        name, value = name.strip(), value.strip()
        if name in _PAINTS:
            given |= _paint(name, value, roles)
        elif name != "font-family":
            given[name] = value
    return given


def _paint(name: str, value: str, roles: Mapping[str, str]) -> dict[str, str]:
    role = roles.get(value)
    if role is None:
        return {name: value}
    if role.startswith("line"):
        return {name: value, "class": f"{role} {name}"}
    faded = {f"{name}-opacity": _FADED[role]} if role in _FADED else {}
    return {name: "currentColor", "class": role} | faded


def _name(each: ElementTree.Element) -> str:
    return each.tag.rpartition("}")[2]
