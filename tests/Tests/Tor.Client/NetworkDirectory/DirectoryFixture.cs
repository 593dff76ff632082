using System.Security.Cryptography;
using Tunic.Primitives.Keys;
using Tunic.Primitives.Storage;
using Tunic.Tests.Tor.Client.Listeners.Support;
using Tunic.Tests.Tor.Protocol.Documents;
using Tunic.Tests.TorRelay;
using Tunic.Tests.TorRelay.DirectoryCache;
using Tunic.Tor.Client.NetworkDirectory;
using Tunic.Tor.Network.NetworkDirectory;
using Tunic.Tor.Relay.DirectoryCache;
using Tunic.Tor.Relay.DirectoryCache.Serving;

namespace Tunic.Tests.Tor.Client.NetworkDirectory;

/// <summary>The captured stock network, with three directories that serve it and the parts of a client's directory.</summary>
internal sealed class DirectoryFixture
{
    internal DirectoryFixture(DateTime? now = null)
    {
        Time = new ManualTime(now ?? StockNetwork.Now);
        Directories = [.. Enumerable.Range(0, 3).Select(AddDirectory)];
        Fetcher = new MemoryFetcher(Servers, Directories);
        Cache = new Tunic.Tor.Client.NetworkDirectory.DirectoryCache(Files, Log);
        Clock = new ClockWatch(Time, Log);
        Profile = new NetworkProfile { Name = "captured", Authorities = Directories, IsPrivate = true };
    }

    internal ManualTime Time { get; }

    internal MemoryStateStore Files { get; } = new();

    internal LogLines Log { get; } = new();

    /// <summary>What the directories serve; begins with the first consensus.</summary>
    internal DirectoryStore Served { get; } = StockStore.Create("1");

    internal MemoryDirectories Servers { get; } = new();

    internal IReadOnlyList<DirectoryAuthority> Directories { get; }

    internal MemoryFetcher Fetcher { get; }

    internal Tunic.Tor.Client.NetworkDirectory.DirectoryCache Cache { get; }

    internal ClockWatch Clock { get; }

    internal NetworkProfile Profile { get; }

    internal ClientConsensus CreateConsensus() => new(Profile, new ProtocolRequirements(servesRelay: false, Log), Cache, Fetcher, Clock, Time, Log);

    private DirectoryAuthority AddDirectory(int number)
    {
        var relay = new RsaIdentity(SHA1.HashData([(byte)number]));
        var server = new DirectoryServer(Served, new DirectoryServerOptions { Time = new ClockOnly(Time) });
        return Servers.Add($"authority{number}", StockNetwork.Authorities[number], server) with { RelayIdentity = relay };
    }

    /// <summary>The servers' timers must not count as the client waiting.</summary>
    private sealed class ClockOnly(ManualTime time) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => time.GetUtcNow();
    }
}
