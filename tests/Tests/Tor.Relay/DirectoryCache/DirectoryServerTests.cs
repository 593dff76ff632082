using System.IO.Compression;
using System.Net;
using System.Text;
using Tunic.Primitives.Keys;
using Tunic.Tests.Tor.Protocol.Documents;
using Tunic.Tor.Protocol.Documents.Descriptors;
using Tunic.Tor.Relay.DirectoryCache;
using Tunic.Tor.Relay.DirectoryCache.Serving;

namespace Tunic.Tests.TorRelay.DirectoryCache;

public class DirectoryServerTests
{
    private static readonly DirectoryAsker Tunnelled = new(null, IsTunnelled: true, IsAnonymous: true);
    private static readonly DirectoryAsker Plain = new(IPAddress.Parse("203.0.114.9"), IsTunnelled: false, IsAnonymous: false);

    private readonly DirectoryStore _store = StockStore.Create();
    private readonly ManualTime _time = new(StockNetwork.Now);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("/tor/status-vote/current/consensus", "consensus-1")]
    [InlineData("/tor/status-vote/current/consensus-microdesc", "consensus-microdesc-1")]
    [InlineData("/tor/status-vote/current/consensus-nonsense", "consensus-1")]
    [InlineData("http://127.0.0.1/tor/status-vote/current/consensus", "consensus-1")]
    [InlineData("/status-vote/current/consensus", "consensus-1")]
    public async Task A_consensus_is_served_under_its_urls(string url, string document)
    {
        Answer answer = await GetAsync(url);
        Assert.Equal(200, answer.Status);
        Assert.Equal(StockNetwork.ReadText(document), answer.Text);
        Assert.Contains("Vary: X-Or-Diff-From-Consensus", answer.Head);
    }

    [Fact]
    public async Task Signers_must_be_more_than_half_of_those_listed()
    {
        string[] signers = [.. StockNetwork.Authorities.Select(signer => signer.ToString()[..6])];
        const string Url = "/tor/status-vote/current/consensus-microdesc/";
        Assert.Equal(200, (await GetAsync(Url + string.Join('+', signers) + ".z")).Status);
        Assert.Equal(200, (await GetAsync(Url + string.Join('+', [.. signers.Select(signer => signer.ToLowerInvariant()), "000000"]))).Status);
        Answer refused = await GetAsync(Url + string.Join('+', [.. signers, "000000", "000001", "000002"]));
        Assert.Equal("HTTP/1.0 404 Consensus not signed by sufficient number of requested authorities", refused.Head[0]);
    }

    [Fact]
    public async Task A_consensus_a_day_beyond_its_time_is_not_served()
    {
        _time.Advance(_store.Current.UnflavoredConsensus!.ValidUntil.AddHours(24) - StockNetwork.Now);
        Assert.Equal(200, (await GetAsync("/tor/status-vote/current/consensus")).Status);
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal("HTTP/1.0 404 Consensus is too old", (await GetAsync("/tor/status-vote/current/consensus")).Head[0]);
        var early = new DirectoryServer(_store, new DirectoryServerOptions { Time = new ManualTime(_store.Current.UnflavoredConsensus!.ValidAfter.AddHours(-25)) });
        Assert.Equal("HTTP/1.0 404 Consensus is too new", (await ServeAsync(early, Get("/tor/status-vote/current/consensus"), Tunnelled)).Head[0]);
    }

    [Fact]
    public async Task A_difference_is_sent_to_whoever_has_the_base()
    {
        string old = StockNetwork.ReadConsensus("consensus-microdesc-1").SignedSha3.ToString();
        StockStore.PutConsensuses(_store, "2");
        const string Url = "/tor/status-vote/current/consensus-microdesc";
        string diff = StockNetwork.ReadText("consensus-microdesc-diff");

        Assert.Equal(diff, (await GetAsync(Url, $"X-Or-Diff-From-Consensus: {new string('0', 64)} {old}")).Text);
        Assert.Equal(diff, (await GetAsync($"{Url}/diff/{old}/{StockNetwork.Authorities[0].ToString()[..6]}")).Text);
        Assert.Equal(StockNetwork.ReadText("consensus-microdesc-2"), (await GetAsync(Url, $"X-Or-Diff-From-Consensus: {new string('0', 64)}")).Text);
        Assert.Equal("HTTP/1.0 404 No such diff available", (await GetAsync($"{Url}/diff/{new string('0', 64)}")).Head[0]);
        Assert.Equal("HTTP/1.0 404 Couldn't parse request", (await GetAsync($"{Url}/diff/zz")).Head[0]);
        string current = StockNetwork.ReadConsensus("consensus-microdesc-2").SignedSha3.ToString();
        Assert.Equal("HTTP/1.0 304 Not modified", (await GetAsync(Url, $"X-Or-Diff-From-Consensus: {current}")).Head[0]);
    }

    [Fact]
    public async Task If_modified_since_asks_for_newer_documents_only()
    {
        DateTime validAfter = _store.Current.UnflavoredConsensus!.ValidAfter;
        Assert.Equal(304, (await GetAsync("/tor/status-vote/current/consensus", $"If-Modified-Since: {validAfter.AddSeconds(1):R}")).Status);
        Assert.Equal(200, (await GetAsync("/tor/status-vote/current/consensus", $"If-Modified-Since: {validAfter:R}")).Status);
        Assert.Equal(200, (await GetAsync("/tor/status-vote/current/consensus", "If-Modified-Since: whenever")).Status);
        Assert.Equal(304, (await GetAsync("/tor/keys/all", $"If-Modified-Since: {StockNetwork.Now.AddYears(1):R}")).Status);
    }

    [Theory]
    [InlineData("", "", "identity")]
    [InlineData(".z", "", "deflate")]
    [InlineData("", "Accept-Encoding: gzip", "gzip")]
    [InlineData("", "Accept-Encoding: x-zstd, gzip , deflate", "deflate")]
    [InlineData(".z", "Accept-Encoding: gzip", "deflate")]
    [InlineData("", "Accept-Encoding: br", "identity")]
    public async Task The_best_accepted_encoding_is_used(string suffix, string header, string encoding)
    {
        foreach (string path in new[] { "/tor/status-vote/current/consensus", "/tor/keys/all", "/tor/server/all" })
        {
            Answer answer = header.Length == 0 ? await GetAsync(path + suffix) : await GetAsync(path + suffix, header);
            Assert.Contains($"Content-Encoding: {encoding}", answer.Head);
            Assert.Equal((await GetAsync(path)).Text, answer.Text);
        }
    }

    [Fact]
    public async Task Microdescriptors_are_found_by_digest_and_missing_ones_passed_over()
    {
        Digest256[] digests = [.. _store.Current.Microdescriptors.Keys.Order()];
        string list = string.Join('-', digests.Select(digest => digest.ToBase64()));
        string text = string.Concat(digests.Reverse().Select(digest => Encoding.UTF8.GetString(_store.Current.Microdescriptors[digest].Text.Span)));

        Assert.Equal(text, (await GetAsync($"/tor/micro/d/{list}")).Text);
        Assert.Equal(text, (await GetAsync($"/tor/micro/d/{list}-{new string('A', 43)}-short-{digests[0].ToBase64()}")).Text);
        Assert.Equal("HTTP/1.0 404 Not found", (await GetAsync($"/tor/micro/d/{new string('A', 43)}")).Head[0]);
        Assert.Equal(404, (await GetAsync("/tor/micro/d/")).Status);
    }

    [Fact]
    public async Task Descriptors_and_extra_infos_are_found_by_digest_and_fingerprint()
    {
        RouterDescriptor descriptor = StockNetwork.ReadOwnDescriptor();
        string text = Encoding.UTF8.GetString(descriptor.Text.Span);
        string extra = Encoding.UTF8.GetString(_store.Current.ExtraInfos[descriptor.Declaration.ExtraInfoDigest].Text.Span);

        Assert.Equal(text, (await GetAsync($"/tor/server/d/{descriptor.Digest}")).Text);
        Assert.Equal(text, (await GetAsync($"/tor/server/fp/{descriptor.Identity}.z")).Text);
        Assert.Equal(extra, (await GetAsync($"/tor/extra/d/{descriptor.Declaration.ExtraInfoDigest}")).Text);
        Assert.Equal(extra, (await GetAsync($"/tor/extra/fp/{descriptor.Identity}")).Text);
        Assert.Equal(StockNetwork.ReadDescriptors().Count, DescriptorSplitter.SplitRouterDescriptors((await GetAsync("/tor/server/all")).Body).Count);
        Assert.Equal("HTTP/1.0 404 Not found", (await GetAsync($"/tor/server/fp/{new string('0', 40)}")).Head[0]);
        Assert.Equal("HTTP/1.0 404 Servers unavailable", (await GetAsync(Plain, $"/tor/server/fp/{new string('0', 40)}")).Head[0]);
        Assert.Equal("HTTP/1.0 404 Servers unavailable", (await GetAsync("/tor/server/authority")).Head[0]);
        Assert.Equal("HTTP/1.0 404 Not found", (await GetAsync("/tor/server/nothing")).Head[0]);
    }

    [Fact]
    public async Task A_day_old_descriptor_can_be_had_by_digest_only()
    {
        RouterDescriptor descriptor = StockNetwork.ReadOwnDescriptor();
        _time.Advance(TimeSpan.FromHours(25));
        Assert.Equal(404, (await GetAsync($"/tor/server/fp/{descriptor.Identity}")).Status);
        Assert.Equal(200, (await GetAsync($"/tor/server/d/{descriptor.Digest}")).Status);
    }

    [Fact]
    public async Task Certificates_are_found_by_identity_key_and_both()
    {
        var certificate = StockNetwork.Certificates[0];
        string text = Encoding.UTF8.GetString(certificate.Text.Span);
        Assert.Equal(text, (await GetAsync($"/tor/keys/fp/{certificate.Identity}")).Text);
        Assert.Equal(text, (await GetAsync($"/tor/keys/sk/{certificate.SigningKeyDigest}")).Text);
        Assert.Equal(text, (await GetAsync($"/tor/keys/fp-sk/{certificate.KeyId}.z")).Text);
        Assert.Equal(404, (await GetAsync($"/tor/keys/fp-sk/{certificate.Identity}-{certificate.Identity}")).Status);
        Assert.Equal("HTTP/1.0 400 Bad request", (await GetAsync("/tor/keys/")).Head[0]);
        Answer all = await GetAsync("/tor/keys/all");
        Assert.Contains($"Content-Length: {all.Body.Length}", all.Head);
    }

    [Theory]
    [InlineData("GET /tor/nothing HTTP/1.0", "HTTP/1.0 404 Not found")]
    [InlineData("GET / HTTP/1.1", "HTTP/1.0 404 Not found")]
    [InlineData("GET /tor/", "HTTP/1.0 400 Bad request")]
    [InlineData("GET /tor/ HTTP/2", "HTTP/1.0 400 Bad request")]
    [InlineData("POST /tor/ HTTP/1.0\r\nContent-Length: 4", "HTTP/1.0 400 Nonauthoritative directory does not accept posted server descriptors")]
    [InlineData("get /tor/robots.txt HTTP/1.0", "HTTP/1.0 200 OK")]
    public async Task Odd_requests_get_stock_tors_words(string head, string status)
    {
        Answer answer = await ServeAsync(Server(), head + "\r\n\r\nbody", Tunnelled);
        Assert.Equal(status, answer.Head[0]);
        Assert.StartsWith("Date: ", answer.Head[1], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("PUT /tor/ HTTP/1.0\r\n\r\n")]
    [InlineData("GET /tor/ HTTP/1.0\r\nunfinished")]
    [InlineData("")]
    public async Task What_is_no_request_gets_no_answer(string request)
    {
        Assert.Empty(await ExchangeAsync(Server(), request, Tunnelled));
    }

    [Fact]
    public async Task A_head_at_the_limit_is_read_and_one_beyond_is_not()
    {
        string start = "GET /tor/robots.txt HTTP/1.0\r\nX: ";
        string request = start + new string('a', 50_000 - start.Length) + "\r\n\r\n";
        Assert.Equal(200, (await ServeAsync(Server(), request, Tunnelled)).Status);
        Assert.Empty(await ExchangeAsync(Server(), request.Insert(start.Length, "a"), Tunnelled));
    }

    [Fact]
    public async Task A_busy_directory_says_so()
    {
        var server = new DirectoryServer(_store, new DirectoryServerOptions { Time = _time, IsBusy = length => length > 1_000 });
        Assert.Equal("HTTP/1.0 503 Directory busy, try again later", (await ServeAsync(server, Get("/tor/server/all"), Tunnelled)).Head[0]);
        Assert.Equal(200, (await ServeAsync(server, Get("/tor/robots.txt"), Tunnelled)).Status);
    }

    [Theory]
    [InlineData("203.0.114.9", true)]
    [InlineData("::ffff:203.0.114.9", true)]
    [InlineData("127.0.0.1", false)]
    [InlineData("10.1.2.3", false)]
    [InlineData("fe80::1", false)]
    public async Task An_asker_learns_his_address_unless_it_is_private(string address, bool isTold)
    {
        Answer answer = await GetAsync(Plain with { Address = IPAddress.Parse(address) }, "/tor/keys/all");
        Assert.Equal(isTold, answer.Head.Contains($"X-Your-Address-Is: {address}"));
    }

    [Fact]
    public async Task Another_handler_comes_first_and_takes_posts_up_to_its_limit()
    {
        var server = new DirectoryServer(_store, new DirectoryServerOptions { Time = _time, Handlers = [new Echo()] });
        Assert.Equal("12345678", (await ServeAsync(server, "POST /tor/echo HTTP/1.0\r\nContent-Length: 8\r\n\r\n12345678", Plain)).Text);
        Assert.Empty(await ExchangeAsync(server, "POST /tor/echo HTTP/1.0\r\nContent-Length: 9\r\n\r\n123456789", Plain));
        Assert.Empty(await ExchangeAsync(server, "POST /tor/echo HTTP/1.0\r\nContent-Length: 8\r\n\r\n1234567", Plain));
    }

    private static string Get(string path, params string[] headers) => $"GET {path} HTTP/1.0\r\n{string.Concat(headers.Select(header => header + "\r\n"))}\r\n";

    private static async Task<byte[]> ExchangeAsync(DirectoryServer server, string request, DirectoryAsker asker)
    {
        var stream = new TwoWayStream(Encoding.ASCII.GetBytes(request));
        await new DirectoryConnection(server).ServeAsync(stream, asker, Cancel);
        return stream.Written.ToArray();
    }

    private static async Task<Answer> ServeAsync(DirectoryServer server, string request, DirectoryAsker asker) =>
        new(await ExchangeAsync(server, request, asker));

    private DirectoryServer Server() => new(_store, new DirectoryServerOptions { Time = _time });

    private Task<Answer> GetAsync(string path, params string[] headers) => ServeAsync(Server(), Get(path, headers), Tunnelled);

    private Task<Answer> GetAsync(DirectoryAsker asker, string path) => ServeAsync(Server(), Get(path), asker);

    private sealed class Echo : IDirectoryHandler
    {
        public int MaxBodyLength(string path) => path == "/tor/echo" ? 8 : 0;

        public ValueTask<DirectoryAnswer?> HandleAsync(DirectoryQuery query, CancellationToken cancel) =>
            ValueTask.FromResult(query.IsPost ? DirectoryAnswer.Documents([query.Body], DirectoryEncoding.Identity, TimeSpan.Zero) : null);
    }

    private sealed class Answer
    {
        public Answer(byte[] bytes)
        {
            int end = bytes.AsSpan().IndexOf("\r\n\r\n"u8);
            Head = Encoding.ASCII.GetString(bytes, 0, end).Split("\r\n");
            byte[] body = bytes[(end + 4)..];
            using var source = new MemoryStream(body);
            using Stream decoder = Head.Contains("Content-Encoding: deflate") ? new ZLibStream(source, CompressionMode.Decompress)
                : Head.Contains("Content-Encoding: gzip") ? new GZipStream(source, CompressionMode.Decompress) : source;
            using var decoded = new MemoryStream();
            decoder.CopyTo(decoded);
            Body = decoded.ToArray();
        }

        public string[] Head { get; }

        public byte[] Body { get; }

        public string Text => Encoding.UTF8.GetString(Body);

        public int Status => int.Parse(Head[0].AsSpan(9, 3), System.Globalization.CultureInfo.InvariantCulture);
    }

    /// <summary>Gives the request in small pieces and gathers the answer.</summary>
    private sealed class TwoWayStream(byte[] request) : MemoryStream(request)
    {
        public MemoryStream Written { get; } = new();

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer.Length > 7 ? buffer[..7] : buffer, cancellationToken);

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
            Written.WriteAsync(buffer, cancellationToken);
    }
}
