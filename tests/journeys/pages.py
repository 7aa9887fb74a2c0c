"""Read a page as a person does: its words, its controls, the form one sends back."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

from django.http import HttpResponse
from django.test import Client


class Reader(HTMLParser):
    """Controls with their values, options by control, links, and the words of each table row."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.controls: dict[str, str] = {}
        self.options: dict[str, list[str]] = {}
        self.links: list[str] = []
        self.rows: list[Row] = []
        self.words: list[str] = []
        self._select = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "tr":
            self.rows.append(Row())
        if tag in {"input", "textarea"} and given.get("name"):
            self.controls[given["name"]] = given.get("value", "")
        if tag == "select":
            self._select = given.get("name", "")
            self.controls[self._select], self.options[self._select] = "", []
        if tag == "option":
            self.options.setdefault(self._select, []).append(given.get("value", ""))
            if "selected" in given:
                self.controls[self._select] = given.get("value", "")
        if tag == "a" and given.get("href"):
            self.links.append(given["href"])
        if self.rows and tag in {"form", "a"}:
            self.rows[-1].actions.append(given.get("action") or given.get("href", ""))

    def handle_data(self, data: str) -> None:
        self.words.append(data)
        if self.rows:
            self.rows[-1].words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())


@dataclass
class Row:
    words: list[str] = field(default_factory=list)
    actions: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())


@dataclass
class Visitor:
    client: Client

    def read(self, address: str) -> Reader:
        response = self.client.get(address, follow=True)
        assert response.status_code == 200, (address, response.status_code)
        return Reader(response.content.decode())

    def send(self, address: str, body: dict[str, Any], status: int = 200) -> Reader:
        response: HttpResponse = self.client.post(address, body, follow=True)
        assert response.status_code == status, (response.status_code, response.content[:2000])
        return Reader(response.content.decode())

    def act_on(self, page: str, words: str, body: dict[str, Any]) -> Reader:
        """Send the form that stands in the row with these words."""
        row = next(row for row in self.read(page).rows if words in row.text and row.actions)
        return self.send(row.actions[-1], body)
