namespace Tunic.Tor.Network.Channels.OpenSsl;

/// <summary>Scratch buffers of the current thread, pinned. Their content lives only until the next wait.</summary>
internal static class TlsBuffers
{
    /// <summary>Most ciphertext taken from the socket at once, bytes.</summary>
    internal const int ReceiveLength = 62 * 1024;

    /// <summary>Room for <see cref="ChannelTransport.MaxWriteLength"/> bytes as TLS records.</summary>
    private const int SendLength = ChannelTransport.MaxWriteLength + 4096;

    [ThreadStatic]
    private static byte[]? _receive;

    [ThreadStatic]
    private static byte[]? _send;

    internal static byte[] Receive => _receive ??= GC.AllocateUninitializedArray<byte>(ReceiveLength, pinned: true);

    internal static byte[] Send => _send ??= GC.AllocateUninitializedArray<byte>(SendLength, pinned: true);
}
