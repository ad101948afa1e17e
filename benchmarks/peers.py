"""Measure the same matrix decided by engines that only decide: pycasbin and Cedar."""

from collections.abc import Iterator, Mapping
from itertools import product

import casbin
import cedarpy
from benchmarks.core import MEMBERS, POLICY, TODAY, account
from benchmarks.measure import Row
from casbin.model import FastModel

from bursar.core.policy.capability import CAPABILITIES
from bursar.core.policy.policy import Outcome, decide

Question = tuple[str, str, str]
"""An account type, a role and a capability."""

MODEL = """
[request_definition]
r = type, role, capability
[policy_definition]
p = type, role, capability
[policy_effect]
e = some(where (p.eft == allow))
[matchers]
m = r.capability == p.capability && r.role == p.role && r.type == p.type
"""
NO_ENTITIES = cedarpy.Entities.from_json_str("[]")


def rows() -> Iterator[Row]:
    """Yield a row for each engine, which answers every question of the matrix; the floor is a look-up in a dict."""
    accounts = {code: account(code) for code in POLICY.account_types}
    members = {member.role: member for member in MEMBERS}
    questions = list(product(accounts, members, CAPABILITIES))
    outcomes = {
        (code, role, capability): decide(POLICY, accounts[code], members[role], capability, TODAY).outcome
        for code, role, capability in questions
    }
    allowed = {question: outcome is Outcome.ALLOWED for question, outcome in outcomes.items()}
    enforcer, fast = _casbin(allowed, fast=False), _casbin(allowed, fast=True)
    policies, requests = _cedar(allowed), {question: _request(question) for question in questions}
    # Engines that answer differently would not do the same work.
    for question in questions:
        answers = enforcer.enforce(*question), fast.enforce(*question), _permits(requests[question], policies)
        if set(answers) != {allowed[question]}:
            raise AssertionError(f"{question}: {answers}, not {allowed[question]}")

    def ours() -> None:
        for code, role, capability in questions:
            decide(POLICY, accounts[code], members[role], capability, TODAY)

    floor = ("looked up in a dict", lambda: allowed[questions[0]])
    number = len(questions)
    yield Row("Bursar: with reason and whom to ask", ours, *floor, number)
    yield Row(
        "Cedar: yes or no", lambda: [_permits(requests[question], policies) for question in questions], *floor, number
    )
    yield Row(
        "pycasbin, FastEnforcer: yes or no", lambda: [fast.enforce(*question) for question in questions], *floor, number
    )
    yield Row(
        "pycasbin, Enforcer: yes or no", lambda: [enforcer.enforce(*question) for question in questions], *floor, number
    )


def _casbin(allowed: Mapping[Question, bool], *, fast: bool) -> casbin.Enforcer:
    # The fast enforcer looks rules up by these three words, the other one tries them all.
    model = FastModel([0, 1, 2]) if fast else casbin.Model()
    model.load_model_from_text(MODEL)
    enforcer = casbin.FastEnforcer(model, cache_key_order=[0, 1, 2]) if fast else casbin.Enforcer(model)
    enforcer.add_policies([list(question) for question, yes in allowed.items() if yes])
    return enforcer


def _cedar(allowed: Mapping[Question, bool]) -> cedarpy.PolicySet:
    text = [
        f'permit (principal == Role::"{role}", action == Action::"{capability}", resource == Type::"{code}");'
        for (code, role, capability), yes in allowed.items()
        if yes
    ]
    return cedarpy.PolicySet.from_str("\n".join(text))


def _request(question: Question) -> dict[str, str | dict[str, str]]:
    code, role, capability = question
    return {
        "principal": f'Role::"{role}"',
        "action": f'Action::"{capability}"',
        "resource": f'Type::"{code}"',
        "context": {},
    }


def _permits(request: dict[str, str | dict[str, str]], policies: cedarpy.PolicySet) -> bool:
    return bool(cedarpy.is_authorized(request, policies, NO_ENTITIES).allowed)
