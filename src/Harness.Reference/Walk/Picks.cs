using System.Collections.Immutable;

namespace Harness.Reference.Walk;

/// <summary>Parts of a tensor.</summary>
static class Picks
{
    public static readonly ImmutableArray<Arm> Arms =
    [
        new("aten::flip", a => a.Tensor(0, "self").flip(a.Ints(1, "dims"))),
        new("aten::gather", a =>
        {
            a.Pass(3, "sparse_grad");
            return a.Tensor(0, "self").gather(a.Int(1, "dim"), a.Tensor(2, "index"));
        }),
        new("aten::index_select", a => a.Tensor(0, "self").index_select(a.Int(1, "dim"), a.Tensor(2, "index"))),
        new("aten::narrow", a => a.Tensor(0, "self").narrow(a.Int(1, "dim"), a.Int(2, "start"), a.Int(3, "length"))),
        new("aten::roll", Roll),
        new("aten::select", a => a.Tensor(0, "self").select(a.Int(1, "dim"), a.Int(2, "index"))),
        new("aten::slice", Slice),
    ];

    static Value Roll(Reading a)
    {
        var self = a.Tensor(0, "self");
        long[] shifts = a.Ints(1, "shifts"), dims = a.Ints(2, "dims", []);
        // Without dims the flattened tensor turns.
        return dims.Length > 0 ? self.roll(shifts, dims) : self.flatten().roll(shifts, (long[])[0]).reshape(self.shape);
    }

    // slice(self, dim=0, start=None, end=None, step=1); bounds count from the end when negative and are clipped.
    static Value Slice(Reading a)
    {
        var self = a.Tensor(0, "self");
        long start = a.Int(2, "start", 0), end = a.Int(3, "end", long.MaxValue);
        return self.slice(a.Int(1, "dim", 0), start, end, a.Int(4, "step", 1));
    }
}
