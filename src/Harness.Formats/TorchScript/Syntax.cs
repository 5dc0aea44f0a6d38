namespace Harness.Formats.TorchScript;

// The part of Python that TorchScript's printer uses. Lines count from 1.

/// <summary>An expression.</summary>
abstract record Expression(int Line);

/// <summary>A variable, or one of the printer's own names.</summary>
sealed record NameExpression(string Name, int Line) : Expression(Line);

/// <summary>An integer; the magnitude alone, because Python has no negative literals and -2^63 must survive.</summary>
sealed record IntExpression(ulong Magnitude, int Line) : Expression(Line);

/// <summary>A floating-point number.</summary>
sealed record FloatExpression(double Value, int Line) : Expression(Line);

/// <summary>A string.</summary>
sealed record TextExpression(string Text, int Line) : Expression(Line);

/// <summary>A list display.</summary>
sealed record ListExpression(IReadOnlyList<Expression> Items, int Line) : Expression(Line);

/// <summary>A tuple display.</summary>
sealed record TupleExpression(IReadOnlyList<Expression> Items, int Line) : Expression(Line);

/// <summary>A dictionary display.</summary>
sealed record DictExpression(IReadOnlyList<(Expression Key, Expression Value)> Items, int Line) : Expression(Line);

/// <summary><c>-x</c>.</summary>
sealed record NegateExpression(Expression Operand, int Line) : Expression(Line);

/// <summary><c>a if c else b</c>.</summary>
sealed record ChoiceExpression(Expression Condition, Expression Then, Expression Else, int Line) : Expression(Line);

/// <summary><c>x.name</c>.</summary>
sealed record AttributeExpression(Expression Target, string Name, int Line) : Expression(Line);

/// <summary><c>x[i]</c>.</summary>
sealed record SubscriptExpression(Expression Target, Expression Index, int Line) : Expression(Line);

/// <summary><c>a:b:c</c> between brackets.</summary>
sealed record SliceExpression(Expression? Start, Expression? Stop, Expression? Step, int Line) : Expression(Line);

/// <summary><c>f(x, k=y)</c>.</summary>
sealed record CallExpression(
    Expression Function,
    IReadOnlyList<Expression> Arguments,
    IReadOnlyList<(string Name, Expression Value)> Keywords,
    int Line) : Expression(Line);

/// <summary>A statement.</summary>
abstract record Statement(int Line);

/// <summary><c>a = x</c>, or <c>a, b, = x</c>.</summary>
/// <param name="Targets">Names, attributes or items.</param>
/// <param name="IsUnpacking">A comma stood on the left: even <c>a, = x</c> takes the value apart.</param>
/// <param name="Value">The right side.</param>
/// <param name="Line">Where.</param>
sealed record Assignment(
    IReadOnlyList<Expression> Targets, bool IsUnpacking, Expression Value, int Line) : Statement(Line);

/// <summary><c>if c: … else: …</c>.</summary>
sealed record IfStatement(
    Expression Condition, IReadOnlyList<Statement> Then, IReadOnlyList<Statement> Else, int Line) : Statement(Line);

/// <summary><c>for a in x: …</c>.</summary>
sealed record ForStatement(
    string Variable, Expression Items, IReadOnlyList<Statement> Body, int Line) : Statement(Line);

/// <summary><c>while c: …</c>.</summary>
sealed record WhileStatement(Expression Condition, IReadOnlyList<Statement> Body, int Line) : Statement(Line);

/// <summary><c>with x: …</c>, or <c>with x as a: …</c>.</summary>
sealed record WithStatement(
    Expression Context, string? Variable, IReadOnlyList<Statement> Body, int Line) : Statement(Line);

/// <summary><c>break</c> or <c>continue</c>.</summary>
sealed record JumpStatement(bool IsBreak, int Line) : Statement(Line);

/// <summary><c>assert c, "text"</c>.</summary>
sealed record AssertStatement(Expression Condition, Expression? Text, int Line) : Statement(Line);

/// <summary>A call made for its effect.</summary>
sealed record ExpressionStatement(Expression Value, int Line) : Statement(Line);

/// <summary><c>return x</c>.</summary>
sealed record ReturnStatement(Expression? Value, int Line) : Statement(Line);

/// <summary>A construct that the printer does not use; refused when reached, because it may stand in code nobody
/// calls.</summary>
sealed record RefusedStatement(string Construct, int Line) : Statement(Line);

/// <summary>An argument of a function, its type and what it is where nobody gives it, as printed.</summary>
sealed record Parameter(string Name, Expression? Type, Expression? Default = null);

/// <summary>A function or method.</summary>
sealed record Function(
    string Name, IReadOnlyList<Parameter> Parameters, Expression? Returns, IReadOnlyList<Statement> Body, int Line);

/// <summary>A class: its methods and what its body says about tensors.</summary>
/// <param name="Name">Unqualified.</param>
/// <param name="Ancestor">What stands in the parentheses: <c>Module</c>, <c>NamedTuple</c>, <c>Enum</c>; empty where
/// there are none.</param>
/// <param name="Methods">By name.</param>
/// <param name="Parameters"><c>__parameters__</c>; null when the body has none.</param>
/// <param name="Buffers"><c>__buffers__</c>; null when the body has none.</param>
/// <param name="Fields">Annotated names in order, and their types.</param>
/// <param name="Values">What the body gives names itself: members of an enumeration, constants.</param>
sealed record ClassSyntax(
    string Name,
    string Ancestor,
    IReadOnlyDictionary<string, Function> Methods,
    IReadOnlySet<string>? Parameters,
    IReadOnlySet<string>? Buffers,
    IReadOnlyList<(string Name, Expression Type)> Fields,
    IReadOnlyDictionary<string, Expression> Values);

/// <summary>One source file.</summary>
/// <param name="File">Path in the archive: <c>code/__torch__.py</c>.</param>
/// <param name="Classes">By name.</param>
/// <param name="Functions">Free functions by name.</param>
sealed record SourceFile(
    string File,
    IReadOnlyDictionary<string, ClassSyntax> Classes,
    IReadOnlyDictionary<string, Function> Functions);
