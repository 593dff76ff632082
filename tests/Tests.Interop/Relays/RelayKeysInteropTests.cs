using System.Globalization;
using Tunic.Node.Storage;
using Tunic.Primitives.Keys;
using Tunic.Primitives.Time;
using Tunic.Tests.Interop.Support;
using Tunic.Tor.Relay.Keys;

namespace Tunic.Tests.Interop.Relays;

/// <summary>Stock tor and our relay take over each other's key files.</summary>
public sealed class RelayKeysInteropTests : IDisposable
{
    private const string SomeAuthority = "x orport=1 v3ident=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA 127.0.0.1:1 BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBB";

    private readonly TestDirectory _directory = new("keys");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Stock_tor_goes_on_with_our_keys()
    {
        string data = _directory.Make("data");
        using RelayKeys keys = await LoadAsync(data);
        await keys.WriteFingerprintsAsync("shared", Cancel);
        File.SetUnixFileMode(data, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        Dictionary<string, string> before = ReadKeys(data);

        string output = await RunStockAsync(data);

        Assert.Contains($"fingerprint is 'shared {keys.RsaIdentity}'", output, StringComparison.Ordinal);
        Assert.Contains($"ed25519 fingerprint is 'shared {keys.Ed25519Identity.ToBase64()}'", output, StringComparison.Ordinal);
        Assert.DoesNotContain(output.Split('\n'), line => line.Contains("[warn]", StringComparison.Ordinal) && line.Contains(" key", StringComparison.Ordinal));
        Assert.Equal(before, ReadKeys(data));
    }

    [Fact]
    public async Task We_go_on_with_stock_tors_keys()
    {
        string data = _directory.Make("data");
        string output = await RunStockAsync(data);
        Dictionary<string, string> before = ReadKeys(data);

        using RelayKeys keys = await LoadAsync(data);

        Assert.Contains($"fingerprint is 'shared {keys.RsaIdentity}'", output, StringComparison.Ordinal);
        Assert.Contains($"ed25519 fingerprint is 'shared {keys.Ed25519Identity.ToBase64()}'", output, StringComparison.Ordinal);
        Assert.Equal(before, ReadKeys(data));
    }

    [Fact]
    public async Task A_family_key_of_stock_tor_is_one_of_ours()
    {
        string data = _directory.Make("data");
        Directory.CreateDirectory(Path.Combine(data, "keys"));
        await using PeerProcess tor = PeerProcess.Start("tor", ["--keygen-family", "kin"], Path.Combine(data, "keys"));
        await tor.WaitForExitAsync(TimeSpan.FromSeconds(20));
        string id = (await File.ReadAllTextAsync(Path.Combine(data, "keys", "kin.public_family_id"), Cancel)).Trim();
        var family = new Ed25519Identity(Convert.FromBase64String(id.PadRight(44, '=')));

        using RelayKeys keys = await LoadAsync(data, new RelayKeyOptions { FamilyIds = [family] });

        Assert.Equal(family, Assert.Single(keys.Current.Descriptor.Families).PublicKey);
    }

    private static Task<RelayKeys> LoadAsync(string data, RelayKeyOptions? options = null) => RelayKeys.LoadAsync(
        new FileStateStore(data), options ?? new RelayKeyOptions(), SystemRandomSource.Instance, DateTime.UtcNow, Cancel);

    private static Dictionary<string, string> ReadKeys(string data) =>
        Directory.GetFiles(Path.Combine(data, "keys")).ToDictionary(path => Path.GetFileName(path), path => Convert.ToHexString(File.ReadAllBytes(path)));

    /// <summary>Starts a stock relay, waits until it has its keys, and stops it.</summary>
    private async Task<string> RunStockAsync(string data)
    {
        int[] ports = LoopbackPorts.Take(1);
        string torrc = Path.Combine(_directory.FullPath, "torrc");
        await File.WriteAllLinesAsync(
            torrc,
            [
                $"DataDirectory {data}", $"DirAuthority {SomeAuthority}", "Nickname shared", "TestingTorNetwork 1", "SocksPort 0", "ShutdownWaitLength 0",
                "ContactInfo test@example.invalid", "Address 127.0.0.1", "AssumeReachable 1", "ExitRelay 0", "AddressDisableIPv6 1",
                string.Create(CultureInfo.InvariantCulture, $"ORPort 127.0.0.1:{ports[0]}"),
                string.Create(CultureInfo.InvariantCulture, $"__OwningControllerProcess {Environment.ProcessId}"),
                "Log notice stdout",
            ],
            Cancel);
        await File.WriteAllTextAsync(Path.Combine(_directory.FullPath, "defaults"), "", Cancel);
        await using PeerProcess tor = PeerProcess.Start("tor", ["-f", torrc, "--defaults-torrc", Path.Combine(_directory.FullPath, "defaults")], data);
        await tor.WaitForLineAsync("Bootstrapped 0%", TimeSpan.FromSeconds(30));
        string output = string.Join('\n', tor.Lines);
        await tor.StopAsync();
        return output;
    }
}
