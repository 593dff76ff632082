namespace Tunic.Tests.Fuzz.Targets;

/// <summary>One thing to fuzz: a decoder, or a state machine that is driven by an input.</summary>
/// <param name="Name">As on the command line and in the corpus.</param>
/// <param name="Run">
/// Takes one input. May return, or throw <see cref="Primitives.Bytes.MalformedMessageException"/>; anything else is a fault.
/// The input is valid during the call only.
/// </param>
/// <param name="Seeds">Valid inputs to begin with.</param>
/// <param name="Scope">Types whose branches are counted; see <see cref="Coverage.BranchReport"/>.</param>
internal sealed record FuzzTarget(string Name, Action<ReadOnlyMemory<byte>> Run, Func<IEnumerable<byte[]>> Seeds, params string[] Scope)
{
    /// <summary>Longest input, bytes.</summary>
    public int MaxLength { get; init; } = 1024;

    /// <summary>Whether the input is text of lines and words.</summary>
    public bool IsText { get; init; }

    /// <summary>Whether the input drives a state machine instead of being a message.</summary>
    public bool IsStateful { get; init; }

    /// <summary>Most bytes that one execution may allocate, beside <see cref="AllocationPerByte"/>. The default leaves room for what is allocated once.</summary>
    public long Allocation { get; init; } = 4 << 20;

    /// <summary>Most bytes to allocate per byte of input.</summary>
    public long AllocationPerByte { get; init; } = 1024;
}
