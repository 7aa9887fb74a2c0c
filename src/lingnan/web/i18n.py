"""Catalogues: found in code and templates, kept as .po, compiled to .mo. Msgids are Chinese.

lingnan messages extract     # after changing a sentence
lingnan messages compile     # `lingnan migrate` does it too
"""

import ast
import os
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import TypeGuard

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

HERE = Path(__file__).parent
SOURCE = HERE.parent
LOCALE = HERE / "locale"
CATALOGUES = ("en", "zh_Hant", "pt")
FALLBACK = {"pt": "en"}
HAN = re.compile(r"[\u3400-\u9fff]")
CALLS = {"gettext", "gettext_lazy", "_", "pgettext", "ngettext"}
# Worded at the door: class attribute or keyword `tell`, a Problem's second argument, the first
# argument of a refusal, and why.
TOLD = {"Problem": 1, "Sentence": 0, "Refusal": 0}
# Tables of words that code looks up and translates: `KINDS = {"nbs": "统计用区划代码"}`, also with
# a mark beside the word.
WORDS = re.compile(r"^[A-Z][A-Z_]+$")
TABLES = {"pages": WORDS, "api": WORDS, "web": WORDS, "terms": re.compile(r"^[A-Z]+_WORDS$")}
CALL = re.compile(r"""\b(?:gettext|_)\((u?'(?:[^'\\]|\\.)*'|u?"(?:[^"\\]|\\.)*")\)""")


def compile_messages() -> int:
    """Answers how many. A sentence without a translation falls back to the Chinese, in Portuguese
    to the English.
    """
    done = 0
    for po in sorted(LOCALE.glob("*/LC_MESSAGES/django.po")):
        catalogue = read(po)
        if other := FALLBACK.get(po.parents[1].name):
            _fill(catalogue, read(LOCALE / other / "LC_MESSAGES" / "django.po"))
        _replace(po.with_suffix(".mo"), catalogue)
        done += 1
    return done


def _replace(target: Path, catalogue: Catalog) -> None:
    """Whole or not at all: other processes may be reading it."""
    draft = target.with_suffix(f".{os.getpid()}")
    with draft.open("wb") as out:
        write_mo(out, catalogue)
    draft.replace(target)


def _fill(catalogue: Catalog, other: Catalog) -> None:
    for message in other:
        known = catalogue.get(message.id) if message.id else None
        if known is not None and not known.string:
            known.string = message.string


def read(po: Path) -> Catalog:
    with po.open("rb") as source:
        return read_po(source, locale=po.parents[1].name)


def sentences() -> dict[str, list[str]]:
    """Every Chinese sentence meant for people, with the files that say it."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for path in sorted(SOURCE.rglob("*")):
        if {"tests", "migrations", "locale"} & set(path.parts):
            continue
        if path.suffix == ".py":
            said = _in_python(path)
        elif path.suffix == ".html":
            said = _in_template(path)
        else:
            continue
        for sentence in said:
            found[sentence].add(str(path.relative_to(SOURCE)))
    return {sentence: sorted(files) for sentence, files in sorted(found.items())}


def update_catalogues() -> dict[str, int]:
    """Add what is new, drop what is gone, keep translations. What is missing, by language."""
    said = sentences()
    missing = {}
    for name in CATALOGUES:
        po = LOCALE / name / "LC_MESSAGES" / "django.po"
        old = read(po) if po.exists() else Catalog(locale=name)
        fresh = Catalog(locale=name, project="Lingnan", charset="utf-8", fuzzy=False)
        for sentence, files in said.items():
            known = old.get(sentence)
            flags = ["python-brace-format"] if "{" in sentence else []
            fresh.add(sentence, known.string if known else "", flags=flags,
                      auto_comments=known.auto_comments if known else (),
                      locations=[(file, 1) for file in files])  # fmt: skip
        po.parent.mkdir(parents=True, exist_ok=True)
        with po.open("wb") as out:
            write_po(
                out, fresh, width=100, include_lineno=False, sort_output=True, omit_header=False
            )
        missing[name] = sum(1 for message in fresh if message.id and not message.string)
    return missing


def _in_python(path: Path) -> Iterator[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for where, named in TABLES.items():
        if where in {path.stem, *path.parts}:
            yield from _in_tables(tree, named)
    for node in ast.walk(tree):
        match node:
            case ast.Assign(targets=[ast.Name(id="tell")], value=value):
                yield from _han(value)
            case ast.AnnAssign(target=ast.Name(id="tell"), value=ast.expr() as value):
                yield from _han(value)
            case ast.Raise(exc=ast.Call(args=[first, *_])):
                yield from _han(first)
            case ast.Call():
                yield from _in_call(node)


def _in_tables(tree: ast.Module, named: re.Pattern[str]) -> Iterator[str]:
    for node in tree.body:
        match node:
            case ast.Assign(
                targets=[ast.Name(id=name)], value=ast.Dict(values=words) | ast.Tuple(elts=words)
            ) if named.match(name):
                for word in words:
                    yield from _han(word.elts[0] if _is_pair(word) else word)


def _is_pair(word: ast.expr) -> TypeGuard[ast.Tuple]:
    return isinstance(word, ast.Tuple) and len(word.elts) == 2


def _in_call(node: ast.Call) -> Iterator[str]:
    name = ast.unparse(node.func).rsplit(".", 1)[-1]
    index = 0 if name in CALLS else TOLD.get(name)
    if index is not None and len(node.args) > index:
        yield from _han(node.args[index])
    for keyword in node.keywords:
        if keyword.arg in {"tell", "why"}:
            yield from _han(keyword.value)


def _han(node: ast.expr) -> Iterator[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and HAN.search(node.value):
        yield node.value


def _in_template(path: Path) -> Iterator[str]:
    """Django's own translator of templates to Python, then read as Python."""
    from django.utils.translation.template import templatize

    text = templatize(path.read_text(encoding="utf-8"))
    for call in CALL.finditer(text):
        sentence = ast.literal_eval(call[1].removeprefix("u"))
        if HAN.search(sentence):
            yield sentence


if __name__ == "__main__":  # at set-up, before there is anything else
    compile_messages()
