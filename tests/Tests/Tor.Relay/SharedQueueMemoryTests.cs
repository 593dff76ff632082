using Tunic.Tests.TorRelay.Support;
using Tunic.Tor.Network.Channels;
using Tunic.Tor.Protocol.Cells.Queues;

namespace Tunic.Tests.TorRelay;

public sealed class SharedQueueMemoryTests
{
    [Fact]
    public async Task A_relay_counts_its_queues_with_those_of_others_in_the_process()
    {
        var memory = new QueueMemory(new CellSegmentPool(), QueueMemory.DefaultLimit);
        await using LoopbackRelay relay = LoopbackRelay.Start(connect: sources => sources with { Queues = memory });
        await using LoopbackRelay alone = LoopbackRelay.Start();

        Assert.Same(memory, relay.Node.Environment.Memory);
        Assert.Same(memory.Cells, relay.Node.Environment.Segments);
        Assert.NotSame(memory, alone.Node.Environment.Memory);
    }
}
