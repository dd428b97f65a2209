"""Loops over lists of facts: any, all, count, sum, first, min, max, and lists made from lists."""

import ast
from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING, Any

from domain.expressions import nodes
from domain.expressions.env import Env
from domain.expressions.nodes import Evaluate, Node
from domain.expressions.shapes import ANY, PLAIN, Shape
from domain.expressions.unknown import UNKNOWN

if TYPE_CHECKING:
    from domain.expressions.translating import Translator

LOOPS = frozenset({"any", "all", "count", "sum", "first", "min", "max"})


class _Loop:
    """One `for … in … if …`: its variable, what it runs over, what lets an element through, what it yields."""

    def __init__(self, translator: "Translator", tree: ast.GeneratorExp | ast.ListComp) -> None:
        if len(tree.generators) != 1 or tree.generators[0].is_async:
            raise translator.error(tree, "只能有一个“for”")
        clause = tree.generators[0]
        if not isinstance(clause.target, ast.Name):
            raise translator.error(clause.target, "“for”后面只能有一个名称")
        self.over = translator.translate(clause.iter)
        self.slot = translator.compiler.fresh()
        moves = self.over.collect is not None
        name, scope = clause.target.id, translator._scope
        translator._scope = {**scope, name: (self.slot, self.over.shape.element or ANY, moves)}
        self.filters = [translator.translate(each) for each in clause.ifs]
        self.yields = translator.translate(tree.elt)
        translator._scope = scope
        self.passes: Evaluate | None = (
            nodes.conjunction([each.evaluate for each in self.filters]) if clause.ifs else None
        )

    def collect(self) -> nodes.Collect | None:
        """Days of what it runs over, and of each element whether or not it gets through today."""
        inner = nodes.collect_all([*self.filters, self.yields])
        over = self.over
        if over.collect is None and inner is None:
            if any(each.is_today for each in (*self.filters, self.yields)):
                return lambda env, add: None
            return None

        def collect(env: Env, add: Callable[[date], None]) -> None:
            if over.collect is not None:
                over.collect(env, add)
            if inner is not None:
                values = over.evaluate(env)
                for value in values if isinstance(values, list | tuple) else ():
                    env.variables[self.slot] = value
                    inner(env, add)

        return collect

    def values(self) -> Evaluate:
        """The list of what it yields, or unknown when it is unknown whether an element belongs."""
        over, passes, yields, slot = self.over.evaluate, self.passes, self.yields.evaluate, self.slot

        def evaluate(env: Env) -> Any:
            elements = over(env)
            if not isinstance(elements, list | tuple):
                return UNKNOWN
            made, variables = [], env.variables
            for element in elements:
                variables[slot] = element
                if passes is not None:
                    through = passes(env)
                    if through is False:
                        continue
                    if through is not True:
                        return UNKNOWN
                made.append(yields(env))
            return made

        return evaluate

    def truth(self, *, every: bool) -> Evaluate:
        """`any` and `all`, with an element that may or may not belong counted as far as it matters."""
        over, slot = self.over.evaluate, self.slot
        if every:
            parts = [nodes.negation(each.evaluate) for each in self.filters]
            test = nodes.disjunction([*parts, self.yields.evaluate])
        else:
            test = nodes.conjunction([*(each.evaluate for each in self.filters), self.yields.evaluate])
        decides, otherwise = (False, True) if every else (True, False)

        def evaluate(env: Env) -> Any:
            elements = over(env)
            if not isinstance(elements, list | tuple):
                return UNKNOWN
            unknown, variables = False, env.variables
            for element in elements:
                variables[slot] = element
                value = test(env)
                if value is decides:
                    return decides
                if value is not otherwise:
                    unknown = True
            return UNKNOWN if unknown else otherwise

        return evaluate


def comprehension(translator: "Translator", tree: ast.ListComp) -> Node:
    made = _Loop(translator, tree)
    return Node(made.values(), made.collect(), Shape(element=made.yields.shape))


def loop(translator: "Translator", name: str, tree: ast.Call) -> Node:
    """A call of one of LOOPS, over a generator or over a list."""
    if len(tree.args) != 1:
        raise translator.error(tree, f"{name} 里要写一个列表")
    argument = tree.args[0]
    if isinstance(argument, ast.GeneratorExp):
        made = _Loop(translator, argument)
        if name in ("any", "all"):
            return Node(made.truth(every=name == "all"), made.collect())
        values, collect, element = made.values(), made.collect(), made.yields.shape
    else:
        listed = translator.translate(argument)
        values, collect, element = listed.evaluate, listed.collect, listed.shape.element or ANY
    shape = element if name in ("first", "min", "max") else PLAIN
    return Node(_summing(name, values), collect, shape)


def _summing(name: str, values: Evaluate) -> Evaluate:
    summary = _SUMMARIES[name]

    def evaluate(env: Env) -> Any:
        elements = values(env)
        if not isinstance(elements, list | tuple):
            return UNKNOWN
        try:
            return summary(elements)
        except TypeError:
            return UNKNOWN

    return evaluate


def _extreme(pick: Callable[..., Any]) -> Callable[[Any], Any]:
    return lambda elements: pick(elements) if elements else None


_SUMMARIES: dict[str, Callable[[Any], Any]] = {
    "any": lambda elements: True in elements or (UNKNOWN if UNKNOWN in elements else False),
    "all": lambda elements: False if False in elements else (UNKNOWN if UNKNOWN in elements else True),
    "count": len,
    "sum": sum,
    "first": lambda elements: elements[0] if elements else None,
    "min": _extreme(min),
    "max": _extreme(max),
}
