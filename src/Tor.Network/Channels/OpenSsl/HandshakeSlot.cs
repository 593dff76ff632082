namespace Tunic.Tor.Network.Channels.OpenSsl;

/// <summary>The place of one handshake among <see cref="HandshakeSlots"/>; cancelled when the handshake has to go.</summary>
/// <remarks>Holds no timer, so it needs no dispose: who breaks it off may come after who has left.</remarks>
internal sealed class HandshakeSlot : CancellationTokenSource
{
    internal HandshakeSlot(HandshakeQueue queue, long number)
    {
        Queue = queue;
        Number = number;
        Node = new LinkedListNode<HandshakeSlot>(this);
    }

    internal HandshakeQueue Queue { get; }

    /// <summary>Ascending with time.</summary>
    internal long Number { get; }

    /// <summary>Where it stands in its queue; in no list once it has left.</summary>
    internal LinkedListNode<HandshakeSlot> Node { get; }
}
