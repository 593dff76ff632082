using Tunic.Tor.Protocol.Cells;
using Tunic.Tor.Protocol.Circuits;

namespace Tunic.Tests.Tor.Protocol.Circuits;

public class OnionLayersTests
{
    public static TheoryData<int, int> Chains()
    {
        var chains = new TheoryData<int, int>();
        for (int hops = 1; hops <= 8; hops++)
        {
            for (int mixture = 0; mixture < 4; mixture++)
            {
                chains.Add(hops, mixture);
            }
        }

        return chains;
    }

    [Theory]
    [MemberData(nameof(Chains))]
    public void Cells_reach_the_hop_they_are_for_in_both_directions(int hops, int mixture)
    {
        using RelayChain chain = NewChain(hops, mixture);
        for (int i = 0; i < 2_000; i++)
        {
            int hop = chain.Random.NextInt32(hops);
            byte[] plain = chain.NewPayload(hop);
            byte[] payload = [.. plain];
            var sent = new byte[HopCiphers.MaxTagLength];
            var received = new byte[HopCiphers.MaxTagLength];
            if (chain.Random.NextInt32(2) == 0)
            {
                CellCommand command = chain.Random.NextInt32(2) == 0 ? CellCommand.Relay : CellCommand.RelayEarly;
                chain.Client.Originate(hop, payload, command, sent);
                Assert.Equal(hop, chain.Forward(payload, command, received));
            }
            else
            {
                chain.Backward(hop, payload, sent);
                Assert.Equal(hop, chain.Client.Decrypt(payload, CellCommand.Relay, received));
            }

            Assert.Equal(sent, received);
            int sealLength = chain.Client[hop].TagLength == 16 ? 16 : 9;
            Assert.Equal(plain[sealLength..], payload[sealLength..]);
        }
    }

    [Fact]
    public void A_cell_altered_on_the_way_is_recognised_by_no_hop_and_ends_the_circuit()
    {
        for (int mixture = 0; mixture < 4; mixture++)
        {
            using RelayChain chain = NewChain(3, mixture);
            byte[] forward = chain.NewPayload(2);
            chain.Client.Originate(2, forward, CellCommand.Relay, []);
            forward[100] ^= 1;
            Assert.Equal(-1, chain.Forward(forward, CellCommand.Relay, []));
            byte[] next = chain.NewPayload(2);
            chain.Client.Originate(2, next, CellCommand.Relay, []);
            Assert.Equal(-1, chain.Forward(next, CellCommand.Relay, []));

            byte[] backward = chain.NewPayload(2);
            chain.Backward(2, backward, []);
            backward[100] ^= 1;
            Assert.Equal(OnionLayers.NotRecognized, chain.Client.Decrypt(backward, CellCommand.Relay, []));
            next = chain.NewPayload(2);
            chain.Backward(2, next, []);
            Assert.Equal(OnionLayers.NotRecognized, chain.Client.Decrypt(next, CellCommand.Relay, []));
        }
    }

    [Fact]
    public void A_cell_from_a_nearer_hop_leaves_the_farther_ones_in_step()
    {
        using var chain = new RelayChain(7, RelayCryptography.Cgo, RelayCryptography.Cgo, RelayCryptography.Tor1);
        for (int i = 0; i < 100; i++)
        {
            int hop = i % 3;
            byte[] payload = chain.NewPayload(hop);
            chain.Backward(hop, payload, []);
            Assert.Equal(hop, chain.Client.Decrypt(payload, CellCommand.Relay, []));
        }
    }

    [Fact]
    public void Nothing_is_allocated_per_cell()
    {
        // The hop of an onion service is left out: code that is not optimised allocates for the constants of SHA-3.
        using var chain = new RelayChain(9, RelayCryptography.Tor1, RelayCryptography.Cgo, RelayCryptography.Tor1, RelayCryptography.Cgo);
        var payload = new byte[Cell.BodyLength];
        var tag = new byte[HopCiphers.MaxTagLength];
        Exchange(chain, payload, tag, rounds: 200);

        long before = GC.GetAllocatedBytesForCurrentThread();
        Exchange(chain, payload, tag, rounds: 200);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static void Exchange(RelayChain chain, byte[] payload, byte[] tag, int rounds)
    {
        bool good = true;
        for (int i = 0; i < rounds; i++)
        {
            int hop = i % chain.Relays.Count;
            chain.Client.Originate(hop, payload, CellCommand.Relay, tag);
            good &= chain.Forward(payload, CellCommand.Relay, tag) == hop;
            chain.Backward(hop, payload, tag);
            good &= chain.Client.Decrypt(payload, CellCommand.Relay, tag) == hop;
        }

        Assert.True(good);
    }

    /// <summary>All tor1, all CGO, CGO at the last hop as clients ask for it, or in turn.</summary>
    private static RelayChain NewChain(int hops, int mixture)
    {
        var kinds = new RelayCryptography[hops];
        for (int i = 0; i < hops; i++)
        {
            bool cgo = mixture switch
            {
                0 => false,
                1 => true,
                2 => i == hops - 1,
                _ => i % 2 == 0,
            };
            kinds[i] = cgo ? RelayCryptography.Cgo : RelayCryptography.Tor1;
        }

        return new RelayChain((ulong)((100 * mixture) + hops), kinds);
    }
}
