using Harness.Executor.Model;
using Harness.Executor.Ops;

namespace Harness.Executor.Program;

/// <summary>The memory that some of a graph's values share, as far as its file tells: a write into one of them is seen
/// by all.</summary>
/// <remarks>A write is kept until somebody reads what it may have changed. Versions count the writes: a view of an
/// older one must be derived again.</remarks>
sealed class Storage
{
    /// <summary>The memory of a value, which is all of it.</summary>
    /// <param name="value">The value.</param>
    /// <param name="kept">What it is to people where it outlives a run; null for what a run makes.</param>
    public Storage(int value, string? kept)
    {
        Root = new View(this, null, null, 0) { Value = value };
        Kept = kept;
        Related = [this];
    }

    /// <summary>All of the memory.</summary>
    public View Root { get; }

    /// <summary>What outlives a run, for messages: the parameter 'weight'; null for what a run makes.</summary>
    public string? Kept { get; }

    /// <summary>How many writes there were.</summary>
    public int Version { get; set; }

    /// <summary>Writes that <see cref="Root"/> does not hold yet, in order.</summary>
    public List<Write> Pending { get; } = [];

    /// <summary>Storages that may be this one, as a reshape that may or may not have copied; itself among them. They
    /// share the list.</summary>
    public List<Storage> Related { get; private set; }

    /// <summary>The call that may have changed this memory, nobody can say whether; null where there is
    /// none.</summary>
    public Call? Doubt { get; set; }

    /// <summary>Two storages may be one.</summary>
    public void Relate(Storage other)
    {
        if (ReferenceEquals(Related, other.Related)) return;
        var (into, from) = Related.Count < other.Related.Count ? (other.Related, Related) : (Related, other.Related);
        into.AddRange(from);
        foreach (var moved in from) moved.Related = into;
    }

    /// <summary>This memory was written: whatever else it may be is no longer known.</summary>
    public void SpreadDoubt(Call call)
    {
        foreach (var other in Related)
            if (!ReferenceEquals(other, this)) other.Doubt = call;
    }
}

/// <summary>A write into a storage.</summary>
/// <param name="View">Where.</param>
/// <param name="Value">The graph's value that was written.</param>
/// <param name="Version">The storage's version since.</param>
/// <param name="Call">Who wrote.</param>
sealed record Write(View View, int Value, int Version, Call Call);

/// <summary>A value as a part or form of a storage.</summary>
/// <param name="storage">The storage.</param>
/// <param name="parent">What it is a view of; null for all of the storage.</param>
/// <param name="made">The call that takes it from there; null for all of the storage.</param>
/// <param name="index">Which of the call's results it is.</param>
sealed class View(Storage storage, View? parent, ViewCall? made, int index)
{
    /// <summary>The storage.</summary>
    public Storage Storage => storage;

    /// <summary>What it is a view of; null for all of the storage.</summary>
    public View? Parent => parent;

    /// <summary>The call that takes it from there; null for all of the storage.</summary>
    public ViewCall? Made => made;

    /// <summary>Which of the call's results it is.</summary>
    public int Index => index;

    /// <summary>How many views lead to it from all of the storage.</summary>
    public int Depth { get; } = parent is null ? 0 : parent.Depth + 1;

    /// <summary>The graph's value that holds it as of <see cref="Version"/>.</summary>
    public int Value { get; set; }

    /// <summary>The storage's version when <see cref="Value"/> was computed.</summary>
    public int Version { get; set; }
}

/// <summary>A call whose results are views of its one operand, ready to be made again.</summary>
/// <param name="Call">The call, its numbers in place.</param>
/// <param name="Op">What it is.</param>
/// <param name="Results">The views that it gave.</param>
sealed record ViewCall(Call Call, Op Op, List<View> Results);
