using Tunic.Tests.TorRelay.Support;

namespace Tunic.Tests.Interop.Malformed;

/// <summary>A directory serves each client one consensus, which breaks a rule.</summary>
public sealed class MalformedConsensusTests
{
    [Fact]
    public async Task A_consensus_is_used_or_refused_as_by_a_stock_client()
    {
        using var signers = new ConsensusSigners();
        await using LoopbackRelay relay = LoopbackRelay.Start();

        await NewClients.CompareAsync(ConsensusCases.All, served => new ConsensusDirectory(relay, signers, served));
    }
}
