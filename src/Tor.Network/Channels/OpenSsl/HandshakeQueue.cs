namespace Tunic.Tor.Network.Channels.OpenSsl;

/// <summary>The handshakes of one address in <see cref="HandshakeSlots"/>, oldest first.</summary>
/// <param name="key">Stands for the address.</param>
internal sealed class HandshakeQueue(UInt128 key)
{
    internal UInt128 Key { get; } = key;

    internal LinkedList<HandshakeSlot> Slots { get; } = new();
}
