using Tunic.Primitives.Errors;
using Tunic.Tor.Protocol.Documents;

namespace Tunic.Tor.Client;

/// <summary>The authorities require protocols that this program does not speak. It must not go on in this network.</summary>
/// <param name="missing">What it lacks.</param>
public sealed class OutdatedProgramException(ProtocolVersions missing) : TunicException(
    ErrorKind.RemoteRefused, $"This program is too old for the network, which requires protocols that it does not speak: {missing}. Get a newer version.")
{
}
