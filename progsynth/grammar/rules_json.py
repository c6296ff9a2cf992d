"""Rules as JSON: types are written as in programs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from progsynth.errors import ProgsynthError
from progsynth.grammar.rules import Argument, Rule, Rules
from progsynth.lang.types import Type, parse_type


def as_json(rules: Rules) -> dict[str, Any]:
    """The rules as a JSON object."""
    return {
        "params": list(map(str, rules.params)),
        "result": str(rules.result),
        "max_lambdas": rules.max_lambdas,
        "max_lets": rules.max_lets,
        "rules": [_rule(rule) for some in rules.by_type.values() for rule in some],
    }


def _rule(rule: Rule) -> dict[str, Any]:
    made = {"kind": rule.kind, "result": str(rule.result), "cost": rule.cost}
    if rule.detail is not None:
        made["detail"] = rule.detail
    if rule.args:
        made["args"] = [[str(a.type), list(map(str, a.binds)), a.is_lambda] for a in rule.args]
    if rule.commutative:
        made["commutative"] = True
    return made


def from_json(record: Mapping[str, Any]) -> Rules:
    """The rules of a JSON object. Raises ProgsynthError for what is none."""
    try:
        by_type: dict[Type, tuple[Rule, ...]] = {}
        for one in record["rules"]:
            rule = _read(one)
            by_type[rule.result] = (*by_type.get(rule.result, ()), rule)
        return Rules(
            tuple(map(parse_type, record["params"])),
            parse_type(record["result"]),
            by_type,
            record["max_lambdas"],
            record["max_lets"],
        )
    except (KeyError, TypeError, ValueError) as error:
        raise ProgsynthError(f"rules in JSON: {type(error).__name__}: {error}") from None


def _read(one: Mapping[str, Any]) -> Rule:
    args = tuple(
        Argument(parse_type(type_), tuple(map(parse_type, binds)), is_lambda)
        for type_, binds, is_lambda in one.get("args", ())
    )
    commutative = one.get("commutative", False)
    result = parse_type(one["result"])
    return Rule(one["kind"], result, one.get("detail"), args, one["cost"], commutative)
