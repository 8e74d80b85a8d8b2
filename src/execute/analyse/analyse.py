# Answers questions about Python's grammar for blocks of code, with this interpreter's own grammar.
# Reads a JSON list of sources from stdin; writes a JSON line for each, in order, as it is done, so
# that the blocks before one that crashes the interpreter keep their answers. Runs nothing of them.

import ast
import builtins
import io
import json
import signal
import sys
import tokenize

ALLOW_TOP_LEVEL_AWAIT = 0x2000
OF_MODULES = {
    "__annotations__", "__builtins__", "__cached__", "__class__", "__doc__", "__file__",
    "__loader__", "__name__", "__package__", "__path__", "__spec__",
}
SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
MAYBE = (
    ast.For, ast.AsyncFor, ast.While, ast.If, ast.IfExp, ast.BoolOp, ast.ExceptHandler,
    getattr(ast, "match_case", ast.ExceptHandler),
) + SCOPES + COMPREHENSIONS
TRIES = (ast.Try, getattr(ast, "TryStar", ast.Try))
# Nodes that say nothing of their own and have nothing below them.
MARKS = frozenset(
    kind
    for family in (ast.expr_context, ast.operator, ast.unaryop, ast.boolop, ast.cmpop)
    for kind in family.__subclasses__()
)
# Nodes that neither bind nor read names, nor open a scope; the most usual ones.
PLAIN = frozenset(
    (ast.Expr, ast.Call, ast.Constant, ast.Attribute, ast.Assign, ast.BinOp, ast.Compare, ast.Return)
    + (ast.Assert, ast.If, ast.Subscript, ast.Tuple, ast.List, ast.Dict, ast.JoinedStr)
    + (ast.FormattedValue, ast.keyword, ast.arguments, ast.comprehension, ast.With, ast.withitem)
)
BUILT_IN = frozenset(dir(builtins)) | OF_MODULES


def below(node):
    """The nodes directly below one, but for marks; as `ast.iter_child_nodes` orders them."""
    found = []
    for name in node._fields:
        value = getattr(node, name, None)
        if isinstance(value, list):
            found.extend([one for one in value if isinstance(one, ast.AST)])
        elif isinstance(value, ast.AST) and type(value) not in MARKS:
            found.append(value)
    return found


def everything(tree):
    """A tree's nodes, in the order of `ast.walk`; each gets the nodes below it as `below`."""
    todo = [tree]
    for node in todo:
        node.below = below(node)
        todo.extend(node.below)
    return todo


def analyse(code):
    answer = {
        "comments": [], "prints": [], "imports": [], "undefined": [], "defines": [],
        "syntax_error": None, "needs_await": False, "calls_input": False, "quotes": [],
    }
    answer["comments"] = comments(code)
    try:
        compile(code, "example.py", "exec", 0, True)
    except Exception as error:
        try:
            compile(code, "example.py", "exec", ALLOW_TOP_LEVEL_AWAIT, True)
            answer["needs_await"] = True
        except Exception:
            answer["syntax_error"] = in_words(error)
            return answer
    tree = ast.parse(code)
    nodes = everything(tree)
    names = Names(tree, any(isinstance(node, ast.Global) for node in nodes))
    answer["prints"] = prints(tree) if "print" not in names.bound_anywhere else []
    answer["quotes"] = quotes(nodes, code.split("\n")) if answer["prints"] else []
    answer["imports"] = imports(nodes)
    answer["defines"] = list(names.defines)
    answer["undefined"] = names.undefined()
    answer["calls_input"] = "input" not in names.bound_anywhere and any(
        is_call_of(node, "input") for node in nodes
    )
    return answer


def in_words(error):
    if isinstance(error, SyntaxError):
        line = (error.lineno or 1) - 1
        return ["%s: %s" % (type(error).__name__, error.msg), max(line, 0)]
    return ["%s: %s" % (type(error).__name__, error), 0]


def comments(code):
    found = []
    if "#" not in code:
        return found
    try:
        for token in tokenize.generate_tokens(io.StringIO(code, newline="\n").readline):
            if token.type == tokenize.COMMENT:
                line, column = token.start
                trailing = bool(token.line[:column].strip())
                found.append(
                    {"line": line - 1, "column": column, "text": token.string, "trailing": trailing}
                )
    except Exception:
        return []
    return found


def is_call_of(node, name):
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == name


def prints(tree):
    """Calls of `print` in order, with whether each runs exactly once."""
    found = []
    todo = [(node, True) for node in reversed(tree.body)]
    while todo:
        node, once = todo.pop()
        if is_call_of(node, "print"):
            last = getattr(node, "end_lineno", None) or node.lineno
            found.append({"line": node.lineno - 1, "end_line": last - 1, "once": once})
        once = once and not isinstance(node, MAYBE)
        children = node.below
        certain = node.finalbody if isinstance(node, TRIES) else children
        for child in reversed(children):
            todo.append((child, once and child in certain))
    return sorted(found, key=lambda site: (site["line"], site["end_line"]))


def quotes(nodes, lines):
    """Strings that stand in quotes of their own below a print: its output, as pytest-examples has it."""
    found = []
    if not any(line.strip() in ('"""', "'''") for line in lines):
        return found
    for node in nodes:
        for name in ("body", "orelse", "finalbody"):
            above = None
            for statement in as_list(getattr(node, name, None)):
                quote = quote_below(above, statement, lines)
                if quote:
                    found.append(quote)
                elif not isinstance(statement, ast.Expr) or not is_call_of(statement.value, "print"):
                    statement = None
                above = statement
    return sorted(found, key=lambda quote: quote["line"])


def as_list(value):
    return value if isinstance(value, list) else []


def quote_below(above, statement, lines):
    """The lines between quotes that open on the line after `above`, or None."""
    first, last = getattr(statement, "lineno", 0), getattr(statement, "end_lineno", None) or 0
    is_string = isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
    if above is None or not is_string or first != above.end_lineno + 1 or last - first < 2:
        return None
    mark = lines[first - 1].strip()
    if mark not in ('"""', "'''") or lines[last - 1].strip() != mark:
        return None
    column = statement.col_offset
    shown = [line[column:] if not line[:column].strip() else line for line in lines[first:last - 1]]
    return {"line": first, "column": column, "lines": shown}


def imports(nodes):
    found = {}
    for node in nodes:
        if isinstance(node, ast.Import):
            for alias in node.names:
                found.setdefault(alias.name.split(".")[0])
        elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
            found.setdefault(node.module.split(".")[0])
    return list(found)


class Names:
    """Names bound and read, scope by scope. A scope is [kind, bound, read, parent]."""

    def __init__(self, tree, has_globals):
        self.has_globals = has_globals
        self.defines = {}
        self.bound_anywhere = set()
        self.star = False
        self.scopes = []
        module = self.scope("module", None)
        for node in tree.body:
            self.visit(node, module)

    def scope(self, kind, parent):
        scope = {"kind": kind, "bound": set(), "globals": set(), "read": [], "parent": parent}
        self.scopes.append(scope)
        return scope

    def bind(self, name, scope):
        self.bound_anywhere.add(name)
        if scope["kind"] == "module" or name in scope["globals"]:
            self.defines.setdefault(name)
        else:
            scope["bound"].add(name)

    def visit(self, first, first_scope):
        todo = [(first, first_scope)]
        while todo:
            node, scope = todo.pop()
            todo.extend(reversed(self.step(node, scope)))

    def step(self, node, scope):
        """Takes note of one node; returns the nodes to look at next, each with its scope."""
        if isinstance(node, ast.Name):
            if isinstance(node.ctx, ast.Load):
                scope["read"].append((node.lineno, node.col_offset, node.id))
            elif isinstance(node.ctx, ast.Store):
                self.bind(node.id, scope)
            return []
        children = [(child, scope) for child in node.below]
        if type(node) in PLAIN:
            return children
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            for alias in node.names:
                if alias.name == "*":
                    self.star = True
                else:
                    self.bind(alias.asname or alias.name.split(".")[0], scope)
        elif isinstance(node, ast.Global):
            scope["globals"].update(node.names)
        elif isinstance(node, ast.ExceptHandler) and node.name:
            self.bind(node.name, scope)
        elif isinstance(node, ast.arg):
            self.bind(node.arg, scope)
        elif type(node).__name__ in ("MatchAs", "MatchStar") and node.name:
            self.bind(node.name, scope)
        elif type(node).__name__ == "MatchMapping" and node.rest:
            self.bind(node.rest, scope)
        elif type(node).__name__ == "TypeAlias":
            return children[:1] + self.with_parameters(node, scope, [node.value])
        elif type(node).__name__ == "NamedExpr":
            outer = scope
            while outer["kind"] == "comprehension":
                outer = outer["parent"]
            self.bind(node.target.id, outer)
            return [(node.value, scope)]
        elif isinstance(node, SCOPES):
            return self.enter(node, scope)
        elif isinstance(node, COMPREHENSIONS):
            return self.enter_comprehension(node, scope)
        elif isinstance(node, (ast.For, ast.AsyncFor)):
            return [(node.iter, scope), (node.target, scope)] + [
                (child, scope) for child in node.body + node.orelse
            ]
        return children

    def enter(self, node, scope):
        if not isinstance(node, ast.Lambda):
            self.bind(node.name, scope)
        outside = list(getattr(node, "decorator_list", []))
        if isinstance(node, ast.ClassDef):
            header = node.bases + [keyword.value for keyword in node.keywords]
            inside, kind = list(node.body), "class"
        else:
            every = node.args
            outside += every.defaults + [default for default in every.kw_defaults if default]
            arguments = getattr(every, "posonlyargs", []) + every.args + every.kwonlyargs
            arguments += [argument for argument in (every.vararg, every.kwarg) if argument]
            header = [argument.annotation for argument in arguments if argument.annotation]
            if getattr(node, "returns", None):
                header.append(node.returns)
            inside = node.body if isinstance(node.body, list) else [node.body]
            kind = "function"
        steps = [(child, scope) for child in outside]
        around = scope
        if getattr(node, "type_params", None):
            around = self.scope("function", scope)
            steps += [(parameter, around) for parameter in node.type_params]
            for parameter in node.type_params:
                self.bind(parameter.name, around)
        steps += [(child, around) for child in header]
        inner = self.scope(kind, around)
        if kind == "function":
            for argument in arguments:
                self.bind(argument.arg, inner)
            for child in inside if self.has_globals else []:
                self.find_globals(child, inner)
        return steps + [(child, inner) for child in inside]

    def find_globals(self, tree, scope):
        todo = [tree]
        while todo:
            node = todo.pop()
            if isinstance(node, ast.Global):
                scope["globals"].update(node.names)
            if not isinstance(node, SCOPES):
                todo.extend(node.below)

    def with_parameters(self, node, scope, inside):
        around = self.scope("function", scope)
        for parameter in node.type_params:
            self.bind(parameter.name, around)
        return [(child, around) for child in list(node.type_params) + inside]

    def enter_comprehension(self, node, scope):
        inner = self.scope("comprehension", scope)
        steps = [(node.generators[0].iter, scope)]
        for index, generator in enumerate(node.generators):
            steps.append((generator.target, inner))
            if index:
                steps.append((generator.iter, inner))
            steps += [(test, inner) for test in generator.ifs]
        parts = [node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt]
        return steps + [(part, inner) for part in parts]

    def undefined(self):
        if self.star:
            return []
        missing = []
        for scope in self.scopes:
            for line, column, name in scope["read"]:
                if name not in BUILT_IN and name not in self.defines and not self.sees(scope, name):
                    missing.append((line, column, name))
        return list(dict.fromkeys(name for _, _, name in sorted(missing)))

    def sees(self, scope, name):
        """Says whether a scope, or one of the functions around it, binds a name."""
        own = True
        while scope is not None:
            if name in scope["bound"] and (own or scope["kind"] != "class"):
                return True
            own = own and scope["kind"] == "comprehension" and scope["parent"]["kind"] == "class"
            scope = scope["parent"]
        return name in ("__qualname__", "__module__")


def allow(seconds):
    """Gives what comes next so much CPU time, where there are timers."""
    if hasattr(signal, "setitimer"):
        signal.setitimer(signal.ITIMER_PROF, seconds)


def main():
    sys.setrecursionlimit(5000)
    out = io.TextIOWrapper(sys.stdout.buffer, encoding="utf-8", newline="\n")
    for code in json.loads(sys.stdin.buffer.read().decode("utf-8")):
        allow(float(sys.argv[1]))
        try:
            answer = analyse(code)
        except (RecursionError, MemoryError) as error:
            answer = analyse("")
            answer["syntax_error"] = ["%s: too deeply nested" % type(error).__name__, 0]
        out.write(json.dumps(answer) + "\n")
        out.flush()


main()
