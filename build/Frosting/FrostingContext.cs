using Cake.Core;

namespace Cake.Frosting;

/// <summary>What tasks are given: Cake's context, with whatever the build adds.</summary>
public interface IFrostingContext : ICakeContext;

/// <summary>The class that a build's own context derives from.</summary>
public class FrostingContext(ICakeContext context) : CakeContextAdapter(context), IFrostingContext;
