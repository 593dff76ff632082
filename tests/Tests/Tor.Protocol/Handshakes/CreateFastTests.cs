using Tunic.Primitives.Time;
using Tunic.Tor.Protocol.Circuits;
using Tunic.Tor.Protocol.Handshakes;

namespace Tunic.Tests.Tor.Protocol.Handshakes;

public class CreateFastTests
{
    private static readonly int KeyMaterialLength = HopCiphers.KeyMaterialLength(RelayCryptography.Tor1);

    // Arti tor-proto/src/crypto/handshake/fast.rs, testvec (made with tor): X, Y | KH, then the keys
    [Theory]
    [InlineData(
        "080E247DF7C252FCD2DC10F459703480C223E3A6",
        "BA95C0D092335428BF80093BBED0B7A26C49E1E8696FBF9C8D6BE26504219C000D26AFE370FCEF04",
        "AFA89B4FC8CF882335A582C52478B5FCB1E08DAF707E2C2D23B8C27D30BD461F3DF98A3AF82221CB658AD0AA8680B99067E4F7DBC546970E"
        + "A9A56B26433C71DA867BDD09C14A1308BC327D6A448D71D2382B3AB6AF0BB4E19649A8DFF607DB9C57A04AC3")]
    [InlineData(
        "5F786C724C2F5978474A04FA63772057AD896A03",
        "6210B037001405742FE78B6F5B34E6DB3C9F2F7E24239498613E0ED872E110A00774A3FCB37A7507",
        "D41B65D83FB4B34A322B658BE4D706EDCD8B62813757E719118C394E1F22E1C8EA8959BAB30E856A914C3054946F547397094DE031F5BCA3"
        + "84C65C8880BF7AAB9CE7BEE33971F9DE8C22A23366F46BF8B5E5112321E216B0E02C62EEA3ABB72A0E062592")]
    public void Both_sides_give_the_known_answers(string x, string replyHex, string keysHex)
    {
        byte[] expectedReply = Convert.FromHexString(replyHex);
        byte[] expectedMaterial = [.. Convert.FromHexString(keysHex), .. expectedReply[20..]];
        using var client = new CreateFastClientHandshake(new FixedRandomSource(Convert.FromHexString(x)));
        var reply = new byte[CreateFastServerHandshake.ReplyLength];
        var serverMaterial = new byte[expectedMaterial.Length];
        var clientMaterial = new byte[expectedMaterial.Length];

        Assert.True(CreateFastServerHandshake.TryRespond(
            new FixedRandomSource(expectedReply), client.Request.Span, reply, serverMaterial));
        Assert.True(client.TryComplete(reply, clientMaterial));
        Assert.Equal(expectedReply, reply);
        Assert.Equal(expectedMaterial, serverMaterial);
        Assert.Equal(expectedMaterial, clientMaterial);
        Assert.Equal(expectedReply[20..], HopCiphers.Nonce(clientMaterial).ToArray());
    }

    [Fact]
    public void A_changed_bit_of_KH_is_refused_and_leaves_no_keys()
    {
        using var client = new CreateFastClientHandshake(new SeededRandomSource(1));
        var reply = new byte[CreateFastServerHandshake.ReplyLength];
        var material = new byte[KeyMaterialLength];
        CreateFastServerHandshake.TryRespond(new SeededRandomSource(2), client.Request.Span, reply, material);
        for (int bit = 0; bit < 8 * reply.Length; bit++)
        {
            byte[] altered = [.. reply];
            altered[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.False(client.TryComplete(altered, material));
            Assert.All(material, value => Assert.Equal(0, value));
        }

        Assert.True(client.TryComplete(reply, material));
    }

    [Fact]
    public void Messages_of_another_length_are_refused()
    {
        using var client = new CreateFastClientHandshake(new SeededRandomSource(1));
        var reply = new byte[CreateFastServerHandshake.ReplyLength];
        var material = new byte[KeyMaterialLength];
        foreach (int length in (int[])[0, 19, 21])
        {
            Assert.False(CreateFastServerHandshake.TryRespond(new SeededRandomSource(2), new byte[length], reply, material));
        }

        CreateFastServerHandshake.TryRespond(new SeededRandomSource(2), client.Request.Span, reply, material);
        for (int length = 0; length < reply.Length; length++)
        {
            Assert.False(client.TryComplete(reply.AsSpan(0, length), material));
        }

        Assert.False(client.TryComplete([.. reply, 0], material));
    }
}
