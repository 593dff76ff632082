using Tunic.Tor.Protocol.Circuits;

namespace Tunic.Tests.Interop.Malformed;

/// <summary>A stranger plays each case to a stock relay and to ours, which have to answer with the same words.</summary>
public sealed class MalformedRelayTests(MalformedPeers peers) : IClassFixture<MalformedPeers>
{
    [Fact]
    public Task A_broken_link_handshake_is_answered_as_by_a_stock_relay() =>
        CompareAsync(LinkHandshakeCases.All, async (play, relay) =>
        {
            await using RawLink link = await RawLink.ConnectAsync(relay.Specifiers.IPv4!.Port);
            await play(link);
            return await link.FinishAsync();
        });

    [Fact]
    public Task A_cell_that_an_open_link_must_not_carry_is_answered_as_by_a_stock_relay() =>
        CompareAsync(OpenLinkCases.All, async (play, relay) =>
        {
            await using RawLink link = await RawLink.OpenAsync(relay.Specifiers.IPv4!.Port);
            await play(link);
            return await link.FinishAsync();
        });

    [Fact]
    public Task A_message_that_a_circuit_must_not_carry_is_answered_as_by_a_stock_relay() =>
        CompareAsync(CircuitCases.All, async (play, relay) =>
        {
            await using RawLink link = await RawLink.OpenAsync(relay.Specifiers.IPv4!.Port);
            await play(await RawPath.CreateAsync(link));
            return await link.FinishAsync();
        });

    [Fact]
    public Task A_stream_that_cannot_be_opened_is_answered_as_by_a_stock_exit() =>
        CompareAsync(ExitStreamCases.All(peers.Server.Port), async (play, exit) =>
        {
            await using RawLink link = await RawLink.OpenAsync(peers.Guard.Specifiers.IPv4!.Port);
            RawPath path = await RawPath.CreateAsync(link);
            await path.ExtendAsync(exit);
            await play(path);
            await path.SettleAsync();
            return await link.FinishAsync();
        });

    private async Task CompareAsync<TPeer>(IReadOnlyList<MalformedCase<TPeer>> cases, Func<Func<TPeer, Task>, HopTarget, Task<string>> play)
    {
        var differences = new Differences();
        foreach (MalformedCase<TPeer> each in cases)
        {
            string[] answers = await Task.WhenAll(PlayToStockAsync(each), play(each.Play, peers.Ours));
            differences.Add(each, answers[0], answers[1]);
        }

        differences.AssertNone();

        // Now and then stock closes a young circuit of one hop with FINISHED, its upkeep's word, which answers no case; why is not known yet. No case's own
        // answer is that word.
        async Task<string> PlayToStockAsync(MalformedCase<TPeer> each)
        {
            string answer = await play(each.Play, peers.Stock);
            return answer == "DESTROY 9" ? await play(each.Play, peers.Stock) : answer;
        }
    }
}
