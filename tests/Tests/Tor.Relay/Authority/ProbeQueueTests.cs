using System.Net;
using Tunic.Primitives.Keys;
using Tunic.Tor.Relay.Authority;

namespace Tunic.Tests.TorRelay.Authority;

public sealed class ProbeQueueTests
{
    private static readonly IPAddress Crowded = IPAddress.Parse("198.51.101.1");
    private static readonly IPAddress Quiet = IPAddress.Parse("198.51.101.2");

    [Fact]
    public void Addresses_take_turns()
    {
        var queue = new ProbeQueue(capacity: 100, maxPerAddress: 100);
        Fill(queue, Crowded, 1, 2, 3);
        Fill(queue, Quiet, 4);

        Assert.Equal([1, 4, 2, 3], TakeAll(queue));
        Assert.Equal(0, queue.Count);
    }

    [Fact]
    public void No_more_relays_of_one_address_than_allowed_are_tested_at_once()
    {
        var queue = new ProbeQueue(capacity: 100, maxPerAddress: 2);
        Fill(queue, Crowded, 1, 2, 3, 4);
        Fill(queue, Quiet, 5);

        Assert.Equal([1, 5, 2], TakeAll(queue));
        queue.Finish(Crowded);
        Assert.Equal([3], TakeAll(queue));
        queue.Finish(Crowded);
        queue.Finish(Crowded);
        Assert.Equal([4], TakeAll(queue));
    }

    [Fact]
    public void When_it_is_full_the_address_with_most_relays_gives_one_up()
    {
        var queue = new ProbeQueue(capacity: 3, maxPerAddress: 100);
        Fill(queue, Crowded, 1, 2, 3);

        Assert.False(queue.TryAdd(Relay(4), Crowded, out _));
        Assert.True(queue.TryAdd(Relay(5), Quiet, out RsaIdentity? dropped));
        Assert.Equal(Relay(3), dropped);
        Assert.False(queue.TryAdd(Relay(6), Quiet, out _)); // two and one are not better than one and two
        Assert.Equal(3, queue.Count);
        Assert.Equal([1, 5, 2], TakeAll(queue));
    }

    private static void Fill(ProbeQueue queue, IPAddress address, params int[] numbers) =>
        Assert.All(numbers, number => Assert.True(queue.TryAdd(Relay(number), address, out _)));

    private static int[] TakeAll(ProbeQueue queue)
    {
        var taken = new List<int>();
        while (queue.TryTake(out RsaIdentity relay, out _))
        {
            taken.Add(relay.ToArray()[0]);
        }

        return [.. taken];
    }

    private static RsaIdentity Relay(int number)
    {
        var bytes = new byte[RsaIdentity.Length];
        bytes[0] = (byte)number;
        return new RsaIdentity(bytes);
    }
}
