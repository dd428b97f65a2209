"""The rule language: a whitelisted subset of Python expressions, compiled once to closures, three-valued, pure."""

from domain.expressions.compiling import Compiled, Compiler, Definition
from domain.expressions.env import Env
from domain.expressions.errors import ExpressionError
from domain.expressions.shapes import ANY, Shape
from domain.expressions.unknown import UNKNOWN, Unknown

__all__ = ["ANY", "UNKNOWN", "Compiled", "Compiler", "Definition", "Env", "ExpressionError", "Shape", "Unknown"]
