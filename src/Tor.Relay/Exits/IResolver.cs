using System.Net;

namespace Tunic.Tor.Relay.Exits;

/// <summary>Looks names up for an exit: a resolver of our own, or answers made up by a test.</summary>
public interface IResolver
{
    /// <summary>The addresses of a name. Never fails for the name's sake: see <see cref="NameAnswer.IsTransientFailure"/>.</summary>
    Task<NameAnswer> ResolveAsync(string name, CancellationToken cancel);

    /// <summary>The name of an address.</summary>
    Task<NameAnswer> ResolveNameAsync(IPAddress address, CancellationToken cancel);
}
