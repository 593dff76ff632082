using Tunic.Primitives.Keys;
using Tunic.Tor.Network.NetworkDirectory;

namespace Tunic.Tor.Client.NetworkDirectory;

/// <summary>An answer, and whose it is.</summary>
/// <param name="Response">The answer.</param>
/// <param name="Directory">Who gave it.</param>
/// <param name="ClockSkew">Our clock less that of the directory, as it told the time on its authenticated link; null when not known.</param>
internal sealed record DirectoryReply(DirectoryResponse Response, RsaIdentity Directory, TimeSpan? ClockSkew);
