namespace Harness.Formats.Flax.Source;

static partial class JaxColumn
{
    static Python? Picks(SourceCall call) => null;

    static Python? Creations(SourceCall call) => null;

    static Python? Norms(SourceCall call) => null;

    static Python? Recurrences(SourceCall call) => null;

    static Python? Regions(SourceCall call) => null;
}
