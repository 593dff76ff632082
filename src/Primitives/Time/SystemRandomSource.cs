using System.Security.Cryptography;

namespace Tunic.Primitives.Time;

/// <summary>The operating system's cryptographic random numbers.</summary>
public sealed class SystemRandomSource : RandomSource
{
    /// <summary>The one instance; it has no state.</summary>
    public static SystemRandomSource Instance { get; } = new();

    /// <inheritdoc/>
    public override void Fill(Span<byte> bytes) => RandomNumberGenerator.Fill(bytes);
}
