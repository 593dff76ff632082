using System.Security.Cryptography;
using Tunic.Primitives.Time;

namespace Tunic.Tor.Protocol.Handshakes;

/// <summary>
/// Client half of CREATE_FAST (tor-spec, "CREATE_FAST/CREATED_FAST cells"): no public keys, so it is only as good as the
/// channel below it. For the first hop when its onion key is not known.
/// </summary>
public sealed class CreateFastClientHandshake : IDisposable
{
    /// <summary>Bytes of X, the body of CREATE_FAST.</summary>
    public const int RequestLength = CreateFastKeySchedule.NonceLength;

    private readonly byte[] _x = GC.AllocateArray<byte>(RequestLength, pinned: true);

    /// <summary>Draws X.</summary>
    public CreateFastClientHandshake(RandomSource random) => random.Fill(_x);

    /// <summary>X, to be sent in CREATE_FAST. Aliases this object, which wipes it when disposed.</summary>
    public ReadOnlyMemory<byte> Request => _x;

    /// <summary>Checks the relay's answer and derives the keys.</summary>
    /// <param name="reply">Y and KH: <see cref="CreateFastServerHandshake.ReplyLength"/> bytes.</param>
    /// <param name="keyMaterial">Receives the keys, and KH in its last 20 bytes; zeros on failure. At least 20 bytes.</param>
    /// <returns>False when the reply has another length or a wrong KH: close the circuit.</returns>
    public bool TryComplete(ReadOnlySpan<byte> reply, Span<byte> keyMaterial)
    {
        if (reply.Length != CreateFastServerHandshake.ReplyLength)
        {
            keyMaterial.Clear();
            return false;
        }

        CreateFastKeySchedule.Derive(_x, reply[..RequestLength], keyMaterial);
        if (!CryptographicOperations.FixedTimeEquals(keyMaterial[^RequestLength..], reply[RequestLength..]))
        {
            CryptographicOperations.ZeroMemory(keyMaterial);
            return false;
        }

        return true;
    }

    /// <inheritdoc/>
    public void Dispose() => CryptographicOperations.ZeroMemory(_x);
}
