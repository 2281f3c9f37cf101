"""Mails are ordered by use cases alone: what replays events, or builds figures anew, sends none (G11)."""

import ast

from tests.architecture.tree import parsed, shown, sources

ORDERING = {"order_mail", "redrive_mail"}


def test_only_use_cases_order_mails() -> None:
    ordering = {
        shown(path)
        for path in sources("services", "gateway", "chassis")
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.ImportFrom) and ORDERING & {each.name for each in node.names}
    }
    assert ordering
    assert {path for path in ordering if "/application/" not in path} == set()


def test_no_use_case_that_orders_mails_is_one_of_a_consumer() -> None:
    ordering = {
        path.stem
        for path in sources("services")
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.ImportFrom) and ORDERING & {each.name for each in node.names}
    }
    listening = [
        shown(path)
        for path in sources("services")
        if "events" in path.parts
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.ImportFrom) and ordering & set((node.module or "").split("."))
    ]
    assert listening == []
