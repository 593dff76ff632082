using Tunic.Tests.Fuzz.Engine;

namespace Tunic.Tests.Fuzz.Mutation;

/// <summary>One way to change inputs.</summary>
internal abstract class Mutator
{
    /// <summary>Makes one change.</summary>
    /// <param name="input">What to change.</param>
    /// <param name="other">Another input of the corpus, to take pieces of.</param>
    /// <param name="random">What decides.</param>
    public abstract void Mutate(InputBuffer input, ReadOnlySpan<byte> other, FuzzRandom random);
}
