"""Why nothing can be learned from some rows, and why a file is no model."""

from __future__ import annotations

from collections.abc import Mapping

from domain.errors import DomainError


class CannotLearn(DomainError):
    """The rows do not suffice; the message says what is missing."""

    code = "cannot-learn"

    def __init__(self, message: str) -> None:
        self.message = message


class TooFewRows(CannotLearn):
    """Some labels have fewer rows than it takes; `counts` are theirs."""

    def __init__(self, counts: Mapping[str, int], least: int) -> None:
        self.counts = dict(counts)
        listed = "、".join(f"{label}({count}行)" for label, count in list(counts.items())[:10])
        more = f"等{len(counts)}个" if len(counts) > 10 else ""  # noqa: PLR2004 - as many as are listed
        super().__init__(f"这些标签的不同文本不足{least}行：{listed}{more}；请补充，或先把这些行删去、并入相近的标签")


class ModelFileError(DomainError):
    """A file or stored value is no usable model; nothing of it was used."""

    code = "model-file"

    def __init__(self, reason: str) -> None:
        self.message = f"模型文件不能用：{reason}"
