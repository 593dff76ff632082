using Tunic.Primitives.Time;

namespace Tunic.Tor.Protocol.Handshakes;

/// <summary>Relay half of CREATE_FAST (tor-spec, "CREATE_FAST/CREATED_FAST cells").</summary>
public static class CreateFastServerHandshake
{
    /// <summary>Bytes of Y and KH, the body of CREATED_FAST.</summary>
    public const int ReplyLength = 2 * CreateFastKeySchedule.NonceLength;

    /// <summary>Answers a client's X.</summary>
    /// <param name="random">Where Y comes from.</param>
    /// <param name="request">X: <see cref="CreateFastClientHandshake.RequestLength"/> bytes.</param>
    /// <param name="reply">Receives Y and KH: <see cref="ReplyLength"/> bytes.</param>
    /// <param name="keyMaterial">Receives the keys, and KH in its last 20 bytes. At least 20 bytes.</param>
    /// <returns>False, and nothing written, when the request has another length.</returns>
    public static bool TryRespond(RandomSource random, ReadOnlySpan<byte> request, Span<byte> reply, Span<byte> keyMaterial)
    {
        if (request.Length != CreateFastClientHandshake.RequestLength)
        {
            return false;
        }

        Span<byte> y = reply[..CreateFastKeySchedule.NonceLength];
        random.Fill(y);
        CreateFastKeySchedule.Derive(request, y, keyMaterial);
        keyMaterial[^CreateFastKeySchedule.NonceLength..].CopyTo(reply[CreateFastKeySchedule.NonceLength..]);
        return true;
    }
}
