"""The pages at one client, on an account of ten items: how many a second, and how long the slowest take."""

import re
import time
import tomllib
from typing import Any, Final

import httpx
from benchmarks.door import FIRST, ROOT, Caller, served

ITEMS, EACH, WARM = 10, 300, 30
PAGES: Final = ("subscription", "manage", "capabilities", "history")
FLOORS: Final = (("a bare Django view", "/floor/bare"), ("a view with one query", "/floor/query"))
EMAIL: Final = "owner@example.com"


def report() -> None:
    """Print pages a second and how long they take, beside the least that a page costs in the same server."""
    with served(DJANGO_SETTINGS_MODULE="benchmarks.floor_settings", BURSAR_DEMO="1") as (_, port, key):
        path = _account(Caller(port, key))
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", follow_redirects=True) as client:
            first = client.get("/").text
            member = re.search(r'name="member" value="([^"]+)"', first)
            token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', first)
            assert member is not None and token is not None
            client.post("/demo", data={"member": member[1], "csrfmiddlewaretoken": token[1]}).raise_for_status()
            print(f"\n{'pages, 1 client, 10 items':<38} {'per second':>10} {'p50 ms':>8} {'p99 ms':>8}")
            for name, where in FLOORS:
                _row(f"floor: {name}", client, where)
            for page in PAGES:
                _row(page, client, f"{path}/{page}")


def _row(name: str, client: httpx.Client, where: str) -> None:
    took = []
    for number in range(WARM + EACH):
        began = time.perf_counter()
        client.get(where).raise_for_status()
        if number >= WARM:
            took.append(time.perf_counter() - began)
    rate, ordered = len(took) / sum(took), sorted(took)
    middle, slow = (ordered[int(len(took) * part)] * 1000 for part in (0.5, 0.99))
    print(f"{name:<38} {rate:>10.0f} {middle:>8.1f} {slow:>8.1f}")


def _account(caller: Caller) -> str:
    """An account of ten items, in a catalog that has them."""
    sold: dict[str, Any] = tomllib.loads((ROOT / "catalogs/demo.toml").read_text(encoding="utf-8"))
    price = {"currency": "EUR", "cycle": "monthly", "per": "seat", "amount": "1.00"}
    plan = {"code": "one", "name": {"en": "One"}, "prices": [price]}
    more = [{"code": f"extra_{one}", "name": {"en": f"Extra {one}"}, "plans": [plan]} for one in range(1, ITEMS)]
    caller.ok("PUT", "/catalog", {**sold, "products": [*sold["products"], *more]})
    caller.ok("PUT", "/policy", tomllib.loads((ROOT / "policies/standard.toml").read_text(encoding="utf-8")))
    owner = {"name": "Owner", "email": EMAIL}
    account = {"name": "Ten", "account_type": "self_service", "currency": "EUR", "owner": owner, "sandbox": True}
    path = f"/accounts/{caller.ok('POST', '/accounts', account)['id']}"
    adding = [{"edit": "add_product", "product": one["code"], "plan": "one", "seats": 3} for one in more]
    caller.ok("POST", f"{path}/changes", {"edits": [*FIRST["edits"], *adding]})
    return path
