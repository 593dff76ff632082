using System.Net;

namespace Tunic.Node.Configuration.Torrc;

/// <summary>One ORPort or DirPort line.</summary>
/// <param name="Address">Null when the line names none: every address of the machine.</param>
/// <param name="Port">0 for auto: the system chooses.</param>
internal sealed record ServerPort(IPAddress? Address, int Port)
{
    /// <summary>Listen, but do not tell the directory.</summary>
    internal bool NoAdvertise { get; init; }

    /// <summary>Tell the directory, but leave the listening to somebody else (a forwarder).</summary>
    internal bool NoListen { get; init; }

    internal bool IPv4Only { get; init; }

    internal bool IPv6Only { get; init; }
}
