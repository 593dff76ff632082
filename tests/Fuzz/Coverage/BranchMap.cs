namespace Tunic.Tests.Fuzz.Coverage;

/// <summary>Which branch outcomes were taken; instrumented code calls it at each. Public, since that code is in other assemblies.</summary>
/// <remarks>For one thread at a time: who runs several targets at once does so in several processes.</remarks>
public static class BranchMap
{
    /// <summary>Most outcomes that can be told apart.</summary>
    public const int Capacity = 1 << 18;

    private static readonly bool[] _taken = new bool[Capacity];

    /// <summary>Outcomes taken since <see cref="Reset"/>. Grows exactly when something new happened.</summary>
    public static int Count { get; private set; }

    /// <summary>Called by instrumented code.</summary>
    public static void Hit(int outcome)
    {
        if (!_taken[outcome])
        {
            _taken[outcome] = true;
            Count++;
        }
    }

    /// <summary>Whether an outcome was taken.</summary>
    public static bool IsTaken(int outcome) => _taken[outcome];

    /// <summary>Forgets everything.</summary>
    public static void Reset()
    {
        Array.Clear(_taken);
        Count = 0;
    }
}
