using Harness.Executor.Model;

namespace Harness.Executor.Program;

/// <summary>What is refused of a model whatever the shapes of its inputs, and whatever format it comes from. A model is
/// looked at once: the search for input shapes binds it many times.</summary>
public static class ModelChecks
{
    /// <summary>Looks at a model.</summary>
    /// <exception cref="ModelException">PAR1002: a value is read after a write has changed its memory.</exception>
    public static void Demand(TorchModel model)
    {
        ArgumentNullException.ThrowIfNull(model);
        if (model.IsChecked) return;
        try
        {
            AliasCheck.Demand(model.Graph);
        }
        catch (ModelException e)
        {
            throw model.Locate(e);
        }
        model.IsChecked = true;
    }
}
