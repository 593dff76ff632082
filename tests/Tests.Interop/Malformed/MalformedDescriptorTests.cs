using System.Net.Sockets;
using Tunic.Tests.Interop.Support;

namespace Tunic.Tests.Interop.Malformed;

/// <summary>A stranger uploads descriptors that break one rule each, to a stock authority and to ours.</summary>
public sealed class MalformedDescriptorTests
{
    [Fact]
    public async Task Every_upload_is_answered_as_by_a_stock_authority_and_kept_or_not_as_there()
    {
        await using StockTorNetwork stock = await StockTorNetwork.StartAsync(new StockTorOptions { Relays = 0, Exits = 0, Clients = 0 });
        await using TunicTorNetwork ours = await TunicTorNetwork.StartAsync(new TunicTorOptions());
        var differences = new Differences();

        foreach (MalformedBytes each in DescriptorCases.All)
        {
            differences.Add(each, await UploadAsync(stock.Authorities[0].DirPort, each.Parts[0]), await UploadAsync(ours.Authorities[0].DirPort, each.Parts[0]));
        }

        differences.AssertNone();
    }

    /// <summary>The status line of the answer, and whether the authority serves one descriptor more than before.</summary>
    private static async Task<string> UploadAsync(int port, byte[] body)
    {
        var directory = new StockDirectory(new Uri($"http://127.0.0.1:{port}/"));
        int before = await CountAsync(directory);
        string answer = await PostAsync(port, body);
        return $"{answer}, {(await CountAsync(directory) > before ? "kept" : "not kept")}";
    }

    private static async Task<string> PostAsync(int port, byte[] body)
    {
        try
        {
            RawHttp answer = await RawHttp.SendAsync(port, [.. System.Text.Encoding.ASCII.GetBytes($"POST /tor/ HTTP/1.0\r\nContent-Length: {body.Length}\r\n\r\n"), .. body]);
            return answer.Head.Count == 0 ? "closed" : answer.Head[0]["HTTP/1.0 ".Length..];
        }
        catch (Exception failure) when (failure is IOException or SocketException)
        {
            return "closed";
        }
    }

    private static async Task<int> CountAsync(StockDirectory directory) =>
        (await directory.TryGetTextAsync("tor/server/all") ?? "").Split("\nrouter-signature\n").Length;
}
