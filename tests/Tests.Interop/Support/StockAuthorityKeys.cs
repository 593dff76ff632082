using System.Globalization;

namespace Tunic.Tests.Interop.Support;

/// <summary>Makes the keys of a stock authority with stock's own tools, and the DirAuthority line that names it.</summary>
internal static class StockAuthorityKeys
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    /// <summary>Returns the DirAuthority line, without the option name.</summary>
    internal static async Task<string> CreateAsync(StockTorNode node)
    {
        string keys = Directory.CreateDirectory(Path.Combine(node.DataDirectory, "keys")).FullName;
        File.SetUnixFileMode(keys, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        string certificate = Path.Combine(keys, "authority_certificate");
        string dirAddress = string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{node.DirPort}");
        Task generated = PeerProcess.RunAsync(
            "tor-gencert",
            [
                "--create-identity-key", "-m", "12", "-a", dirAddress, "--passphrase-fd", "0",
                "-i", Path.Combine(keys, "authority_identity_key"),
                "-s", Path.Combine(keys, "authority_signing_key"),
                "-c", certificate,
            ],
            Limit,
            "unprotected test key\n");

        // An authority cannot start without a DirAuthority line that holds its fingerprint, so it is asked for as a mere relay.
        string answer = await PeerProcess.RunAsync(
            "tor",
            [
                "--list-fingerprint", "--quiet", "--ignore-missing-torrc", "-f", Path.Combine(node.DataDirectory, "no-torrc"),
                "--defaults-torrc", node.EmptyFile, "--DataDirectory", node.DataDirectory, "--Nickname", node.Name,
                "--ORPort", "1", "--Address", "127.0.0.1", "--SocksPort", "0",
            ],
            Limit);
        node.Fingerprint = answer.Trim().Split('\n')[^1][(node.Name.Length + 1)..].Replace(" ", "", StringComparison.Ordinal);
        await generated;
        string identity = File.ReadLines(certificate).First(line => line.StartsWith("fingerprint ", StringComparison.Ordinal)).Split(' ')[1];
        return string.Create(CultureInfo.InvariantCulture, $"{node.Name} orport={node.OrPort} no-v2 v3ident={identity} {dirAddress} {node.Fingerprint}");
    }
}
