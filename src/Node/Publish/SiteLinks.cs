using System.Security.Cryptography;
using Tunic.Tor.Protocol.OnionServices.Authorization;

namespace Tunic.Node.Publish;

/// <summary>What a publisher gives away so that others find a site.</summary>
internal static class SiteLinks
{
    /// <summary>What a visitor's key stands behind in a link. Browsers do not send what is behind '#', so that the link may be opened anywhere.</summary>
    internal const string KeyMark = "visitor=";

    internal static string Public(PublishedSite site) => site.Source.IsHttp ? $"http://{site.Identity.Address}/" : $"{site.Identity.Address}:{PublishedSite.Port}";

    /// <summary>The address with a visitor's key, as `tunic fetch` takes it.</summary>
    internal static string Private(PublishedSite site, SiteVisitor visitor)
    {
        byte[] key = visitor.Key.ExportPrivateKey();
        string link = $"{Public(site)}#{KeyMark}{ClientAuthorizationText.FormatKey(key)}";
        CryptographicOperations.ZeroMemory(key);
        return link;
    }

    /// <summary>The text of a DNS record that lets a name stand for the site.</summary>
    internal static string Record(PublishedSite site) => $"tunic={site.Identity.Address.ToLabel()}";
}
