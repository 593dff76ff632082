using System.Net;
using Tunic.Tor.Network.Channels.OpenSsl;

namespace Tunic.Tests.Tor.Network.Channels;

public sealed class HandshakeSlotsTests
{
    private static readonly IPAddress A = IPAddress.Parse("192.0.2.1");
    private static readonly IPAddress B = IPAddress.Parse("192.0.2.2");
    private static readonly IPAddress C = IPAddress.Parse("192.0.2.3");

    [Fact]
    public void When_full_the_address_with_most_handshakes_loses_its_oldest()
    {
        var slots = new HandshakeSlots(4);
        HandshakeSlot patient = slots.Enter(A);
        HandshakeSlot[] silent = [.. Enumerable.Range(0, 3).Select(_ => slots.Enter(B))];

        HandshakeSlot newcomer = slots.Enter(C);

        Assert.Equal([true, false, false], silent.Select(slot => slot.IsCancellationRequested));
        Assert.False(patient.IsCancellationRequested || newcomer.IsCancellationRequested);
        Assert.Equal(4, slots.Count);
    }

    [Fact]
    public void Of_addresses_with_equally_many_the_oldest_handshake_goes()
    {
        var slots = new HandshakeSlots(2);
        HandshakeSlot first = slots.Enter(B);
        HandshakeSlot second = slots.Enter(A);

        slots.Enter(C);

        Assert.Equal((true, false), (first.IsCancellationRequested, second.IsCancellationRequested));
    }

    [Fact]
    public void A_handshake_that_is_complete_or_was_broken_off_leaves_its_place()
    {
        var slots = new HandshakeSlots(2);
        HandshakeSlot[] all = [.. Enumerable.Range(0, 100).Select(number => slots.Enter(number % 3 == 0 ? A : B))];
        Assert.Equal(2, slots.Count);

        for (int i = 0; i < all.Length; i++)
        {
            slots.Leave(all[i]);
        }

        Assert.Equal(0, slots.Count);
    }
}
