"""Corrections as JSON and back: kept with the form, and as a file to carry elsewhere."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from lingnan.base.canonical import plain
from lingnan.base.errors import Sentence

from ...terms.forms import FieldType, Option, Role
from ...terms.profiles import Anchor, BadProfile, Correction, Lost, Say, Told

KIND = "lingnan.form-profile"


def corrections_to_json(corrections: Iterable[Correction]) -> list[dict[str, Any]]:
    """What was not said is left out."""
    found: list[dict[str, Any]] = _slim([plain(one) for one in corrections])
    return found


def corrections_of(raw: Sequence[Mapping[str, Any]]) -> tuple[Correction, ...]:
    """BadProfile names the entry that is none."""
    found = []
    for number, one in enumerate(raw, start=1):
        try:
            found.append(_correction(one))
        except (ValueError, KeyError, TypeError, AttributeError) as wrong:
            raise BadProfile(
                why=Sentence(
                    "第 {number} 条看不懂（{wrong}）。", (("number", number), ("wrong", wrong))
                )
            ) from wrong
    return tuple(found)


def losses_of(raw: Sequence[Mapping[str, str]]) -> tuple[Lost, ...]:
    return tuple(Lost(**one) for one in raw)


def exported(form: str, version: int, corrections: Iterable[Correction]) -> str:
    """A file people can read, keep beside the form and hand on."""
    told = {
        "kind": KIND,
        "form": form,
        "form_version": version,
        "corrections": corrections_to_json(corrections),
    }
    return json.dumps(told, ensure_ascii=False, indent=2, sort_keys=True) + "\n"


def export_of(text: str) -> tuple[Correction, ...]:
    """BadProfile says what the file is not."""
    try:
        told = json.loads(text)
    except ValueError as wrong:
        raise BadProfile(why="不是 JSON 文件。") from wrong
    if not isinstance(told, dict) or told.get("kind") != KIND:
        raise BadProfile(why=Sentence("缺少 kind = {kind}。", (("kind", KIND),)))
    return corrections_of(told.get("corrections") or [])


def _slim(value: Any) -> Any:
    if isinstance(value, dict):
        slim = {name: _slim(inner) for name, inner in value.items() if inner is not None}
        return {
            name: inner
            for name, inner in slim.items()
            if inner != {} and not (inner is False and name == "covers")
        }
    return [_slim(inner) for inner in value] if isinstance(value, list) else value


def _correction(raw: Mapping[str, Any]) -> Correction:
    return Correction(
        say=Say(raw["say"]),
        at=_anchor(raw.get("at")) or Anchor(),
        told=_told(raw.get("told") or {}),
        label_at=_anchor(raw.get("label_at")),
        total=_anchor(raw.get("total")),
        covers=bool(raw.get("covers", False)),
    )


def _anchor(raw: Mapping[str, Any] | None) -> Anchor | None:
    if raw is None:
        return None
    lists = {name: tuple(map(str, raw.get(name, ()))) for name in ("left", "above", "path")}
    return Anchor(cell=str(raw.get("cell", "")), text=str(raw.get("text", "")), **lists)


def _told(raw: Mapping[str, Any]) -> Told:
    words: dict[str, Any] = {
        name: raw.get(name) for name in ("code", "label", "unit", "period", "subject", "title")
    }
    listed: dict[str, Any] = {n: _tuple(raw.get(n)) for n in ("path", "breakdown")}
    options = raw.get("options")
    return Told(
        **words,
        **listed,
        type=FieldType(raw["type"]) if raw.get("type") else None,
        role=Role(raw["role"]) if raw.get("role") else None,
        options=None if options is None else tuple(Option(o["code"], o["label"]) for o in options),
    )


def _tuple(raw: Sequence[str] | None) -> tuple[str, ...] | None:
    return None if raw is None else tuple(map(str, raw))
