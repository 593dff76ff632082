using Tunic.Primitives.Keys;
using Tunic.Tor.Network.NetworkDirectory;

namespace Tunic.Tor.Client.NetworkDirectory;

/// <summary>An answer, and whose it is.</summary>
/// <param name="Response">The answer.</param>
/// <param name="Directory">Who gave it.</param>
internal sealed record DirectoryReply(DirectoryResponse Response, RsaIdentity Directory);
