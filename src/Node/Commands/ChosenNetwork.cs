using Tunic.Tor.Network.NetworkDirectory;

namespace Tunic.Node.Commands;

/// <summary>The network that a command works with.</summary>
/// <param name="Profile">Whom to trust in it.</param>
/// <param name="Directory">Where what is kept of it lives; a folder for each role.</param>
internal sealed record ChosenNetwork(NetworkProfile Profile, string Directory)
{
    internal string ClientDirectory => Path.Combine(Directory, "client");
}
