using Tunic.Tests.Repository;

namespace Tunic.Tests.Interop.Malformed;

/// <summary>docs/spec/malformed-input.md says of every case what the cases say. Set TUNIC_WRITE_PAGES to write it anew.</summary>
public sealed class MalformedPageTests
{
    private const string HostileTest = "HostileRelayTests.A_client_answers_a_relay_that_breaks_the_rules_as_a_stock_client_does";

    private static readonly (string Title, string Test, IReadOnlyList<MalformedCase> Cases)[] _tables =
    [
        ("A link before NETINFO", "MalformedRelayTests.A_broken_link_handshake_is_answered_as_by_a_stock_relay", LinkHandshakeCases.All),
        ("An open link", "MalformedRelayTests.A_cell_that_an_open_link_must_not_carry_is_answered_as_by_a_stock_relay", OpenLinkCases.All),
        ("A circuit of one hop", "MalformedRelayTests.A_message_that_a_circuit_must_not_carry_is_answered_as_by_a_stock_relay", CircuitCases.All),
        ("Streams of an exit", "MalformedRelayTests.A_stream_that_cannot_be_opened_is_answered_as_by_a_stock_exit", ExitStreamCases.All(80)),
        ("The SOCKS port", "MalformedClientPortTests.A_socks_request_that_is_none_is_answered_as_by_a_stock_client", ClientPortCases.Socks),
        ("The HTTP port", "MalformedClientPortTests.An_http_request_that_is_none_is_answered_as_by_a_stock_client", ClientPortCases.Http),
        ("The DNS port", "MalformedClientPortTests.A_dns_question_that_is_none_is_answered_as_by_a_stock_client", ClientPortCases.Dns),
        ("Uploads to an authority", "MalformedDescriptorTests.Every_upload_is_answered_as_by_a_stock_authority_and_kept_or_not_as_there", DescriptorCases.All),
        ("A consensus for a client", "MalformedConsensusTests.A_consensus_is_used_or_refused_as_by_a_stock_client", ConsensusCases.All),
        ("A relay's link with a client", HostileTest, InStage(HostileRelayStage.Link)),
        ("A relay's answer to a client's circuit", HostileTest, InStage(HostileRelayStage.Creation)),
        ("A relay on a client's circuit", HostileTest, InStage(HostileRelayStage.Stream)),
    ];

    [Fact]
    public async Task The_page_lists_every_case_with_both_answers()
    {
        string path = Path.Combine(RepositoryFiles.Root, "docs", "spec", "malformed-input.md");
        string page = await File.ReadAllTextAsync(path);
        int tables = page.IndexOf("\n## ", StringComparison.Ordinal) + 1;
        string written = page[..tables] + string.Join('\n', _tables.Select(Format));
        if (Environment.GetEnvironmentVariable("TUNIC_WRITE_PAGES") is { Length: > 0 })
        {
            await File.WriteAllTextAsync(path, written);
        }

        Assert.Equal(written, await File.ReadAllTextAsync(path));
    }

    private static HostileRelayCase[] InStage(HostileRelayStage stage) => [.. HostileRelayCases.All.Where(each => each.Stage == stage)];

    private static string Format((string Title, string Test, IReadOnlyList<MalformedCase> Cases) table) =>
        $"""
        ## {table.Title}

        `{table.Test}`

        | case | stock | ours | why |
        |---|---|---|---|
        {string.Join('\n', table.Cases.Select(each => $"| {Escape(each.Name)} | {each.Stock} | {(each.Ours == each.Stock ? "same" : each.Ours)} | {each.Why} |"))}

        """;

    private static string Escape(string name) => name.Replace("|", "\\|", StringComparison.Ordinal).Replace("<", "\\<", StringComparison.Ordinal).Replace("*", "\\*", StringComparison.Ordinal);
}
