using System.Collections.Immutable;
using Harness.Executor.Model;

namespace Harness.Parity.Runners;

/// <summary>A <see cref="PortableProgram"/> as bytes. Both ends are of one build and one machine, so there are no
/// versions and no byte order to agree on.</summary>
static class ProgramFrames
{
    enum Kind : byte
    {
        None,
        Value,
        Int,
        Float,
        Bool,
        Text,
        List,
    }

    public static void Write(BinaryWriter to, PortableProgram program)
    {
        Write(to, program.Values.Count);
        foreach (var (id, value) in program.Values)
        {
            to.Write(id);
            to.Write(value.Name);
            to.Write((byte)value.Fact.Type);
            Write(to, value.Fact.Shape.AsSpan());
            Write(to, value.Layout.AsSpan());
            to.Write(value.IsLeaf);
        }
        Write(to, program.Nodes.Length);
        foreach (var node in program.Nodes)
        {
            to.Write(node.Name);
            to.Write((byte)node.Kind);
            to.Write(node.Call is not null);
            if (node.Call is { } call) Write(to, call);
            Write(to, node.Operands.Length);
            foreach (var operand in node.Operands)
            {
                to.Write(operand.Value);
                to.Write(operand.Rule is not null);
                if (operand.Rule is { } rule) Write(to, rule);
            }
            Write(to, node.Outputs.AsSpan());
        }
        Write(to, program.Inputs.AsSpan());
        Write(to, program.Outputs.AsSpan());
    }

    public static PortableProgram Read(BinaryReader from)
    {
        var values = new Dictionary<int, PortableValue>();
        for (int left = from.ReadInt32(); left > 0; left--)
        {
            int id = from.ReadInt32();
            values[id] = new PortableValue(
                from.ReadString(), new Fact((ElementType)from.ReadByte(), Shape.Create(Ints(from))),
                new Permutation(Ints(from)), from.ReadBoolean());
        }
        return new PortableProgram(values, List(from, Node), [.. Ints(from)], [.. Ints(from)]);
    }

    static PortableNode Node(BinaryReader from) => new(
        from.ReadString(), (PortableKind)from.ReadByte(), from.ReadBoolean() ? Call(from) : null,
        List(from, f => new PortableOperand(f.ReadInt32(), f.ReadBoolean() ? Rule(f) : null)), [.. Ints(from)]);

    static void Write(BinaryWriter to, Call call)
    {
        to.Write(call.Name);
        to.Write(call.Target);
        Write(to, call.Arguments.Length);
        foreach (var argument in call.Arguments) Write(to, argument);
        Write(to, call.Keywords.Length);
        foreach (var keyword in call.Keywords)
        {
            to.Write(keyword.Name);
            Write(to, keyword.Value);
        }
        Write(to, call.Results.AsSpan());
        to.Write(call.Place.Module);
        to.Write(call.Place.File);
        to.Write(call.Place.Line);
    }

    static Call Call(BinaryReader from) => new(
        from.ReadString(), from.ReadString(), List(from, Argument),
        List(from, f => new Keyword(f.ReadString(), Argument(f))), [.. Ints(from)],
        new SourcePlace(from.ReadString(), from.ReadString(), from.ReadInt32()));

    static void Write(BinaryWriter to, Argument argument)
    {
        switch (argument)
        {
            case ValueArgument value:
                to.Write((byte)Kind.Value);
                to.Write(value.Id);
                break;
            case IntArgument number:
                to.Write((byte)Kind.Int);
                to.Write(number.Number);
                break;
            case FloatArgument number:
                to.Write((byte)Kind.Float);
                to.Write(number.Number);
                break;
            case BoolArgument flag:
                to.Write((byte)Kind.Bool);
                to.Write(flag.Flag);
                break;
            case TextArgument text:
                to.Write((byte)Kind.Text);
                to.Write(text.Text);
                break;
            case ListArgument list:
                to.Write((byte)Kind.List);
                Write(to, list.Items.Length);
                foreach (var item in list.Items) Write(to, item);
                break;
            case NoneArgument:
                to.Write((byte)Kind.None);
                break;
            default:
                throw new ArgumentException($"{argument.GetType().Name} does not travel", nameof(argument));
        }
    }

    static Argument Argument(BinaryReader from) => (Kind)from.ReadByte() switch
    {
        Kind.Value => Executor.Model.Argument.Value(from.ReadInt32()),
        Kind.Int => Executor.Model.Argument.Of(from.ReadInt64()),
        Kind.Float => Executor.Model.Argument.Of(from.ReadDouble()),
        Kind.Bool => Executor.Model.Argument.Of(from.ReadBoolean()),
        Kind.Text => Executor.Model.Argument.Of(from.ReadString()),
        Kind.List => Executor.Model.Argument.Of(List(from, Argument)),
        _ => Executor.Model.Argument.None,
    };

    static void Write(BinaryWriter to, Rearrangement rule)
    {
        to.Write(rule.From);
        to.Write(rule.To);
        to.Write(rule.Flip);
        Write(to, rule.Sizes.Count);
        foreach (var (letter, size) in rule.Sizes)
        {
            to.Write(letter);
            to.Write(size);
        }
    }

    static Rearrangement Rule(BinaryReader from)
    {
        string source = from.ReadString(), target = from.ReadString(), flip = from.ReadString();
        var sizes = List(from, f => KeyValuePair.Create(f.ReadChar(), f.ReadInt32()));
        return new Rearrangement(source, target, ImmutableSortedDictionary.CreateRange(sizes), flip);
    }

    static void Write(BinaryWriter to, ReadOnlySpan<int> numbers)
    {
        Write(to, numbers.Length);
        foreach (int number in numbers) to.Write(number);
    }

    static void Write(BinaryWriter to, int count) => to.Write(count);

    static int[] Ints(BinaryReader from)
    {
        var numbers = new int[from.ReadInt32()];
        for (int i = 0; i < numbers.Length; i++) numbers[i] = from.ReadInt32();
        return numbers;
    }

    static ImmutableArray<T> List<T>(BinaryReader from, Func<BinaryReader, T> read)
    {
        int count = from.ReadInt32();
        var items = ImmutableArray.CreateBuilder<T>(count);
        for (int i = 0; i < count; i++) items.Add(read(from));
        return items.MoveToImmutable();
    }
}
