using System.Diagnostics.CodeAnalysis;

namespace Tunic.Tor.Protocol.Paths;

/// <summary>A path, or the reason why there is none.</summary>
public readonly record struct PathResult
{
    /// <summary>A path was found.</summary>
    public PathResult(CircuitPath path) => Path = path;

    /// <summary>No path was found.</summary>
    /// <param name="failure">Why.</param>
    /// <param name="hop">For which hop nothing fits, 1 is the first.</param>
    public PathResult(PathFailure failure, int hop)
    {
        Failure = failure;
        Hop = hop;
    }

    /// <summary>The path, null on failure.</summary>
    public CircuitPath? Path { get; }

    /// <summary>Why there is no path; <see cref="PathFailure.None"/> on success.</summary>
    public PathFailure Failure { get; }

    /// <summary>The hop for which nothing fits, counted from 1; 0 on success.</summary>
    public int Hop { get; }

    /// <summary>Whether there is a path.</summary>
    [MemberNotNullWhen(true, nameof(Path))]
    public bool IsFound => Path is not null;
}
