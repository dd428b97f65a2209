"""Who may call what: declared at every endpoint, and proven for every desk on every endpoint."""

from __future__ import annotations

from collections.abc import Iterator

from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute, iter_route_contexts

from server.access import DESKS, Allowed, Anybody
from server.app import create_app
from sync.protocol import BASE
from tests.server.running import SECRETS, Line, Running, slug

pytest_plugins = ["tests.server.running"]
SHA = "a" * 64
LOGINS = {
    "unit": "甲公司",
    "agency": "agency",
    "association": "review",
    "finance": "finance",
    "secretariat": "secretariat",
    "admin": "admin",
    "person": "person",
}
ALL = frozenset(DESKS)
WORKERS = ALL - {"person", "system"}
MAY_CALL = {  # written down a second time on purpose: a change of who may call is a change here
    ("GET", "/hello"): None,
    ("POST", "/login"): None,
    ("POST", "/password"): ALL,
    ("POST", "/logout"): ALL,
    ("POST", "/push"): WORKERS,
    ("POST", "/pull"): WORKERS,
    ("POST", "/wait"): WORKERS,
    ("OPTIONS", "/blobs"): WORKERS,
    ("POST", "/blobs"): WORKERS,
    ("HEAD", "/blobs/{upload}"): WORKERS,
    ("PATCH", "/blobs/{upload}"): WORKERS,
    ("GET", "/blobs/{sha256}"): WORKERS,
    ("POST", "/take-in"): WORKERS - {"unit"},
}
BEFORE_PASSWORD_CHANGE = {("POST", "/password"), ("POST", "/logout")}


def declared(dependant: Dependant) -> Iterator[Allowed | Anybody]:
    """Every declaration in the dependencies of an endpoint."""
    for each in dependant.dependencies:
        if isinstance(each.call, Allowed | Anybody):
            yield each.call
        yield from declared(each)


def endpoints(running: Running) -> dict[tuple[str, str], list[Allowed | Anybody]]:
    """Every route of the application, with what it declares."""
    found = {}
    for context in iter_route_contexts(create_app(running.work).routes):
        route = context.original_route
        if isinstance(route, APIRoute):
            for method in route.methods or ():
                found[method, str(context.path).removeprefix(BASE)] = list(declared(route.dependant))
    return found


def lines_at(running: Running) -> dict[str, Line]:
    """Somebody at each desk."""
    return {desk: running.line(login) for desk, login in LOGINS.items()}


def call(line: Line, method: str, path: str) -> int | str:
    """Call an endpoint with nothing in it: kept out, the problem; let in, the status of whatever it said."""
    place = path.replace("{upload}", f"unit:u1:{SHA}").replace("{sha256}", SHA)
    answer = line.ask(method, place)
    kept_out = answer.status_code in (401, 403)
    return slug(answer) if kept_out and method != "HEAD" else answer.status_code


def test_every_endpoint_declares_who_may_call_it(running: Running) -> None:
    for endpoint, declarations in endpoints(running).items():
        assert len(declarations) == 1, f"{endpoint} declares {declarations}"


def test_every_endpoint_is_declared_for_exactly_those_it_is_meant_for(running: Running) -> None:
    told = {}
    for endpoint, (declaration,) in endpoints(running).items():
        told[endpoint] = declaration.desks if isinstance(declaration, Allowed) else None
    assert told == MAY_CALL


def test_nobody_else_can_call_anything(either: Running) -> None:
    lines = lines_at(either)
    for (method, path), desks in MAY_CALL.items():
        if desks is None:
            continue
        nobody, stranger = call(either.line(), method, path), either.line()
        stranger.http.headers["Authorization"] = "Bearer not-a-token"
        expected = 401 if method == "HEAD" else "login-needed"
        assert nobody == expected, (method, path)
        assert call(stranger, method, path) == expected, (method, path)
        if path == "/logout":
            continue  # it would end the session that the rest of this test needs: see below
        for desk, line in lines.items():
            said = call(line, method, path)
            if desk in desks:
                assert said not in (401, 403, "not-allowed", "login-needed"), (desk, method, path, said)
            else:
                assert said == (403 if method == "HEAD" else "not-allowed"), (desk, method, path)
    for desk, line in lines.items():
        assert call(line, "POST", "/logout") == 204, desk


def test_whoever_has_only_the_first_password_may_only_change_it(running: Running) -> None:
    line = running.line().login("newcomer", running.first_password("newcomer"))
    for method, path in MAY_CALL.keys() - BEFORE_PASSWORD_CHANGE - {("GET", "/hello"), ("POST", "/login")}:
        kept_out = "password-change-needed" if "unit" in (MAY_CALL[method, path] or ()) else "not-allowed"
        expected = 403 if method == "HEAD" else kept_out
        assert call(line, method, path) == expected, (method, path)
    for method, path in sorted(BEFORE_PASSWORD_CHANGE):
        assert call(line, method, path) != "password-change-needed"


def test_an_account_that_was_shut_out_can_call_nothing(either: Running) -> None:
    lines = lines_at(either)
    with either.work.database.write() as connection:
        gone = "UPDATE entity SET body = replace(body, '\"active\":true', '\"active\":false') WHERE kind = 'account'"
        connection.exec_driver_sql(gone)
    for desk, line in lines.items():
        assert call(line, "POST", "/logout") == "revoked", desk
    assert slug(either.line().try_login("甲公司", SECRETS["甲公司"])) == "revoked"


def test_every_desk_reads_its_own_scopes_and_no_others(either: Running) -> None:
    lines = lines_at(either)
    everything = ["unit:u1", "unit:u2", "drafts:u1", "drafts:u2", "agency:a1", "office", "finance", "public"]
    seen = {}
    for desk, line in lines.items():
        answer = line.ask("POST", "/pull", json={"epoch": line.epoch, "cursors": dict.fromkeys(everything, 0)})
        seen[desk] = set(answer.json()["scopes"]) if answer.status_code == 200 else set()
    assert seen == {
        "unit": {"unit:u1", "drafts:u1", "public"},
        "agency": {"agency:a1", "public"},
        "association": {"office", "public"},
        "secretariat": {"office", "public"},
        "admin": {"office", "public"},
        "finance": {"finance", "public"},
        "person": set(),
    }
