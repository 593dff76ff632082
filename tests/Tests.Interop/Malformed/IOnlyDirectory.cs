using Tunic.Tests.Interop.Support;

namespace Tunic.Tests.Interop.Malformed;

/// <summary>The only directory of one new client.</summary>
internal interface IOnlyDirectory : IAsyncDisposable
{
    /// <summary>torrc lines of the client.</summary>
    string[] TorrcLines { get; }

    /// <summary>What the client makes of what it is served, in words.</summary>
    Task<string> TellAsync(PeerProcess client);
}
