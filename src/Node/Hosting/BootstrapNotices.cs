using System.Globalization;
using Tunic.Node.Logging;
using Tunic.Tor.Client;

namespace Tunic.Node.Hosting;

/// <summary>Stock's lines about the bootstrap, which programs that start tor wait for.</summary>
internal static class BootstrapNotices
{
    internal static string Format(BootstrapProgress progress) =>
        string.Create(CultureInfo.InvariantCulture, $"Bootstrapped {progress.Percent}% ({progress.Tag}): {progress.Summary}");

    /// <summary>Writes where the client stands, and each step from now on.</summary>
    internal static void Follow(TorClient client, NodeLog log)
    {
        log.Notice(Format(client.Bootstrap));
        client.BootstrapChanged += progress => log.Notice(Format(progress));
    }
}
