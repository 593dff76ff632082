using Tunic.Tor.Protocol.OnionServices.Authorization;

namespace Tunic.Node.Publish;

/// <summary>Somebody who may visit a private site.</summary>
/// <param name="Name">How the publisher calls him.</param>
/// <param name="Key">His key; belongs to the site's identity.</param>
/// <param name="File">Where it is kept, in the form that tor reads.</param>
internal sealed record SiteVisitor(string Name, ClientAuthorizationKey Key, string File);
