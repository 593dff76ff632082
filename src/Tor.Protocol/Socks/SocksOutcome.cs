namespace Tunic.Tor.Protocol.Socks;

/// <summary>What a handshake wants next.</summary>
public enum SocksOutcome
{
    /// <summary>More bytes must arrive.</summary>
    NeedMore,

    /// <summary>A step is done: send the reply, then go on with the bytes that are left.</summary>
    Continue,

    /// <summary>The request is complete. Bytes that are left belong to the stream already.</summary>
    Request,

    /// <summary>Send the reply, if any, and close.</summary>
    Close,
}
