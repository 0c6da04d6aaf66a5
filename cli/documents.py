"""The pages of `docs/` that are made from tables, so that they cannot say anything else than the program does."""

from __future__ import annotations

from pathlib import Path

from cli.figures_page import docs_figures
from cli.glossary_page import docs_glossary
from cli.permissions_page import docs_permissions
from cli.policy_page import docs_policy
from cli.stages_page import docs_stages
from gateways.policy_files import load_policy

__all__ = ["docs_figures", "docs_glossary", "docs_permissions", "docs_policy", "docs_stages", "pages", "write_all"]


def pages(root: Path) -> dict[Path, str]:
    """Every generated page of the project at `root`: where it belongs, and what it says.

    Raises PolicyError when `policy/` cannot be loaded.
    """
    docs, policy = root / "docs", load_policy(root / "policy")
    return {
        docs / "figures.md": docs_figures(policy),
        docs / "glossary.md": docs_glossary(),
        docs / "permissions.md": docs_permissions(),
        docs / "policy.md": docs_policy(policy),
        docs / "stages.md": docs_stages(),
    }


def write_all(root: Path) -> list[Path]:
    """Write the pages that differ from what is on disk, and say which."""
    written = []
    for path, text in pages(root).items():
        if not path.is_file() or path.read_text(encoding="utf-8") != text:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
            written.append(path)
    return written
