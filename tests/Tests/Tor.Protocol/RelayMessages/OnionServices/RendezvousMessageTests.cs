using Tunic.Primitives.Bytes;
using Tunic.Primitives.Time;
using Tunic.Tor.Protocol.RelayMessages.OnionServices;

namespace Tunic.Tests.Tor.Protocol.RelayMessages.OnionServices;

public sealed class RendezvousMessageTests
{
    private static readonly RendezvousCookie _cookie = RendezvousCookie.Generate(new SeededRandomSource(3));

    [Fact]
    public void Establish_rendezvous_is_the_cookie_and_nothing_else()
    {
        byte[] body = new EstablishRendezvous(_cookie).Encode();
        Assert.Equal(_cookie.ToArray(), body);
        Assert.Equal(_cookie, EstablishRendezvous.Decode(body).Cookie);
        Assert.Throws<MalformedMessageException>(() => EstablishRendezvous.Decode(body.AsSpan(1)));
        Assert.Throws<MalformedMessageException>(() => EstablishRendezvous.Decode([.. body, 0]));
        Assert.Empty(RendezvousEstablished.Encode());
    }

    [Fact]
    public void Rendezvous1_is_as_long_as_stocks_and_padded_by_chance()
    {
        var message = new Rendezvous1(_cookie, Enumerable.Repeat((byte)9, 64).ToArray());
        byte[] body = message.Encode(new SeededRandomSource(1));
        Assert.Equal(168, body.Length);
        Assert.Equal([.. _cookie.ToArray(), .. message.Handshake.Span], body[..84]);
        Assert.NotEqual(new byte[84], body[84..]);
        Rendezvous1 read = Rendezvous1.Decode(body);
        Assert.Equal(_cookie, read.Cookie);
        Assert.Equal(body[20..], read.Handshake.ToArray());
        Assert.Equal(200, new Rendezvous1(_cookie, new byte[180]).Encode(new SeededRandomSource(1)).Length);
    }

    [Fact]
    public void Rendezvous1_of_a_cookie_alone_can_be_read_and_less_cannot()
    {
        Assert.Empty(Rendezvous1.Decode(_cookie.ToArray()).Handshake.ToArray());
        Assert.Throws<MalformedMessageException>(() => Rendezvous1.Decode(new byte[19]));
    }

    [Fact]
    public void Rendezvous2_is_the_first_64_bytes()
    {
        byte[] body = [.. Enumerable.Repeat((byte)5, 64), .. new byte[84]];
        Assert.Equal(body[..64], Rendezvous2.Decode(body).Encode());
        Assert.Throws<MalformedMessageException>(() => Rendezvous2.Decode(body.AsSpan(0, 63)));
    }

    [Fact]
    public void Cookies_are_equal_by_content()
    {
        Assert.Equal(_cookie, new RendezvousCookie(_cookie.ToArray()));
        Assert.NotEqual(_cookie, RendezvousCookie.Generate(new SeededRandomSource(4)));
        Assert.True(default(RendezvousCookie).IsZero);
        Assert.False(_cookie.IsZero);
    }
}
