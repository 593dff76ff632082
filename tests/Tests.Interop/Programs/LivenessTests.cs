using System.Diagnostics;
using Tunic.Node.Processes;
using Tunic.Tests.Interop.Support;

namespace Tunic.Tests.Interop.Programs;

/// <summary>A relay of a real network is killed, and a client's next paths are without it long before the next consensus is.</summary>
public sealed class LivenessTests : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(120);

    private readonly TestDirectory _directory = new("tunic-liveness");

    [Theory]
    [InlineData(false, 6)]
    [InlineData(true, 3)] // it says goodbye; the rest is the time in which a process ends on a busy machine
    public async Task An_exit_that_ends_is_out_of_a_clients_path_choice_within_six_seconds_and_requests_go_on(bool isAsked, int seconds)
    {
        TimeSpan promise = TimeSpan.FromSeconds(seconds);
        string home = _directory.Make("network");
        await using PeerProcess up = TunicProgram.Start("up", "--data", home, "--socks-port", "0", "--http-port", "0");
        string url = (await up.WaitForLineAsync("curl --proxy", Limit)).Split(' ')[^1];
        int port = LoopbackPorts.Take(1)[0];
        await using PeerProcess client = TunicProgram.StartTor(_directory.Make("client"), [.. ClientLines(Path.Combine(home, "exit1", "torrc"), port)]);
        await client.WaitForLineAsync("Bootstrapped 100%", Limit);
        await client.WaitForLineAsync("authorities say who is down", Limit);

        using Process exit = FindProcess(Path.Combine(home, "exit1", "torrc"));
        var clock = Stopwatch.StartNew();
        if (isAsked)
        {
            UnixSignals.Terminate(exit.Id);
            await Deadline.UntilAsync("the exit has heard the signal", Limit, async () => // a stream that is open before dies with it
                (await File.ReadAllTextAsync(Path.Combine(home, "exit1", "notices.log"))).Contains("Catching signal TERM", StringComparison.Ordinal));
        }
        else
        {
            exit.Kill();
        }

        Task<CurlResult> request = Curl.ThroughSocks5(port).GetAsync(url);
        await client.WaitForLineAsync("The relay exit1 ", Limit);
        TimeSpan absent = clock.Elapsed;
        CurlResult made = await request;
        TimeSpan answered = clock.Elapsed;
        CurlResult next = await Curl.ThroughSocks5(port).GetAsync(url);
        up.SendSignal(2);
        await up.WaitForExitAsync(Limit); // its processes write into the directory until they end

        string log = string.Join('\n', client.Lines);
        Assert.True(absent < promise, $"{absent}\n{log}");
        Assert.True(made.HttpStatus == 200, made.Output);
        Assert.True(answered < TimeSpan.FromSeconds(6), $"{answered}\n{log}");
        Assert.True(next.HttpStatus == 200, next.Output);
    }

    public void Dispose() => _directory.Dispose();

    /// <summary>A client of the network of which this torrc belongs to a relay.</summary>
    private static IEnumerable<string> ClientLines(string torrc, int port) =>
    [
        "TestingTorNetwork 1",
        $"SocksPort 127.0.0.1:{port}",
        "Log notice stdout",
        .. File.ReadLines(torrc).Where(line => line.StartsWith("DirAuthority ", StringComparison.Ordinal)),
    ];

    private static Process FindProcess(string torrc)
    {
        foreach (Process process in Process.GetProcesses())
        {
            try
            {
                if (File.ReadAllText($"/proc/{process.Id}/cmdline").Contains(torrc, StringComparison.Ordinal))
                {
                    return process;
                }
            }
            catch (IOException)
            {
                // it has ended in the meantime
            }

            process.Dispose();
        }

        throw new InvalidOperationException($"nobody runs with {torrc}");
    }
}
