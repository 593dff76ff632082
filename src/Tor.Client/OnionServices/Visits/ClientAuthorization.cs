using Tunic.Tor.Protocol.OnionServices.Authorization;

namespace Tunic.Tor.Client.OnionServices.Visits;

/// <summary>A key for one onion service, as the client keeps it.</summary>
/// <param name="Key">The key; belongs to whoever keeps this.</param>
/// <param name="Name">What a controller calls it; null for nothing.</param>
/// <param name="IsPermanent">It is in a file, too.</param>
public sealed record ClientAuthorization(ClientAuthorizationKey Key, string? Name = null, bool IsPermanent = false);
