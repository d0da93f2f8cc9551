"""The shop sets one cookie, and the cookie page says all that it carries."""

import ast
from collections.abc import Iterator
from pathlib import Path

from webapp.shop.cookies import CARRIED

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("webapp", "accounts", "privacy", "recommender", "catalog", "segmentation", "storage")
SET_BY_LIBRARIES = {"csrf_token", "_user_id", "_id", "_fresh", "_flashes"}
"""By Flask-WTF, Flask-Login and Flask itself."""


def modules() -> Iterator[tuple[str, ast.Module]]:
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            yield str(path.relative_to(ROOT)), ast.parse(path.read_text(encoding="utf-8"))


def constants_of(module: ast.Module) -> dict[str, str]:
    return {
        target.id: node.value.value
        for node in module.body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
        for target in node.targets
        if isinstance(target, ast.Name)
    }


def keys_of_the_session(module: ast.Module) -> Iterator[str]:
    constants = constants_of(module)
    for node in ast.walk(module):
        if not (isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name) and node.value.id == "session"):
            continue
        key = node.slice
        yield key.value if isinstance(key, ast.Constant) else constants[ast.unparse(key)]


def test_whatever_the_session_carries_is_said_on_the_cookie_page() -> None:
    used = {key for _path, module in modules() for key in keys_of_the_session(module)}
    assert {"language", "visit"} <= used
    assert used | SET_BY_LIBRARIES == set(CARRIED)


def test_nothing_sets_a_cookie_but_the_session() -> None:
    setting = [
        f"{path}:{node.lineno}"
        for path, module in modules()
        for node in ast.walk(module)
        if isinstance(node, ast.Attribute) and node.attr in ("set_cookie", "REMEMBER_COOKIE_NAME")
    ]
    assert setting == []


def test_no_login_is_remembered_beyond_the_browser() -> None:
    remembering = [
        path
        for path, module in modules()
        for node in ast.walk(module)
        if isinstance(node, ast.Call) and any(keyword.arg == "remember" for keyword in node.keywords)
    ]
    assert remembering == []


def test_no_script_keeps_anything_in_the_browser() -> None:
    for script in (ROOT / "static").rglob("*.js"):
        words = script.read_text(encoding="utf-8")
        for way in ("localStorage", "sessionStorage", "indexedDB", "document.cookie", "serviceWorker"):
            assert way not in words, script.name
