using Tunic.Primitives.Time;
using Tunic.Tor.Protocol.Handshakes;

namespace Tunic.Tests.Tor.Protocol.Handshakes;

public class NtorKeyPairTests
{
    [Fact]
    public void A_stored_private_key_leads_to_the_same_pair()
    {
        using NtorKeyPair pair = NtorKeyPair.Generate(new SeededRandomSource(1));
        var stored = new byte[NtorKeyPair.KeyLength];
        pair.CopyPrivateKeyTo(stored);
        using NtorKeyPair loaded = NtorKeyPair.FromPrivateKey(stored);
        Assert.Equal(pair.PublicKey, loaded.PublicKey);
    }

    [Fact]
    public void Keys_of_another_length_are_refused()
    {
        Assert.Throws<ArgumentException>(() => NtorKeyPair.FromPrivateKey(new byte[31]));
        Assert.Throws<ArgumentException>(() => new NtorClientHandshake(new SeededRandomSource(1), default, new byte[33]));
        Assert.Throws<ArgumentException>(() => new NtorV3ClientHandshake(new SeededRandomSource(1), default, new byte[31], [], [0]));
    }

    [Fact]
    public void Dispose_wipes_the_private_key()
    {
        NtorKeyPair pair = NtorKeyPair.Generate(new SeededRandomSource(1));
        Assert.Contains(pair.PrivateKey.ToArray(), value => value != 0);
        pair.Dispose();
        Assert.All(pair.PrivateKey.ToArray(), value => Assert.Equal(0, value));
    }

    [Fact]
    public void A_disposed_CREATE_FAST_handshake_forgets_its_secret()
    {
        var client = new CreateFastClientHandshake(new SeededRandomSource(1));
        Assert.Contains(client.Request.ToArray(), value => value != 0);
        client.Dispose();
        Assert.All(client.Request.ToArray(), value => Assert.Equal(0, value));
    }
}
