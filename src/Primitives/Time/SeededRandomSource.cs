using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Tunic.Primitives.Time;

/// <summary>The same bytes for the same seed: SHA-256 of seed and counter. For tests and simulations, never for keys.</summary>
public sealed class SeededRandomSource(ulong seed) : RandomSource
{
    private readonly Lock _gate = new();
    private ulong _block;

    /// <inheritdoc/>
    public override void Fill(Span<byte> bytes)
    {
        Span<byte> input = stackalloc byte[16];
        Span<byte> output = stackalloc byte[SHA256.HashSizeInBytes];
        lock (_gate)
        {
            while (!bytes.IsEmpty)
            {
                BinaryPrimitives.WriteUInt64LittleEndian(input, seed);
                BinaryPrimitives.WriteUInt64LittleEndian(input[8..], _block++);
                SHA256.HashData(input, output);
                int count = Math.Min(bytes.Length, output.Length);
                output[..count].CopyTo(bytes);
                bytes = bytes[count..];
            }
        }
    }
}
