"""From what a pack says to what can be asked: every expression compiled, every reference checked, with its place."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from domain.expressions.compiling import Compiled, Compiler, Definition
from domain.expressions.errors import ExpressionError
from domain.expressions.shapes import PLAIN, Shape
from domain.packs.errors import Path, Problem, key_text
from domain.packs.forms import MaterialSpec, RuleSpec, SaysSpec
from domain.packs.rules import PLACEHOLDER, Action, Effect, Fee, Material, Rule, Says, Write, effect_id
from domain.packs.schema import EffectSpec
from domain.packs.services import ActionSpec, EffectUse, FeeSpec

if TYPE_CHECKING:
    from domain.packs.pack import Origin, Pack

ASKED = {"service": Shape(parts={"id": PLAIN, "name": PLAIN}), "stage": PLAIN}  # what is asked, beside the facts


class Builder:
    """Compiles the parts of one service or of the pack's own sections, and notes what is wrong where."""

    def __init__(self, pack: "Pack", origin: "Origin", definitions: Mapping[str, str]) -> None:
        self.pack = pack
        self._origin = origin
        self.problems: list[Problem] = []
        made: dict[str, Definition] = {}
        for head, text in {**pack.spec.define, **definitions}.items():
            try:
                definition = Definition.parse(head, text)
                made[definition.name] = definition
            except ExpressionError as error:
                self.trouble(("define", head), str(error))
        self.compiler = Compiler(
            names={**pack.fact_reader.shapes, **ASKED},
            definitions=made,
            parameters=frozenset(pack.spec.parameters),
            enums={**pack.spec.enums, "service": {key: each.name for key, each in pack.spec.services.items()}},
        )

    def trouble(self, path: Path, message: str) -> None:
        file, line = self._origin.place(path)
        self.problems.append(Problem(file, line, key_text(path), message))

    def compile(self, text: str, path: Path, bound: tuple[str, ...] = ()) -> Compiled:
        try:
            return self.compiler.compile(text, bound)
        except ExpressionError as error:
            self.trouble(path, str(error))
            return self.compiler.compile("None")

    def maybe(self, text: str | None, path: Path, bound: tuple[str, ...] = ()) -> Compiled | None:
        return None if text is None else self.compile(text, path, bound)

    def condition(self, value: bool | str, path: Path) -> Compiled | bool:
        return value if isinstance(value, bool) else self.compile(value, path)

    def rule(self, spec: RuleSpec, path: Path) -> Rule:
        when = self.maybe(spec.when, (*path, "when"))
        holds = self.compile(spec.holds, (*path, "holds"))
        written = spec.says
        if not written and spec.finding:
            written = (SaysSpec(finding=spec.finding, values=spec.values, about=spec.about),)
        says = tuple(self._says(each, (*path, "says", at)) for at, each in enumerate(written))
        parts = [part for part in (when, holds) if part is not None]
        return Rule(
            spec,
            when,
            holds,
            says,
            moves=any(part.collect is not None or part.rules for part in parts) or bool(spec.unless_failed),
            request_keys=frozenset().union(*(part.request_keys for part in parts)),
        )

    def _says(self, spec: SaysSpec, path: Path) -> Says:
        text = self.text(spec.finding, (*path, "finding"))
        common = self.pack.spec.values
        values: dict[str, Compiled] = {}
        for name in PLACEHOLDER.findall(text):
            expression = spec.values.get(name) or common.get(name)
            if expression is None:
                self.trouble(path, f"提示里有“{{{name}}}”，values 里没有它的值")
                continue
            values[name] = self.compile(expression, (*path, "values", name))
        for name in spec.values:
            if name not in values:
                self.trouble((*path, "values", name), "提示里没有用到这个名称")
        about = self.maybe(spec.about, (*path, "about"))
        return Says(self.maybe(spec.when, (*path, "when")), text, values, about)

    def text(self, written: str, path: Path) -> str:
        """A message of the catalogue by its key, or the text itself."""
        if written.startswith("MSG-"):
            found = self.pack.spec.messages.get(written)
            if found is None:
                self.trouble(path, f"messages 里没有 {written}")
            return found or written
        return written

    def material(self, spec: MaterialSpec, path: Path) -> Material:
        files = self.pack.spec.files
        types = spec.types or files.types
        max_mb = spec.max_mb if spec.max_mb is not None else None if spec.max_bytes is not None else files.max_mb
        return Material(
            spec,
            required=self.condition(spec.required, (*path, "required")),
            asked=self.condition(spec.asked, (*path, "asked")),
            types=self.compile(types, (*path, "types")) if isinstance(types, str) else tuple(types),
            max_mb=self.compile(max_mb, (*path, "max_mb")) if isinstance(max_mb, str) else max_mb,
            max_bytes=self.compile(spec.max_bytes, (*path, "max_bytes"))
            if isinstance(spec.max_bytes, str)
            else spec.max_bytes,
            also=self.maybe(spec.also, (*path, "also")),
            reuse=self.condition(spec.reuse, (*path, "reuse")),
        )

    def fee(self, spec: FeeSpec, path: Path) -> Fee:
        bound = ("item",)
        return Fee(
            spec,
            each=self.compile(spec.each, (*path, "each")),
            person=self.maybe(spec.person, (*path, "person"), bound),
            row=self.maybe(spec.row, (*path, "row"), bound),
            quantity=self.compile(spec.quantity, (*path, "quantity"), bound),
            amount=self.compile(spec.amount, (*path, "amount"), bound),
        )

    def action(self, spec: ActionSpec, actor: str | None, path: Path) -> Action:
        by = [spec.by] if isinstance(spec.by, str) else spec.by or ([actor] if actor else [])
        if not by:
            self.trouble(path, "没有写明谁来做：请写 by，或写这个状态的 actor")
        for each in by:
            if each not in self.pack.spec.actors:
                self.trouble((*path, "by"), f"规则包里没有办事角色“{each}”")
        if spec.do not in self.pack.spec.actions:
            self.trouble((*path, "do"), f"规则包里没有动作“{spec.do}”")
        if spec.fires is not None and spec.fires not in self.pack.spec.actions:
            self.trouble((*path, "fires"), f"规则包里没有动作“{spec.fires}”")
        effects: list[tuple[str, Compiled | None]] = []
        for at, use in enumerate(spec.effects):
            where = (*path, "effects", at)
            if effect_id(use) not in self.pack.spec.effects:
                self.trouble(where, f"规则包里没有后果“{effect_id(use)}”")
            effects.append((effect_id(use), self.compile(use.when, where) if isinstance(use, EffectUse) else None))
        return Action(
            spec,
            frozenset(by),
            self.maybe(spec.when, (*path, "when")),
            tuple(effects),
            spec.notify,
        )

    def effect(self, key: str, spec: EffectSpec, path: Path) -> Effect:
        writes: list[Write] = []
        for at, each in enumerate([] if spec.writes == "none" else spec.writes):
            where: Path = (*path, "writes", at)
            bound = ("item",) if each.each else ()
            writes.append(
                Write(
                    each.op,
                    each.kind,
                    self.maybe(each.when, (*where, "when"), bound),
                    self.maybe(each.each, (*where, "each")),
                    self.maybe(each.target, (*where, "target"), bound),
                    {name: self.compile(text, (*where, "values", name), bound) for name, text in each.values.items()},
                    each.sequence,
                )
            )
        if spec.writes == []:
            self.trouble(path, "后果要写明 writes 的内容，没有内容就写 none")
        return Effect(key, spec, tuple(writes))
