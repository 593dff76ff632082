using System.Text;
using Tunic.Primitives.Cryptography;

namespace Tunic.Tests.Primitives.Cryptography;

public sealed class Blake2bTests
{
    // RFC 7693, appendix A.
    [Fact]
    public void Hashes_abc()
    {
        var hash = new byte[64];
        Blake2b.Hash("abc"u8, hash);
        Assert.Equal(
            "ba80a53f981c4d0d6a2797b69f12f6e94c212f14685ac4b74b12bb6fdbffa2d17d87c5392aab792dc252d5de4533cc9518d38aa8dbf1925ab92386edd4009923",
            Convert.ToHexStringLower(hash));
    }

    // From hashlib.blake2b of CPython, which is built from the reference code: the bytes 0, 1, 2 and so on.
    [Theory]
    [InlineData(0, 64, "", "786a02f742015903c6c6fd852552d272912f4740e15847618a86e217f71f5419d25e1031afee585313896444934eb04b903a685b1448b755d56f701afe9be2ce")]
    [InlineData(3, 4, "", "579c4f35")]
    [InlineData(127, 20, "", "535975c8d8c5dd9ed14a9204757b06783dd7b1fb")]
    [InlineData(128, 64, "", "2319e3789c47e2daa5fe807f61bec2a1a6537fa03f19ff32e87eecbfd64b7e0e8ccff439ac333b040f19b0c4ddd11a61e24ac1fe0f10a039806c5dcc0da3d115")]
    [InlineData(129, 64, "", "f59711d44a031d5f97a9413c065d1e614c417ede998590325f49bad2fd444d3e4418be19aec4e11449ac1a57207898bc57d76a1bcf3566292c20c683a5c4648f")]
    [InlineData(256, 32, "", "39a7eb9fedc19aabc83425c6755dd90e6f9d0c804964a1f4aaeea3b9fb599835")]
    [InlineData(1024, 64, "", "6b490f42e902f61b1ee12d3c85e34152e37c94d07ab9ea577cad6a6eb4690fad38064f53a19c225703a5c52cdc9a85add71b339d327e1630ee3432b920240e8a")]
    [InlineData(100, 64, "HashX v1", "ccbf6155eb96b54ded3c33179238af7f781386572c8a51f2b128b16b9e6eeb11d36fc21b707c7f26aa414d1f7be92255b8413453caf4712513fb30a59027a209")]
    [InlineData(100, 4, "", "6d8be18b")]
    public void Hashes_every_length_around_a_block(int length, int hashLength, string salt, string expected)
    {
        var hash = new byte[hashLength];
        Blake2b.Hash(Sequence(length), hash, salt.Length == 0 ? default : Encoding.ASCII.GetBytes(salt.PadRight(Blake2b.SaltLength, '\0')));
        Assert.Equal(expected, Convert.ToHexStringLower(hash));
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(65, 0)]
    [InlineData(64, 15)]
    public void Refuses_other_lengths(int hashLength, int saltLength) =>
        Assert.Throws<ArgumentException>(() => Blake2b.Hash([], new byte[hashLength], new byte[saltLength]));

    private static byte[] Sequence(int length) => [.. Enumerable.Range(0, length).Select(i => unchecked((byte)i))];
}
