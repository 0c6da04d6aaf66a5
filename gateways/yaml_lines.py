"""YAML with the line of every part, and with every fault of the file rather than only the first.

Only what a hand-kept file of rules needs is read: mappings, lists, texts, numbers, true and false.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

Loc = tuple[str | int, ...]

_PLAIN = "tag:yaml.org,2002:"


@dataclass
class Document:
    """A file's content as plain values, the line (from 1) of each part by its place, and the faults on the way."""

    data: object = None
    lines: dict[Loc, int] = field(default_factory=dict)
    faults: list[tuple[int, str]] = field(default_factory=list)

    def line_of(self, loc: Loc) -> int:
        """The line of the part at `loc`, or of the innermost part around it."""
        return line_of(self.lines, loc)


def line_of(lines: Mapping[Loc, int], loc: Loc) -> int:
    """The line of the longest beginning of `loc` that has one."""
    while loc and loc not in lines:
        loc = loc[:-1]
    return lines.get(loc, 1)


def read_document(path: Path) -> Document:
    """Read one YAML file; whatever is wrong with it is in `faults`, nothing is raised. The answer is read-only."""
    try:
        return _parse(path.read_text(encoding="utf-8"))
    except OSError as error:
        return Document(faults=[(1, f"无法读取：{error.strerror}")])
    except UnicodeDecodeError as error:
        return Document(faults=[(error.object.count(b"\n", 0, error.start) + 1, "不是 UTF-8 文本")])


# Marks need the parser in Python, which takes seconds for the whole taxonomy; most files rarely change.
@lru_cache(maxsize=64)
def _parse(text: str) -> Document:
    document = Document()
    try:
        root = YAML(typ="safe", pure=True).compose(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        reason = (error.problem or "无法解析").splitlines()[0]
        document.faults.append((mark.line + 1 if mark else 1, f"YAML 格式错误：{reason}"))
    except (YAMLError, ValueError, RecursionError) as error:
        document.faults.append((1, f"YAML 格式错误：{str(error).splitlines()[0]}"))
    else:
        if root is None:
            document.faults.append((1, "文件是空的"))
        else:
            document.data = _Reader(document).value(root, ())
    return document


class _Reader:
    def __init__(self, document: Document) -> None:
        self._document = document
        self._seen: set[int] = set()

    def value(self, node: Node, loc: Loc) -> object:
        """The plain value of `node`, which stands at `loc`."""
        line = self._document.lines.setdefault(loc, node.start_mark.line + 1)
        if id(node) in self._seen:
            self._fault(line, "不要使用锚点和别名(& 和 *)，请把内容写全")
            return None
        self._seen.add(id(node))
        if isinstance(node, MappingNode):
            return self._mapping(node, loc)
        if isinstance(node, SequenceNode):
            return [self.value(item, (*loc, index)) for index, item in enumerate(node.value)]
        return self._scalar(node, line)

    def _mapping(self, node: MappingNode, loc: Loc) -> dict[str, object]:
        result: dict[str, object] = {}
        for key_node, value_node in node.value:
            line = key_node.start_mark.line + 1
            if not isinstance(key_node, ScalarNode):
                self._fault(line, "键必须是文字")
                continue
            key = str(key_node.value)
            if key in result:
                self._fault(line, f"键“{key}”重复，前一处在第 {self._document.lines[*loc, key]} 行")
                continue
            self._document.lines[*loc, key] = line
            result[key] = self.value(value_node, (*loc, key))
        return result

    def _scalar(self, node: Node, line: int) -> object:
        text, kind = str(node.value), str(node.tag).removeprefix(_PLAIN)
        match kind:
            case "str" | "timestamp":
                return text
            case "null":
                return None
            case "bool":
                return text.lower() == "true"
            case "int" | "float":
                try:
                    return int(text) if kind == "int" else float(text)
                except ValueError:
                    return text
        self._fault(line, f"不支持的写法“{node.tag}”")
        return None

    def _fault(self, line: int, reason: str) -> None:
        self._document.faults.append((line, reason))
