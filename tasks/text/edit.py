"""An edit: what is asked for, and forms of the texts on which it is asked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from ..asked import Asked
from .forms import Form, drawn


@dataclass(frozen=True, slots=True)
class Edit:
    """An edit of one text, or of two; see `forms` for how the texts are drawn."""

    name: str
    description: str
    forms: Sequence[Form]
    answer: Callable[..., Any]
    request: str = ""  # from texts to a text, where it is left out
    params: str = "text"

    @property
    def asked(self) -> Asked:
        """The edit as what a task asks."""
        count = len(self.params.split())
        request = "str -> str" if count == 1 else f"({', '.join(['str'] * count)}) -> str"
        return Asked(
            name=self.name,
            request=self.request or request,
            params=self.params,
            description=self.description,
            answer=self.answer,
            draws=tuple(map(drawn, self.forms)),
        )
