namespace Tunic.Tor.Protocol.Socks.Http;

/// <summary>What to do with the bytes of an HTTP proxy client.</summary>
public enum HttpProxyOutcome
{
    /// <summary>More bytes must arrive.</summary>
    NeedMore,

    /// <summary>The request is complete: open a stream to its target.</summary>
    Request,

    /// <summary>Send the reply and close.</summary>
    Reply,

    /// <summary>Close without a word: it is not HTTP, or a web page may be probing for us.</summary>
    Close,
}
