using System.Collections.Concurrent;
using System.Text;
using Tunic.Primitives.Storage;
using Tunic.Tests.Simulation;
using Tunic.Tests.Tor.Protocol.Voting;
using Tunic.Tor.Client;
using Tunic.Tor.Client.NetworkDirectory;
using Tunic.Tor.Network.Channels;
using Tunic.Tor.Network.NetworkDirectory;

namespace Tunic.Tests.Tor.Client.Networks;

/// <summary>What a directory guard's answers say of it as a guard (stock connection_dir_client_request_failed).</summary>
public sealed class DirectoryGuardTests
{
    private const int DirectoryGuards = 3;
    private static readonly MadeRelay[] Relays = [.. Enumerable.Range(1, 9).Select(number => new MadeRelay(number))];

    private readonly ConcurrentQueue<MadeRelay> _asked = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>Else whoever overloads guards could push clients on and on, until they take his own.</summary>
    [Theory]
    [InlineData("HTTP/1.0 503 Directory busy\r\n\r\n")]
    [InlineData("HTTP/1.0 200 OK\r\nContent-Length: 1000\r\n\r\ncut off")]
    [InlineData("nonsense")]
    public async Task A_poor_answer_drives_no_client_to_other_guards(string answer)
    {
        int asked = await AskAsync(async (stream, cancel) => await stream.WriteAsync(Encoding.ASCII.GetBytes(answer), cancel));

        Assert.InRange(asked, 1, DirectoryGuards);
    }

    [Fact]
    public async Task No_answer_does()
    {
        int asked = await AskAsync((_, _) => Task.CompletedTask);

        Assert.InRange(asked, DirectoryGuards + 1, Relays.Length);
    }

    /// <summary>Asks thirty times. How many relays were asked.</summary>
    private async Task<int> AskAsync(Func<Stream, CancellationToken, Task> answer)
    {
        await using SimulatedNetwork network = await SimulatedNetwork.StartAsync(Relays);
        await using TorClient client = await network.StartClientAsync(new ClientOptions(), new MemoryStateStore());
        await Eventually.HoldsAsync(() => client.View is not null);
        network.ServeDirectoryAsync = (relay, stream, cancel) =>
        {
            _asked.Enqueue(relay);
            return answer(stream, cancel);
        };
        (DirectoryFetcher fetcher, ChannelTable channels) = network.CreateFetcher(new ClientOptions(), client.View!);

        await Assert.ThrowsAnyAsync<Exception>(() => fetcher.FetchAsync(new DirectoryRequest("/tor/x"), [], attempts: 30, Cancel));

        await fetcher.DisposeAsync();
        await channels.DisposeAsync();
        return _asked.Distinct().Count();
    }
}
