namespace Tunic.Tor.Protocol.Socks.Http;

/// <summary>What the first bytes of a response are.</summary>
public enum HttpResponseOutcome
{
    /// <summary>More bytes must arrive.</summary>
    NeedMore,

    /// <summary>A head that we understand.</summary>
    Head,

    /// <summary>101 to a request that offered it: pass all bytes on as they are, both ways, until either side ends.</summary>
    Switching,

    /// <summary>Something else. Pass all bytes on as they are, and close both sides at the end: nothing on this connection can be told apart.</summary>
    Opaque,
}
