using System.Globalization;
using Tunic.Tests.Interop.Support;
using Tunic.Tests.TorRelay.Support;
using Tunic.Tor.Relay.DirectoryCache;
using Tunic.Tor.Relay.DirectoryCache.Serving;

namespace Tunic.Tests.Interop.Malformed;

/// <summary>The only directory of one client. What it asks for after the consensus tells what it makes of it.</summary>
internal sealed class ConsensusDirectory : IDirectoryHandler, IOnlyDirectory
{
    /// <summary>A client that has refused asks again within three seconds.</summary>
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(12);

    private static readonly TimeSpan Start = TimeSpan.FromSeconds(60);

    private readonly ConsensusSigners _signers;
    private readonly LoopbackRelay _relay;
    private readonly byte[] _consensus;
    private readonly TaskCompletionSource _asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<string> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <param name="relay">Whose keys it has.</param>
    /// <param name="signers">Who signs.</param>
    /// <param name="served">The consensus.</param>
    internal ConsensusDirectory(LoopbackRelay relay, ConsensusSigners signers, MalformedConsensus served)
    {
        var connection = new DirectoryConnection(new DirectoryServer(new DirectoryStore(new DirectoryStoreOptions()), new DirectoryServerOptions { Handlers = [this] }));
        _relay = relay.StartTwin(sources => sources with { Directory = connection.ServeAsync });
        _signers = signers;
        _consensus = served.Write(new ConsensusDraft(signers, _relay.Identity.RsaIdentity, _relay.Address));
    }

    /// <summary>Two requests at once would look as if it had refused the first answer.</summary>
    public string[] TorrcLines =>
    [
        .. _signers.Trusted.Select((keys, index) => string.Create(
            CultureInfo.InvariantCulture,
            $"DirAuthority authority{index} orport={_relay.Address.Port} no-v2 v3ident={keys.Certificate.Identity} 127.0.0.1:9 {_relay.Identity.RsaIdentity}")),
        "ClientBootstrapConsensusMaxInProgressTries 1",
    ];

    /// <summary>"used", "refused", "ended" for a client that is gone, or "waits" for one that asks for nothing more.</summary>
    public async Task<string> TellAsync(PeerProcess client)
    {
        await _asked.Task.WaitAsync(Start);
        Task<int> end = client.WaitForExitAsync(Silence);
        return await Task.WhenAny(_answer.Task, end) == _answer.Task ? await _answer.Task : end.IsFaulted ? "waits" : "ended";
    }

    public ValueTask<DirectoryAnswer?> HandleAsync(DirectoryQuery query, CancellationToken cancel) => ValueTask.FromResult<DirectoryAnswer?>(query.Path.Split('/') switch
    {
        ["", "tor", "status-vote", ..] => AnswerConsensus(query),
        ["", "tor", "keys", ..] => DirectoryAnswer.Documents([.. _signers.Certificates.Select(certificate => certificate.Text)], query.BestEncoding, TimeSpan.Zero),
        ["", "tor", "micro", ..] => Answer("used"),
        _ => DirectoryAnswer.NotFound,
    });

    public ValueTask DisposeAsync() => _relay.DisposeAsync();

    private DirectoryAnswer AnswerConsensus(DirectoryQuery query) =>
        _asked.TrySetResult() ? DirectoryAnswer.Documents([_consensus], query.BestEncoding, TimeSpan.Zero) : Answer("refused");

    private DirectoryAnswer Answer(string words)
    {
        _answer.TrySetResult(words);
        return DirectoryAnswer.NotFound;
    }
}
