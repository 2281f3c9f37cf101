"""Pages that services answer with: for people who follow a link in a mail, and for their mail programs."""

import httpx
import pytest

from tests.integration.gateway.neighbour import Neighbour


async def test_a_page_is_shown_where_it_is(client: httpx.AsyncClient) -> None:
    answer = await client.get("/v1/unsubscriptions/token")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert "content-disposition" not in answer.headers
    assert '<form method="post">' in answer.text
    assert "default-src 'self'" in answer.headers["content-security-policy"]


@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "multipart/form-data; boundary=x"])
async def test_one_click_of_a_mail_program_is_taken_as_it_comes(
    client: httpx.AsyncClient, neighbour: Neighbour, kind: str
) -> None:
    headers = {"content-type": kind}
    answer = await client.post("/v1/unsubscriptions/token", content=b"List-Unsubscribe=One-Click", headers=headers)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert "已退订" in answer.text
    (received,) = neighbour.asked
    assert received[0].token == "token"
    assert b"".join(each.content.data for each in received) == b"List-Unsubscribe=One-Click"


async def test_a_link_leads_on_to_its_content(client: httpx.AsyncClient, neighbour: Neighbour) -> None:
    answer = await client.get("/v1/mailLinks/token")
    assert (answer.status_code, answer.headers["location"]) == (302, "https://www.house.example/paper.pdf?v=2")
    assert answer.headers["cache-control"] == "no-store"
    assert [request.token for request in neighbour.asked] == ["token"]
