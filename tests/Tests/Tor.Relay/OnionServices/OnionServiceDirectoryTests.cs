using System.Text;
using Tunic.Primitives.Cryptography;
using Tunic.Primitives.Time;
using Tunic.Tor.Network.Channels;
using Tunic.Tor.Protocol.Cells.Queues;
using Tunic.Tor.Protocol.OnionServices;
using Tunic.Tor.Protocol.OnionServices.Descriptors;
using Tunic.Tor.Relay.DirectoryCache.Serving;
using Tunic.Tor.Relay.OnionServices;

namespace Tunic.Tests.TorRelay.OnionServices;

/// <summary>The relay as onion service directory, as stock hs_cache.c and dircache.c are.</summary>
public sealed class OnionServiceDirectoryTests
{
    private static readonly DateTime _now = new(2026, 3, 4, 5, 6, 7, DateTimeKind.Utc);
    private static readonly DirectoryAsker _hidden = new(null, IsTunnelled: true, IsAnonymous: true);

    private readonly ManualTime _time = new(_now);
    private readonly QueueMemory _memory = new(new CellSegmentPool(), limit: 1 << 20);

    [Fact]
    public async Task A_published_descriptor_is_served_until_its_lifetime_ends()
    {
        OnionServiceDescriptorHandler handler = Handler(out OnionServiceDescriptorCache cache);
        byte[] text = Make(1, revision: 5, out BlindedKey key);
        Assert.Equal((200, "HS descriptor stored successfully."), await PostAsync(handler, text));

        DirectoryAnswer answer = await GetAsync(handler, key);
        Assert.Equal(200, answer.Status);
        Assert.Equal(text, answer.Body[0].ToArray());
        string head = Encoding.ASCII.GetString(answer.EncodeHead(_hidden, _now));
        Assert.Contains($"Content-Type: text/plain\r\nContent-Encoding: identity\r\nContent-Length: {text.Length}\r\nPragma: no-cache\r\n", head, StringComparison.Ordinal);

        _time.Advance(DescriptorWriter.Lifetime - TimeSpan.FromSeconds(1));
        Assert.Equal(200, (await GetAsync(handler, key)).Status);
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(404, (await GetAsync(handler, key)).Status);
        await PostAsync(handler, Make(2, revision: 1, out _));
        Assert.Equal(1, cache.Count); // swept
    }

    [Fact]
    public async Task Only_a_higher_revision_takes_the_place_of_a_descriptor()
    {
        OnionServiceDescriptorHandler handler = Handler(out OnionServiceDescriptorCache cache);
        byte[] first = Make(1, revision: 5, out BlindedKey key);
        await PostAsync(handler, first);
        Assert.Equal((400, "Invalid HS descriptor. Rejected."), await PostAsync(handler, first));
        Assert.Equal(400, (await PostAsync(handler, Make(1, revision: 4, out _))).Status);
        byte[] newer = Make(1, revision: 6, out _);
        Assert.Equal(200, (await PostAsync(handler, newer)).Status);
        Assert.Equal(newer, (await GetAsync(handler, key)).Body[0].ToArray());
        Assert.Equal(1, cache.Count);
        Assert.Equal(cache.BytesInUse, _memory.BytesInUse);
    }

    [Theory]
    [InlineData("/tor/hs/3/publish/and/more", 200)]
    [InlineData("/tor/hs/2/publish", 400)]
    [InlineData("/tor/hs/3/fetch", 400)]
    [InlineData("/tor/hs/publish", 400)]
    [InlineData("/tor/hs/-3/publish", 400)]
    [InlineData("/tor/hs/", 400)]
    public async Task Where_a_descriptor_is_posted_to_decides(string path, int status) =>
        Assert.Equal(status, (await PostAsync(Handler(out _), Make(1, revision: 5, out _), path)).Status);

    [Fact]
    public async Task Too_long_or_altered_descriptors_are_refused()
    {
        byte[] text = Make(1, revision: 5, out _);
        OnionServiceDescriptorHandler narrow = new(new OnionServiceDescriptorCache(_memory), () => text.Length, _time);
        Assert.Equal(400, (await PostAsync(narrow, text)).Status);
        OnionServiceDescriptorHandler wide = new(new OnionServiceDescriptorCache(_memory), () => text.Length + 1, _time);
        Assert.Equal(200, (await PostAsync(wide, text)).Status);
        text[text.Length / 2] ^= 1;
        Assert.Equal(400, (await PostAsync(Handler(out _), text)).Status);
        Assert.Equal(400, (await PostAsync(Handler(out _), [])).Status);
    }

    [Fact]
    public async Task Who_is_not_hidden_gets_nothing()
    {
        OnionServiceDescriptorHandler handler = Handler(out _);
        byte[] text = Make(1, revision: 5, out BlindedKey key);
        DirectoryAsker[] seen = [new(null, IsTunnelled: true, IsAnonymous: false), new(null, IsTunnelled: false, IsAnonymous: false)];
        foreach (DirectoryAsker asker in seen)
        {
            Assert.Equal((503, "Rejecting single hop HS descriptor post"), await PostAsync(handler, text, asker: asker));
            DirectoryAnswer answer = await GetAsync(handler, key, asker);
            Assert.Equal((503, "Rejecting single hop HS v3 descriptor request"), (answer.Status, answer.Reason));
        }
    }

    [Fact]
    public async Task Unknown_and_malformed_names_are_not_found_and_other_urls_are_others()
    {
        OnionServiceDescriptorHandler handler = Handler(out _);
        Assert.Equal(404, (await HandleAsync(handler, "GET /tor/hs/3/AAAA HTTP/1.0", default, _hidden))!.Status);
        Assert.Equal(404, (await HandleAsync(handler, $"GET /tor/hs/3/{new string('A', 43)} HTTP/1.0", default, _hidden))!.Status);
        Assert.Null(await HandleAsync(handler, "GET /tor/hs/2/AAAA HTTP/1.0", default, _hidden));
        Assert.Null(await HandleAsync(handler, "POST /tor/ HTTP/1.0", default, _hidden));
        Assert.Equal(0, handler.MaxBodyLength("/tor/"));
        Assert.Equal(1 << 16, handler.MaxBodyLength("/tor/hs/3/publish"));
    }

    [Fact]
    public void A_full_cache_forgets_what_is_asked_for_least()
    {
        OnionServiceDescriptor[] all = [.. Enumerable.Range(1, 4).Select(i => Read(Make(i, revision: 1, out _)))];
        var cache = new OnionServiceDescriptorCache(_memory, maxBytes: 2 * all[0].Text.Length);
        Assert.True(cache.TryStore(all[0], _now));
        Assert.True(cache.TryStore(all[1], _now));
        Assert.NotNull(cache.Find(all[0].BlindedKey, _now));
        Assert.True(cache.TryStore(all[2], _now)); // over the limit by now: one of two has to go
        Assert.Null(cache.Find(all[1].BlindedKey, _now));
        Assert.NotNull(cache.Find(all[0].BlindedKey, _now));
        Assert.NotNull(cache.Find(all[2].BlindedKey, _now));
        Assert.Equal(cache.BytesInUse, _memory.BytesInUse);
    }

    [Fact]
    public void When_memory_runs_out_the_cache_gives_back_down_to_half_of_its_share()
    {
        var memory = new QueueMemory(new CellSegmentPool(), limit: 100_000);
        var cache = new OnionServiceDescriptorCache(memory); // its share is a fifth
        Assert.True(cache.TryStore(Read(Make(1, revision: 1, out _)), _now));
        Assert.True(cache.TryStore(Read(Make(2, revision: 1, out _)), _now));
        Assert.Equal(2, cache.Count);
        memory.Reclaim();
        Assert.Equal(2, cache.Count); // there is room still
        memory.OnCached(100_000);
        memory.Reclaim();
        Assert.InRange(cache.BytesInUse, 0, 10_000);
    }

    private OnionServiceDescriptorHandler Handler(out OnionServiceDescriptorCache cache)
    {
        cache = new OnionServiceDescriptorCache(_memory);
        return new OnionServiceDescriptorHandler(cache, () => OnionServiceDescriptor.DefaultMaxLength, _time);
    }

    private static OnionServiceDescriptor Read(byte[] text)
    {
        Assert.True(OnionServiceDescriptor.TryParse(text, _now, out OnionServiceDescriptor? descriptor, out string? failure), failure);
        return descriptor;
    }

    /// <summary>A descriptor without introduction points of some service.</summary>
    private static byte[] Make(int service, ulong revision, out BlindedKey key)
    {
        var random = new SeededRandomSource((ulong)service);
        using Ed25519PrivateKey identity = Ed25519PrivateKey.Generate(random);
        using var keys = DescriptorKeys.Create(identity, new TimePeriod(20_000, 1440), [], random);
        key = keys.Credential.BlindedKey;
        return DescriptorWriter.Write(keys, new DescriptorContent { IntroductionPoints = [] }, revision, _now, random);
    }

    private static async Task<(int Status, string Reason)> PostAsync(
        OnionServiceDescriptorHandler handler, byte[] body, string path = "/tor/hs/3/publish", DirectoryAsker? asker = null)
    {
        DirectoryAnswer answer = (await HandleAsync(handler, $"POST {path} HTTP/1.0", body, asker ?? _hidden))!;
        return (answer.Status, answer.Reason);
    }

    private static async Task<DirectoryAnswer> GetAsync(OnionServiceDescriptorHandler handler, BlindedKey key, DirectoryAsker? asker = null) =>
        (await HandleAsync(handler, $"GET /tor/hs/3/{key.Key.ToBase64()} HTTP/1.0", default, asker ?? _hidden))!;

    private static async Task<DirectoryAnswer?> HandleAsync(
        OnionServiceDescriptorHandler handler, string request, ReadOnlyMemory<byte> body, DirectoryAsker asker)
    {
        Assert.True(DirectoryQuery.TryParse(request, body, asker, out DirectoryQuery? query));
        return await handler.HandleAsync(query, TestContext.Current.CancellationToken);
    }
}
