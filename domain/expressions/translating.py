"""The walk over the tree: names, attributes, comparisons, calls, loops. Each becomes a closure; the rest is refused."""

import ast
import operator
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from domain.expressions import looping, nodes
from domain.expressions.env import Env
from domain.expressions.errors import ExpressionError
from domain.expressions.functions import FUNCTIONS, Function, as_text
from domain.expressions.nodes import Node
from domain.expressions.shapes import ANY, PLAIN, Shape
from domain.expressions.unknown import UNKNOWN
from domain.expressions.wording import written_as

if TYPE_CHECKING:
    from domain.expressions.compiling import Compiler, Definition

MAX_NODES = 4000  # definitions filled in included
MAX_DEPTH = 60
_MISSING = object()
_COMPARE: dict[type[ast.cmpop], Callable[[Any, Any], Any]] = {
    ast.Eq: operator.eq, ast.NotEq: operator.ne, ast.Lt: operator.lt, ast.LtE: operator.le,
    ast.Gt: operator.gt, ast.GtE: operator.ge, ast.Is: operator.is_, ast.IsNot: operator.is_not,
}  # fmt: skip
_ORDER = (ast.Lt, ast.LtE, ast.Gt, ast.GtE)
_ARITHMETIC: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul,
}  # fmt: skip


class Translator:
    """Translates one expression and remembers what it looked at."""

    def __init__(self, compiler: "Compiler", bound: frozenset[str]) -> None:
        self.compiler = compiler
        self.used_parameters: set[str] = set()
        self.used_roots: set[str] = set()
        self.used_rules: set[str] = set()
        self.used_request_keys: set[str] = set()
        self._bound = bound
        self._scope: dict[str, tuple[int, Shape, bool]] = {}
        self._open: list[str] = []  # definitions being filled in
        self._nodes = 0
        self._depth = 0

    def translate(self, tree: ast.expr) -> Node:
        self._nodes += 1
        self._depth += 1
        if self._nodes > MAX_NODES or self._depth > MAX_DEPTH:
            raise self.error(tree, "表达式太大，或套得太深")
        handler = getattr(self, f"_{type(tree).__name__.lower()}", None)
        if handler is None:
            raise self.error(tree, f"这里不能用“{written_as(type(tree).__name__)}”这种写法")
        node: Node = handler(tree)
        self._depth -= 1
        return node

    def error(self, tree: ast.AST, reason: str) -> ExpressionError:
        return ExpressionError(reason, column=getattr(tree, "col_offset", 0) + 1)

    def _constant(self, tree: ast.Constant) -> Node:
        value = tree.value
        if value is not None and not isinstance(value, str | bool | int):
            raise self.error(tree, "只能直接写文字、整数、True、False 和 None")
        return Node(lambda env: value)

    def _name(self, tree: ast.Name) -> Node:
        name = tree.id
        if name in self._scope:
            slot, shape, moves = self._scope[name]
            return Node(lambda env: env.variables[slot], (lambda env, add: None) if moves else None, shape)
        definition = self.compiler.definitions.get(name)
        if definition is not None:
            if definition.parameters:
                raise self.error(tree, f"{name} 要写 {len(definition.parameters)} 个值")
            return self._shared(tree, definition)
        if name not in self.compiler.names and name not in self._bound:
            raise self.error(tree, f"没有叫“{name}”的事实或说法")
        self.used_roots.add(name)
        shape = self.compiler.names.get(name, ANY)
        if name == "today":
            return Node(lambda env: env.facts.get("today", UNKNOWN), None, PLAIN, is_today=True)
        return Node(lambda env: env.facts.get(name, UNKNOWN), None, shape)

    def _shared(self, tree: ast.AST, definition: "Definition") -> Node:
        """A definition without parameters is worked out once for each question."""
        shared = self.compiler.shared
        if definition.name not in shared:
            if definition.name in self._open:
                raise self.error(tree, f"{definition.name} 用它自己来定义")
            inner = Translator(self.compiler, self._bound)
            inner._open = [*self._open, definition.name]
            body = inner._body(definition)
            key = self.compiler.fresh()

            def evaluate(env: Env) -> Any:
                value = env.worked_out.get(key, _MISSING)
                if value is _MISSING:
                    value = env.worked_out[key] = body.evaluate(env)
                return value

            collect = body.collect
            if body.is_today:
                collect = lambda env, add: None  # noqa: E731 - as short as the one it stands in for
            shared[definition.name] = (Node(evaluate, collect, body.shape), inner)
        node, used = shared[definition.name]
        self.used_parameters |= used.used_parameters
        self.used_roots |= used.used_roots
        self.used_rules |= used.used_rules
        self.used_request_keys |= used.used_request_keys
        return node  # type: ignore[no-any-return]  # `shared` holds the nodes of any pack

    def _body(self, definition: "Definition") -> Node:
        from domain.expressions.compiling import parse

        try:
            return self.translate(parse(definition.text))
        except ExpressionError as error:
            if error.definition:
                raise
            within = f"说法“{definition.name}”里，{error.reason}"
            raise ExpressionError(within, column=error.column, definition=definition.name) from None

    def _attribute(self, tree: ast.Attribute) -> Node:
        owner, name = self.translate(tree.value), tree.attr
        if name.startswith("_"):
            raise self.error(tree, "事实的名称不以“_”开头")
        shape = ANY
        if owner.shape.parts is not None:
            found = owner.shape.parts.get(name)
            if found is None and not owner.shape.open:
                raise self.error(tree, f"规则包里没有事实“{ast.unparse(tree)}”")
            shape = found or ANY
        elif not owner.shape.open:
            raise self.error(tree, f"“{ast.unparse(tree.value)}”是单个的值，下面没有别的")
        get = owner.evaluate
        if isinstance(tree.value, ast.Name) and tree.value.id == "request" and "request" not in self._scope:
            self.used_request_keys.add(name)

        def evaluate(env: Env) -> Any:
            value = get(env)
            return value.get(name, UNKNOWN) if isinstance(value, dict) else UNKNOWN

        return Node(evaluate, owner.collect, shape)

    def _subscript(self, tree: ast.Subscript) -> Node:
        owner, index = self.translate(tree.value), self.translate(tree.slice)

        def evaluate(env: Env) -> Any:
            try:
                return owner.evaluate(env)[index.evaluate(env)]
            except (TypeError, KeyError, IndexError):
                return UNKNOWN

        return Node(evaluate, nodes.collect_all([owner, index]), owner.shape.element or ANY)

    def _list(self, tree: ast.List | ast.Tuple | ast.Set) -> Node:
        parts = [self.translate(each) for each in tree.elts]
        evaluates = [part.evaluate for part in parts]
        if all(isinstance(each, ast.Constant) for each in tree.elts):
            fixed = [evaluate(Env({}, {})) for evaluate in evaluates]
            return Node(lambda env: fixed, None, Shape(element=PLAIN))
        shape = parts[0].shape if parts else ANY
        return Node(lambda env: [each(env) for each in evaluates], nodes.collect_all(parts), Shape(element=shape))

    _tuple = _set = _list

    def _boolop(self, tree: ast.BoolOp) -> Node:
        parts = [self.translate(each) for each in tree.values]
        combine = nodes.conjunction if isinstance(tree.op, ast.And) else nodes.disjunction
        return Node(combine([part.evaluate for part in parts]), nodes.collect_all(parts))

    def _unaryop(self, tree: ast.UnaryOp) -> Node:
        part = self.translate(tree.operand)
        if isinstance(tree.op, ast.Not):
            return Node(nodes.negation(part.evaluate), part.collect)
        if not isinstance(tree.op, ast.USub):
            raise self.error(tree, "这里不能用这个符号")
        return Node(_total(operator.neg, part.evaluate), part.collect)

    def _binop(self, tree: ast.BinOp) -> Node:
        combine = _ARITHMETIC.get(type(tree.op))
        if combine is None:
            raise self.error(tree, "只能用 +、-、*；日期的推算请用函数")
        left, right = self.translate(tree.left), self.translate(tree.right)
        if combine is operator.mul:
            combine = _times
        return Node(_total(combine, left.evaluate, right.evaluate), _moving([left, right]))

    def _ifexp(self, tree: ast.IfExp) -> Node:
        test, yes, no = self.translate(tree.test), self.translate(tree.body), self.translate(tree.orelse)

        def evaluate(env: Env) -> Any:
            chosen = test.evaluate(env)
            if chosen is True:
                return yes.evaluate(env)
            return no.evaluate(env) if chosen is False else UNKNOWN

        shape = yes.shape if yes.shape is not PLAIN else no.shape
        return Node(evaluate, _moving([test, yes, no]), shape)

    def _compare(self, tree: ast.Compare) -> Node:
        parts = [self.translate(each) for each in (tree.left, *tree.comparators)]
        links = [
            _link(op, parts[at].evaluate, parts[at + 1].evaluate, self.error(tree, "不能这样比较"))
            for at, op in enumerate(tree.ops)
        ]
        evaluate = nodes.conjunction(links)
        return Node(evaluate, nodes.comparison_collect(parts, evaluate))

    def _listcomp(self, tree: ast.ListComp) -> Node:
        return looping.comprehension(self, tree)

    def _call(self, tree: ast.Call) -> Node:
        if not isinstance(tree.func, ast.Name) or tree.keywords:
            raise self.error(tree, "只能用列出的函数，括号里不写“名称=”")
        name = tree.func.id
        definition = self.compiler.definitions.get(name)
        if definition is not None:
            return self._filled_in(tree, definition)
        if name in looping.LOOPS:
            return looping.loop(self, name, tree)
        special = getattr(self, f"_call_{name}", None)
        if special is not None:
            made: Node = special(tree)
            return made
        function = FUNCTIONS.get(name)
        if function is None:
            raise self.error(tree, f"没有函数“{name}”")
        if not function.least <= len(tree.args) <= function.most:
            raise self.error(tree, f"{name} 的括号里要写 {_between(function.least, function.most)} 个值")
        parts = [self.translate(each) for each in tree.args]
        shape = parts[0].shape if name in ("default", "distinct") else ANY if name in ("lookup", "value") else PLAIN
        return Node(_called(function, [part.evaluate for part in parts]), _moving(parts), shape)

    def _filled_in(self, tree: ast.Call, definition: "Definition") -> Node:
        if len(tree.args) != len(definition.parameters):
            raise self.error(tree, f"{definition.name} 的括号里要写 {len(definition.parameters)} 个值")
        if definition.name in self._open:
            raise self.error(tree, f"{definition.name} 用它自己来定义")
        arguments = [self.translate(each) for each in tree.args]
        slots = [self.compiler.fresh() for _ in arguments]
        outer, self._scope = self._scope, {}
        for parameter, slot, argument in zip(definition.parameters, slots, arguments, strict=True):
            moves = argument.collect is not None or argument.is_today
            self._scope[parameter] = (slot, argument.shape, moves)
        self._open.append(definition.name)
        body = self._body(definition)
        self._open.pop()
        self._scope = outer
        pairs = list(zip(slots, [argument.evaluate for argument in arguments], strict=True))
        inner = nodes.collect_all([*arguments, body])

        def bind(env: Env) -> None:
            for slot, argument in pairs:
                env.variables[slot] = argument(env)

        def evaluate(env: Env) -> Any:
            bind(env)
            return body.evaluate(env)

        def collect(env: Env, add: Callable[[date], None]) -> None:
            bind(env)
            if inner is not None:
                inner(env, add)

        return Node(evaluate, collect if inner is not None else None, body.shape)

    def _text_of(self, tree: ast.expr) -> str:
        if not isinstance(tree, ast.Constant) or not isinstance(tree.value, str):
            raise self.error(tree, "这里要直接写出文字，用引号括起")
        return tree.value

    def _call_param(self, tree: ast.Call) -> Node:
        """`param("key")`, or `param("group", fact)` for the key `group.<fact>`. Unset or unheard of: unknown."""
        if not 1 <= len(tree.args) <= 2:
            raise self.error(tree, "param 里写参数的键，最多再写一个值")
        key = self._text_of(tree.args[0])
        if len(tree.args) == 1:
            if key not in self.compiler.parameters:
                raise self.error(tree, f"规则包里没有参数“{key}”")
            self.used_parameters.add(key)
            return Node(lambda env: _given(env.params.get(key)), None, ANY)
        group = [known for known in self.compiler.parameters if known.startswith(f"{key}.")]
        if not group:
            raise self.error(tree, f"规则包里没有以“{key}.”开头的参数")
        self.used_parameters.update(group)
        last = self.translate(tree.args[1])
        return Node(lambda env: _given(env.params.get(key + "." + as_text(last.evaluate(env)))), last.collect, ANY)

    def _enum(self, tree: ast.Call) -> tuple[dict[str, str], Node]:
        if len(tree.args) != 2:
            raise self.error(tree, "这里要写选项的名称和一个值")
        name = self._text_of(tree.args[0])
        if name not in self.compiler.enums:
            raise self.error(tree, f"规则包里没有选项“{name}”")
        return dict(self.compiler.enums[name]), self.translate(tree.args[1])

    def _call_rank(self, tree: ast.Call) -> Node:
        """The place of a value in its enumeration, lowest first."""
        labels, value = self._enum(tree)
        order = {key: place for place, key in enumerate(labels)}
        written = tree.args[1]
        if isinstance(written, ast.Constant) and written.value not in order:
            raise self.error(written, f"选项里没有“{written.value!s}”")
        return Node(lambda env: _of(order, value.evaluate(env)), value.collect)

    def _call_label(self, tree: ast.Call) -> Node:
        """A value of an enumeration as people read it; a list becomes a list."""
        labels, value = self._enum(tree)

        def evaluate(env: Env) -> Any:
            found = value.evaluate(env)
            if isinstance(found, list):
                return [labels.get(each, each) if isinstance(each, str) else each for each in found]
            return labels.get(found, found) if isinstance(found, str) else found

        return Node(evaluate, value.collect)

    def _call_failed(self, tree: ast.Call) -> Node:
        """Whether another rule of the same question is reported as failing."""
        if len(tree.args) != 1:
            raise self.error(tree, "failed 里写一条条件的编号")
        rule = self._text_of(tree.args[0])
        self.used_rules.add(rule)

        def evaluate(env: Env) -> Any:
            ask = env.facts.get("failed rules")
            return ask(rule, env) if callable(ask) else False

        return Node(evaluate, lambda env, add: None)


def _between(least: int, most: int) -> str:
    return str(least) if least == most else f"{least} 到 {most}"


def _given(value: Any) -> Any:
    return UNKNOWN if value is None else value


def _of(table: dict[str, int], key: Any) -> Any:
    return table.get(key, UNKNOWN) if isinstance(key, str) else UNKNOWN


def _moving(parts: list[Node]) -> nodes.Collect | None:
    """Days of parts that are worked into a value; a plain today among them makes the value move with it."""
    inner = nodes.collect_all(parts)
    if inner is None and any(part.is_today for part in parts):
        return lambda env, add: None
    return inner


def _times(left: Any, right: Any) -> Any:
    if not isinstance(left, int | Decimal) or not isinstance(right, int | Decimal):
        raise TypeError
    return left * right


def _total(combine: Callable[..., Any], *parts: nodes.Evaluate) -> nodes.Evaluate:
    """Unknown in, or values that do not go together: unknown out."""

    def evaluate(env: Env) -> Any:
        try:
            return combine(*(part(env) for part in parts))
        except (TypeError, ArithmeticError):
            return UNKNOWN

    return evaluate


def _called(function: Function, parts: list[nodes.Evaluate]) -> nodes.Evaluate:
    call, strict = function.call, function.strict

    def evaluate(env: Env) -> Any:
        values = [part(env) for part in parts]
        if strict and any(value is UNKNOWN or value is None for value in values):
            return UNKNOWN
        try:
            return call(*values)
        except (TypeError, ValueError, AttributeError, OverflowError):
            return UNKNOWN

    return evaluate


def _link(op: ast.cmpop, left: nodes.Evaluate, right: nodes.Evaluate, refusal: ExpressionError) -> nodes.Evaluate:
    """One comparison of a chain. Ordering something that is not there is unknown."""
    if isinstance(op, ast.In | ast.NotIn):
        return nodes.negation(_within(left, right)) if isinstance(op, ast.NotIn) else _within(left, right)
    compare = _COMPARE.get(type(op))
    if compare is None:
        raise refusal
    ordering = isinstance(op, _ORDER)

    def evaluate(env: Env) -> Any:
        one, other = left(env), right(env)
        if one is UNKNOWN or other is UNKNOWN or (ordering and (one is None or other is None)):
            return UNKNOWN
        try:
            return compare(one, other)
        except TypeError:
            return UNKNOWN

    return evaluate


def _within(left: nodes.Evaluate, right: nodes.Evaluate) -> nodes.Evaluate:
    def evaluate(env: Env) -> Any:
        one, many = left(env), right(env)
        if one is UNKNOWN or not isinstance(many, list | tuple | dict | set | frozenset):
            return UNKNOWN
        if one in many:
            return True
        return UNKNOWN if any(each is UNKNOWN for each in many) else False

    return evaluate
