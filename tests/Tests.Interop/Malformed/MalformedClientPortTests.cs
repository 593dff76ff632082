namespace Tunic.Tests.Interop.Malformed;

/// <summary>An application gets its requests wrong, at a stock client and at ours, which have to answer with the same bytes.</summary>
public sealed class MalformedClientPortTests(MalformedClients clients) : IClassFixture<MalformedClients>
{
    [Fact]
    public Task A_socks_request_that_is_none_is_answered_as_by_a_stock_client() =>
        CompareAsync(ClientPortCases.Socks, (parts, ports) => RawApplication.TellAsync(ports.Socks, parts));

    [Fact]
    public Task An_http_request_that_is_none_is_answered_as_by_a_stock_client() =>
        CompareAsync(ClientPortCases.Http, (parts, ports) => RawApplication.TellStatusAsync(ports.Http, parts[0]));

    [Fact]
    public Task A_dns_question_that_is_none_is_answered_as_by_a_stock_client() =>
        CompareAsync(ClientPortCases.Dns, (parts, ports) => RawApplication.TellDatagramAsync(ports.Dns, parts[0]));

    /// <summary>All at once: some are answered by nothing, which takes its time to find out.</summary>
    private async Task CompareAsync(IReadOnlyList<MalformedBytes> cases, Func<byte[][], ClientPortNumbers, Task<string>> tell)
    {
        var differences = new Differences();
        Task<string>[] stock = [.. cases.Select(each => tell(each.Parts, clients.Stock))];
        Task<string>[] ours = [.. cases.Select(each => tell(each.Parts, clients.Ours))];
        for (int i = 0; i < cases.Count; i++)
        {
            differences.Add(cases[i], await stock[i], await ours[i]);
        }

        differences.AssertNone();
    }
}
