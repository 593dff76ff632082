namespace Tunic.Tor.Network.Channels;

/// <summary>Scratch buffers of the current thread for plaintext cells, pinned. Their content lives only until the next wait.</summary>
internal static class ChannelBuffers
{
    /// <summary>Room for what a transport reads at once and for the part of a cell left from before.</summary>
    private const int ReceiveLength = ChannelTransport.MinReadLength + (24 * 1024);

    [ThreadStatic]
    private static byte[]? _receive;

    [ThreadStatic]
    private static byte[]? _send;

    internal static byte[] Receive => _receive ??= GC.AllocateUninitializedArray<byte>(ReceiveLength, pinned: true);

    internal static byte[] Send =>
        _send ??= GC.AllocateUninitializedArray<byte>(ChannelTransport.MaxWriteLength, pinned: true);
}
