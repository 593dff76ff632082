using System.Buffers.Binary;
using System.Text;
using Tunic.Primitives.Cryptography;
using Tunic.Primitives.Keys;

namespace Tunic.Tor.Protocol.Voting.SharedRandom;

/// <summary>Computes the shared random value of a run (srv-spec, "Shared Randomness Calculation").</summary>
public static class SharedRandomComputation
{
    /// <summary>The value that follows from the reveals.</summary>
    /// <param name="commits">The commits of all recognized authorities; those without reveal do not count.</param>
    /// <param name="previous">The value of the run before; null counts as 32 zero bytes.</param>
    /// <remarks>Ordered by the hash of the reveal as stock tor does; the specification says by the reveal itself, and authorities that follow it would never agree with stock.</remarks>
    public static SharedRandomValue Compute(IEnumerable<SharedRandomCommitment> commits, Digest256? previous)
    {
        var reveals = new StringBuilder();
        ulong count = 0;
        foreach (SharedRandomCommitment commit in commits.Where(commit => commit.EncodedReveal is not null).OrderBy(commit => commit.HashedReveal))
        {
            reveals.Append(commit.Authority).Append(commit.EncodedReveal);
            count++;
        }

        ReadOnlySpan<byte> token = "shared-random"u8;
        var message = new byte[token.Length + 8 + 4 + Digest256.Length + Digest256.Length];
        token.CopyTo(message);
        Span<byte> rest = message.AsSpan(token.Length);
        BinaryPrimitives.WriteUInt64BigEndian(rest, count);
        BinaryPrimitives.WriteUInt32BigEndian(rest[8..], SharedRandomCommitment.Version);
        Sha3.Hash256(Encoding.ASCII.GetBytes(reveals.ToString()), rest.Slice(12, Digest256.Length));
        previous?.CopyTo(rest[(12 + Digest256.Length)..]);

        Span<byte> value = stackalloc byte[Digest256.Length];
        Sha3.Hash256(message, value);
        return new SharedRandomValue(count, new Digest256(value));
    }
}
