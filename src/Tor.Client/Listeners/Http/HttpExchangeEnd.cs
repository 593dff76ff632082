namespace Tunic.Tor.Client.Listeners.Http;

/// <summary>How one request and its response ended.</summary>
internal enum HttpExchangeEnd
{
    /// <summary>Complete: the application may send another request.</summary>
    KeepAlive,

    /// <summary>Complete, and the last one.</summary>
    Close,

    /// <summary>The origin server closed without a word, or within its head. The application has received nothing.</summary>
    Silent,

    /// <summary>The request's body cannot be read. The application has received nothing.</summary>
    BadRequest,

    /// <summary>The response broke off: the application must see that it is not whole.</summary>
    Broken,

    /// <summary>Both sides speak another protocol now.</summary>
    Switched,
}
