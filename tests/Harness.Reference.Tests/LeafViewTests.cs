using System.Collections.Immutable;
using Harness.Executor.Model;
using Harness.Reference.Native;
using Harness.Reference.Running;

namespace Harness.Reference.Tests;

/// <summary>The way from a Flax leaf back to PyTorch's operand, held to the code that made the leaf, which shares
/// nothing with it.</summary>
public sealed class LeafViewTests
{
    public LeafViewTests() => TorchLibrary.Load();

    static readonly ImmutableSortedDictionary<char, int> s_plane =
        ImmutableSortedDictionary.CreateRange([Of('c', 2), Of('h', 3), Of('w', 5)]);

    public static TheoryData<Rearrangement, int[], bool> Rules => new()
    {
        { Rearrangement.None, [7], true },
        { new("oihw", "hwio"), [4, 3, 2, 5], true },
        { new("iohw", "hwoi"), [4, 3, 2, 5], true },
        { new("oi", "io"), [4, 3], true },
        { new("io", "io"), [4, 3], true },
        { new("o(chw)", "(hwc)o", s_plane), [4, 30], false },
        { new("(gi)ohw", "hwi(go)", ImmutableSortedDictionary.CreateRange([Of('g', 2)]), "hw"), [6, 4, 3, 5], false },
    };

    static KeyValuePair<char, int> Of(char letter, int size) => KeyValuePair.Create(letter, size);

    [Theory]
    [MemberData(nameof(Rules))]
    public void The_operand_comes_back_and_moves_nothing_where_strides_can_say_it(
        Rearrangement rule, int[] extents, bool isView)
    {
        var shape = Shape.Create(extents);
        var operand = Tensor.Of(shape, [.. Enumerable.Range(1, (int)shape.Elements).Select(i => (double)i)]);
        using var leaf = TorchTensors.Of(rule.Apply(operand));

        using var seen = LeafView.Of(leaf, rule);

        TorchTensors.ShapeOf(seen).Should().Equal(extents);
        TorchTensors.Doubles(seen).Should().Equal(operand.ToDoubles());
        leaf.fill_(-1);
        TorchTensors.Doubles(seen).All(x => x == -1).Should().Be(isView, "a view sees what happens to the leaf");
    }

    [Theory]
    [InlineData(4, 3)]
    [InlineData(4, 3, 5)]
    public void A_leaf_without_the_rules_axes_is_refused(params int[] extents)
    {
        using var leaf = TorchTensors.Of(Tensor.Of(Shape.Create(extents), new double[Shape.Create(extents).Elements]));

        var look = () => LeafView.Of(leaf, new Rearrangement("o(chw)", "(hwc)o", s_plane));

        look.Should().Throw<ModelException>().Which.Finding.Code.Should().Be(Codes.WeightsRoundTrip);
    }
}
