using System.Net;
using System.Text;
using Tunic.Node.Networks;
using Tunic.Node.Processes;
using Tunic.Primitives.Cryptography;
using Tunic.Primitives.Keys;
using Tunic.Primitives.Storage;
using Tunic.Tor.Network.NetworkDirectory.Profiles;
using Tunic.Tor.Network.NetworkDirectory;

namespace Tunic.Tests.Node.Networks;

public sealed class NetworkFileTests : IDisposable
{
    private static readonly NetworkSource FromFile = new("demo.tunic-network", null);
    private static readonly NetworkSource FromUrl = new("http://example.org/demo.tunic-network", null);

    private readonly Ed25519PrivateKey _key = KeyOf(7);
    private readonly Ed25519PrivateKey _otherKey = KeyOf(8);
    private readonly JoinedNetworks _joined = new(new MemoryStateStore());

    [Fact]
    public void A_file_reads_back_as_it_was_written()
    {
        NetworkFile file = File(serial: 3) with
        {
            Fallbacks = [new FallbackDirectory(Identity(5), [IPEndPoint.Parse("192.0.2.1:443"), IPEndPoint.Parse("[2001:db8::1]:443")])],
            Parameters = [new("bwscanner_cc", 2), new("circwindow", -1)],
        };

        Assert.True(NetworkFileCodec.TryDecode(NetworkFileCodec.Encode(file, _key), out NetworkFile? read, out _));

        Assert.Equal((file.Name, file.Serial, file.Key, file.IsPrivate), (read.Name, read.Serial, read.Key, read.IsPrivate));
        Assert.Equal(file.Authorities, read.Authorities);
        Assert.Equal(file.Parameters, read.Parameters);
        Assert.Equal(file.Fallbacks[0].Addresses, read.Fallbacks[0].Addresses);
    }

    [Fact]
    public void Every_truncation_and_every_changed_byte_is_refused()
    {
        byte[] bytes = NetworkFileCodec.Encode(File(serial: 3), _key);

        Assert.All(Enumerable.Range(0, bytes.Length), length => Assert.False(NetworkFileCodec.TryDecode(bytes.AsSpan(0, length), out _, out _)));
        for (int i = 0; i < bytes.Length; i++)
        {
            byte[] changed = [.. bytes];
            changed[i] ^= 1;
            Assert.False(NetworkFileCodec.TryDecode(changed, out _, out _), $"byte {i}");
        }
    }

    [Fact]
    public void A_line_of_a_later_version_is_signed_and_skipped() => Assert.True(NetworkFileCodec.TryDecode(Signed("weather fine\n"), out _, out _));

    [Theory]
    [InlineData("serial 4\n")]
    [InlineData("network other\n")]
    [InlineData("authority a b c d e\n")]
    [InlineData("fallback 00\n")]
    [InlineData("parameter x\n")]
    [InlineData("private yes\n")]
    public void A_line_twice_or_malformed_is_refused(string line) => Assert.False(NetworkFileCodec.TryDecode(Signed(line), out _, out _));

    [Fact]
    public void Lists_have_limits()
    {
        string parameter = string.Concat(Enumerable.Repeat("parameter x 1\n", NetworkFileCodec.MaxParameters));

        Assert.True(NetworkFileCodec.TryDecode(Signed(parameter), out _, out _));
        Assert.False(NetworkFileCodec.TryDecode(Signed(parameter + "parameter x 1\n"), out _, out _));
    }

    [Theory]
    [InlineData("tor")]
    [InlineData("")]
    [InlineData("../x")]
    [InlineData("Demo")]
    [InlineData("-x")]
    [InlineData("123456789012345678901234567890123")]
    public void A_name_is_short_plain_and_not_the_public_networks(string name) => Assert.False(NetworkFile.IsName(name));

    [Fact]
    public async Task A_file_joins_pins_and_is_found_again()
    {
        await _joined.JoinAsync(FromFile, NetworkFileCodec.Encode(File(serial: 3), _key), null, default);
        await _joined.JoinAsync(FromFile, NetworkFileCodec.Encode(File(serial: 4), _key), null, default);

        Assert.Equal(["demo"], await _joined.ListAsync(default));
        Assert.Equal(4, (await _joined.FindAsync("demo", default))!.Serial);
        Assert.Null(await _joined.FindAsync("other", default));
    }

    [Fact]
    public async Task From_a_url_a_fingerprint_or_an_acceptance_is_needed_the_first_time()
    {
        byte[] bytes = NetworkFileCodec.Encode(File(serial: 3), _key);

        CommandException failure = await Assert.ThrowsAsync<CommandException>(() => _joined.JoinAsync(FromUrl, bytes, null, default));
        Assert.Contains($"--accept {NetworkFileCodec.Fingerprint(_key.PublicKey)}", failure.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<CommandException>(() => _joined.JoinAsync(FromUrl, bytes, _otherKey.PublicKey, default));
        await _joined.JoinAsync(FromUrl, bytes, _key.PublicKey, default);
        await _joined.JoinAsync(FromUrl, NetworkFileCodec.Encode(File(serial: 4), _key), null, default);
    }

    [Fact]
    public async Task An_older_serial_another_key_and_a_changed_file_of_one_serial_are_refused()
    {
        await _joined.JoinAsync(FromFile, NetworkFileCodec.Encode(File(serial: 3), _key), null, default);

        await RefusedAsync(NetworkFileCodec.Encode(File(serial: 2), _key), "out of date");
        await RefusedAsync(NetworkFileCodec.Encode(File(serial: 9) with { Key = _otherKey.PublicKey }, _otherKey), "has the fingerprint");
        await RefusedAsync(NetworkFileCodec.Encode(File(serial: 3) with { IsPrivate = false }, _key), "raise it");
        await RefusedAsync("hello"u8.ToArray(), "no network file");
        Assert.Equal(3, (await _joined.FindAsync("demo", default))!.Serial);
    }

    [Fact]
    public void A_source_is_a_file_or_a_url_with_or_without_fingerprint()
    {
        string fingerprint = NetworkFileCodec.Fingerprint(_key.PublicKey);

        Assert.Equal(new NetworkSource("https://x/y", _key.PublicKey), NetworkSource.Parse($"https://x/y#{fingerprint}"));
        Assert.True(NetworkSource.Parse("https://x/y").IsRemote);
        Assert.False(NetworkSource.Parse("/tmp/x").IsRemote);
        Assert.Throws<CommandException>(() => NetworkSource.Parse("https://x/y#abc"));
    }

    public void Dispose()
    {
        _key.Dispose();
        _otherKey.Dispose();
    }

    private static Ed25519PrivateKey KeyOf(byte fill)
    {
        byte[] seed = new byte[32];
        Array.Fill(seed, fill);
        return Ed25519PrivateKey.FromSeed(seed);
    }

    private static RsaIdentity Identity(byte fill)
    {
        byte[] bytes = new byte[RsaIdentity.Length];
        Array.Fill(bytes, fill);
        return new RsaIdentity(bytes);
    }

    private NetworkFile File(long serial) => new()
    {
        Name = "demo",
        Serial = serial,
        Key = _key.PublicKey,
        IsPrivate = true,
        Authorities = [new DirectoryAuthority("auth1", Identity(1), Identity(2), IPEndPoint.Parse("127.0.0.1:5000"), IPEndPoint.Parse("127.0.0.1:7000"))],
    };

    /// <summary>A correct file with these lines besides, rightly signed.</summary>
    private byte[] Signed(string lines)
    {
        string text = Encoding.ASCII.GetString(NetworkFileCodec.Encode(File(serial: 3), _key));
        string signed = text[..(text.LastIndexOf("signature ", StringComparison.Ordinal))] + lines;
        byte[] signature = new byte[64];
        _key.Sign(Encoding.ASCII.GetBytes("Tunic network file v1\0" + signed), signature);
        return Encoding.ASCII.GetBytes($"{signed}signature {Convert.ToBase64String(signature)}\n");
    }

    private async Task RefusedAsync(byte[] bytes, string reason)
    {
        CommandException failure = await Assert.ThrowsAsync<CommandException>(() => _joined.JoinAsync(FromFile, bytes, null, default));
        Assert.Contains(reason, failure.Message, StringComparison.Ordinal);
    }
}
