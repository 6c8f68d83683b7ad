"""Expressions that look right and are not: what the server does with each, and what we say of it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Trap:
    """``accepted`` by the newest server; ``said`` is part of our sentence, ``better`` our correction."""

    expression: str
    accepted: bool
    said: str
    better: str | None = None


TRAPS = (
    Trap('.name == "café"', True, "not as \\u escapes"),
    Trap('"a" not in .strs', True, 'read as (not "a") in', 'not ("a" in .strs)'),
    Trap("not .year == 0", True, "binds tighter", "not (.year == 0)"),
    Trap(".year-1950 > 0", True, "the minus belongs to the name", ".year - 1950 > 0"),
    Trap("(.x == null)", False, "followed by a space", "(.x == null )"),
    Trap("null==.x", False, "followed by a space", "null ==.x"),
    Trap(".flag == true", False, "write 1", ".flag == 1"),
    Trap(".a.b > 1", False, "only top-level fields"),
    Trap("..x", False, "a field is a dot and a name"),
    Trap('.["x y"] == 1', False, "a field is a dot and a name"),
    Trap("!!.x", False, "not cannot follow not", ".x"),
    Trap("1 < .a < 3", True, "do not chain", "1 < .a and .a < 3"),
    Trap(".a = 1", False, "use ==", ".a == 1"),
    Trap(".a === 1", False, "use ==", ".a == 1"),
    Trap(".a <> 1", False, "use !=", ".a != 1"),
    Trap(".a => 1", False, "use >=", ".a >= 1"),
    Trap(".a & .b", False, "use and, or &&", ".a && .b"),
    Trap(".a | .b", False, "use or, or ||", ".a || .b"),
    Trap('.a =~ "x"', False, "no patterns"),
    Trap('.a like "x"', False, "no operator like"),
    Trap(".a between 1", False, "no operator between"),
    Trap(".a between 1 and 3", False, "both bounds", ".a >= 1 and .a <= 3"),
    Trap(".b == 1 or .a BETWEEN 1 AND 3", False, "both bounds", ".b == 1 or (.a >= 1 and .a <= 3)"),
    Trap(".a is null", False, "use ==", ".a == null"),
    Trap(".a IS NOT NULL", False, "use !=", ".a != null"),
    Trap('.a is not "x"', False, "use !=", '.a != "x"'),
    Trap(".a = null", False, "use ==", ".a == null"),
    Trap(".a ≥ 1", False, "use >=", ".a >= 1"),
    Trap(".a ≤ 1", False, "use <=", ".a <= 1"),
    Trap(".a ≠ 1", False, "use !=", ".a != 1"),
    Trap('.a contains "x"', False, "write the part first", '"x" in .a'),
    Trap("lower(.a) == 1", False, "do not support functions"),
    Trap('.x in ("a", "b")', False, "square brackets", '.x in ["a", "b"]'),
    Trap(".a > 1;", False, "not allowed in a filter", ".a > 1"),
    Trap(".a > 1 # year", False, "not allowed in a filter", ".a > 1 "),
    Trap(".a > 1 AND .b > 1", False, "lowercase", ".a > 1 and .b > 1"),
    Trap(".a IN [1]", False, "lowercase", ".a in [1]"),
    Trap('.name < "Z"', True, "cannot be ordered"),
    Trap('.name + "x"', True, "arithmetic"),
    Trap("'it\\'s' == .a", True, "a backslash stays"),
    Trap("1.5E+2 < .a", False, "no +, no _, no 0x", "150 < .a"),
    Trap("1_000 < .a", False, "no +, no _, no 0x", "1000 < .a"),
    Trap("0x10 < .a", False, "no +, no _, no 0x", "16 < .a"),
    Trap("+5 < .a", False, "cannot have a plus sign", "5 < .a"),
    Trap(".5 < .a", True, "the field named 5", "0.5 < .a"),
    Trap("-.x > 1", False, "must be before digits", "0 -.x > 1"),
    Trap("year > 3", False, "a field begins with a dot", ".year > 3"),
    Trap(".name == Marie", False, "needs quotes", '.name == "Marie"'),
    Trap(".a == “x”", False, "straight quotes"),
    Trap(".nums == [1]", True, "compares as 0"),
    Trap(".a in 3", True, "always false"),
    Trap(".a > 1 .b < 2", False, "an operator is missing"),
    Trap(".a > 1)", False, "no opening parenthesis", ".a > 1"),
    Trap("> 3 and .a", False, "needs a value before it"),
)

UNFINISHED = (
    ".year > ",
    '.name == "Mar',
    ".a in [1, ",
    "(.a > 1",
    ".a and",
    ".a and not",
    "not",
    ".a in",
    '.a in ["x',
)
"""What stands in the line while something right is being typed; the server refuses all of it."""
