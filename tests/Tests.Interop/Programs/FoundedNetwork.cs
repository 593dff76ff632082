using System.Globalization;
using Tunic.Tests.Interop.Support;

namespace Tunic.Tests.Interop.Programs;

/// <summary>A network of our own in processes, founded with `tunic authority` and joined by four relays, one of them an exit, with `tunic relay`.</summary>
public sealed class FoundedNetwork : IAsyncLifetime
{
    private const int Relays = 4;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(90);

    private readonly TestDirectory _directory = new("tunic-network");
    private readonly List<PeerProcess> _processes = [];

    /// <summary>What others join with.</summary>
    public string File { get; private set; } = "";

    public async ValueTask InitializeAsync()
    {
        int[] ports = LoopbackPorts.Take(Relays + 2);
        PeerProcess authority = StartAuthority(_directory.Make("authority"), ports[0], ports[1]);
        _processes.Add(authority);
        File = (await authority.WaitForLineAsync("Others join with", Limit)).Split(' ')[^1];
        _processes.AddRange(Enumerable.Range(1, Relays).Select(number => StartRelay(
            _directory.Make($"relay{Text(number)}"), File, number, ports[number + 1], number == Relays ? ["--exit-policy", "accept *:*"] : [])));
        await Task.WhenAll(_processes.Skip(1).Select(relay => relay.WaitForLineAsync("Bootstrapped 100%", Limit)));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (PeerProcess process in _processes)
        {
            await process.DisposeAsync();
        }

        _directory.Dispose();
    }

    internal static PeerProcess StartAuthority(string directory, int orPort, int directoryPort) => TunicProgram.Start(
        "authority", "--data", directory, "--name", "club", "--address", "127.0.0.1",
        "--or-port", Text(orPort), "--dir-port", Text(directoryPort), "--voting-interval", "10");

    internal static PeerProcess StartRelay(string directory, string join, int number, int orPort, params string[] more) => TunicProgram.Start(
    [
        "relay", "--data", directory, "--join", join, "--address", "127.0.0.1", "--nickname", $"relay{Text(number)}", "--or-port", Text(orPort), .. more,
    ]);

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
