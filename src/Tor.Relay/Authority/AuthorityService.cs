using System.Net;
using Microsoft.Extensions.Logging;
using Tunic.Primitives.Keys;
using Tunic.Tor.Network;
using Tunic.Tor.Protocol.Documents.Bandwidths;
using Tunic.Tor.Protocol.Documents.Consensuses;
using Tunic.Tor.Protocol.Documents.Descriptors;
using Tunic.Tor.Protocol.Documents.Microdescriptors;
using Tunic.Tor.Protocol.Voting.Rounds;
using Tunic.Tor.Protocol.Voting.Uploads;

namespace Tunic.Tor.Relay.Authority;

/// <summary>Runs a directory authority: gives it the time, carries its words to the others, tests relays, keeps its state.</summary>
/// <remarks>Thread safe; <see cref="RunAsync"/> is for one caller. One lock guards the authority, which never waits for anything.</remarks>
public sealed partial class AuthorityService : IAsyncDisposable
{
    private static readonly TimeSpan _longestPause = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan _storePause = TimeSpan.FromMinutes(1);

    private readonly AuthorityEnvironment _environment;
    private readonly AuthorityFiles _files;
    private readonly AuthorityPeers _peers;
    private readonly BackgroundTasks _tasks;
    private readonly ReachabilityTester _tester;
    private readonly Lock _gate = new();
    private readonly VotingAuthority _authority;
    private TaskCompletionSource _wake = CreateSignal();
    private DateTime _storeAgain;
    private bool _isUnmeasured;

    /// <summary>An authority that begins to count time now.</summary>
    /// <param name="environment">What it works with.</param>
    /// <param name="state">From <see cref="AuthorityFiles.LoadAsync"/>.</param>
    public AuthorityService(AuthorityEnvironment environment, AuthorityState state)
    {
        _environment = environment;
        _files = new AuthorityFiles(environment.State);
        _tasks = new BackgroundTasks(environment.Log);
        _tester = new ReachabilityTester(environment.Probe, environment.MaxProbes, environment.ProbeTimeLimit, environment.Time, environment.Log)
        {
            Find = FindTarget,
            OnReachable = OnReachable,
        };
        _authority = new VotingAuthority(
            environment.Keys, environment.Network, environment.Profile, state, environment.Acceptance, environment.Random, Now);
        _authority.ReceiveCertificates(environment.Store.Current.Certificates.Values.SelectMany(each => each.Text.ToArray()).ToArray());
        _peers = new AuthorityPeers(environment.Client, environment.Peers, environment.Log);
        environment.Store.AddCertificates([environment.Keys.Certificate]);
    }

    private DateTime Now => _environment.Time.GetUtcNow().UtcDateTime;

    /// <summary>Looks at the authority; the function must return soon and keep nothing that changes.</summary>
    public T Read<T>(Func<VotingAuthority, T> read)
    {
        lock (_gate)
        {
            return read(_authority);
        }
    }

    /// <summary>Takes uploaded documents.</summary>
    public UploadAnswer ReceiveUpload(ReadOnlyMemory<byte> body)
    {
        ReceivedUpload upload = ReceivedUpload.Read(body); // outside the lock: it takes long
        UploadAnswer answer;
        IReadOnlyList<RouterDescriptor> descriptors;
        IReadOnlyList<ExtraInfo> extraInfos;
        lock (_gate)
        {
            answer = _authority.ReceiveUpload(upload, Now);
            (descriptors, extraInfos) = _authority.Relays.Shelf.TakeNew();
        }

        if (descriptors.Count + extraInfos.Count > 0)
        {
            _environment.Store.AddDescriptors(descriptors);
            _environment.Store.AddExtraInfos(extraInfos);
            Wake();
        }

        return answer;
    }

    /// <summary>Takes votes that were posted.</summary>
    public PostAnswer ReceiveVotes(ReadOnlyMemory<byte> body) => ReceiveVotes(body, isPosted: true);

    /// <summary>Takes signatures that were posted.</summary>
    public PostAnswer ReceiveSignatures(ReadOnlyMemory<byte> body) => Receive(authority => authority.ReceiveSignatures(body));

    /// <summary>The bandwidth file as the operator's scanner left it; null when there is none.</summary>
    public ValueTask<ReadOnlyMemory<byte>?> ReadBandwidthTextAsync(CancellationToken cancel) => _environment.ReadBandwidths(cancel);

    /// <summary>The operator has changed his mind about single relays.</summary>
    public void SetStandings(RelayStandings standings) => Receive(authority =>
    {
        authority.Relays.Acceptance.Standings = standings;
        authority.Relays.Acceptance.RemoveUnwanted();
        return true;
    });

    /// <summary>Votes until cancelled. A disk that fails is told, and does not end it.</summary>
    public async Task RunAsync(CancellationToken cancel)
    {
        LogStarted(_environment.Log, _environment.Keys.Certificate.Identity.ToString(), _environment.Network.Count);
        if (_environment.Peers.Count > 0)
        {
            _tasks.TryRun(CatchUpAsync);
        }

        while (true)
        {
            await StepAsync(cancel);
            TimeSpan pause = Read(authority => authority.NextDeadline) - Now;
            if (pause > TimeSpan.Zero)
            {
                await WaitAsync(pause < _longestPause ? pause : _longestPause, cancel);
            }
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _tester.DisposeAsync();
        await _tasks.DisposeAsync();
    }

    private static TaskCompletionSource CreateSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private async Task StepAsync(CancellationToken cancel)
    {
        BandwidthFile? bandwidths = await ReadBandwidthsAsync(cancel);
        var actions = new List<AuthorityAction>();
        IReadOnlyList<(string Name, byte[] Content)> changes;
        lock (_gate)
        {
            _authority.Bandwidths = bandwidths;
            _authority.OnDeadline(Now);
            while (_authority.TryTakeAction(out AuthorityAction action))
            {
                actions.Add(action);
            }

            changes = _files.TakeChanges(_authority, actions, Now);
        }

        await StoreAsync(changes, cancel);
        foreach (AuthorityAction action in actions)
        {
            Perform(action);
        }
    }

    /// <summary>Stores what has changed, and what could not be stored before. The network needs the vote more than we need the file.</summary>
    private async Task StoreAsync(IReadOnlyList<(string Name, byte[] Content)> changes, CancellationToken cancel)
    {
        if (changes.Count == 0 && Now < _storeAgain)
        {
            return;
        }

        if (await _files.WriteAsync(changes, cancel) is { } failure)
        {
            _storeAgain = Now + _storePause;
            LogUnstored(_environment.Log, failure.Message);
        }
    }

    private async ValueTask<BandwidthFile?> ReadBandwidthsAsync(CancellationToken cancel)
    {
        if (!Read(authority => authority.Schedule.VotingStarts <= Now || _environment.Network.ExpectedRelays is not null))
        {
            return null;
        }

        try
        {
            ReadOnlyMemory<byte>? content = await _environment.ReadBandwidths(cancel);
            _isUnmeasured = false;
            return content is { } text && BandwidthFile.TryParse(text, out BandwidthFile? file) ? file : null;
        }
        catch (IOException failure)
        {
            if (!_isUnmeasured)
            {
                _isUnmeasured = true; // told once, not with each step
                LogUnmeasured(_environment.Log, failure.Message);
            }

            return null; // as stock tor votes when it cannot open the file
        }
    }

    private void Perform(AuthorityAction action)
    {
        switch (action)
        {
            case AuthorityAction.PostVote vote:
                _environment.Store.RemoveOld(Now);
                _environment.Store.AddMicrodescriptors(
                    new MicrodescriptorParser().ParseList(Read(authority => authority.Microdescriptors).SelectMany(text => text).ToArray()), Now);
                _tasks.TryRun(cancel => _peers.PostAsync("/tor/post/vote", vote.Text, cancel));
                break;
            case AuthorityAction.PostSignatures signatures:
                _tasks.TryRun(cancel => _peers.PostAsync("/tor/post/consensus-signature", signatures.Text, cancel));
                break;
            case AuthorityAction.FetchVotes votes:
                LogMissingVotes(_environment.Log, votes.Missing.Count);
                string path = $"/tor/status-vote/next/{string.Join('+', votes.Missing)}.z";
                _tasks.TryRun(cancel => _peers.FetchAsync(path, body => ReceiveVotes(body, isPosted: false), cancel));
                break;
            case AuthorityAction.FetchSignatures:
                _tasks.TryRun(cancel => _peers.FetchAsync(
                    "/tor/status-vote/next/consensus-signatures.z", body => Receive(authority => authority.ReceiveSignatures(body)), cancel));
                break;
            case AuthorityAction.Publish publish:
                Publish(publish);
                break;
            case AuthorityAction.Failed failed:
                LogFailed(_environment.Log, failed.Reason);
                _tasks.TryRun(CatchUpAsync);
                break;
            case AuthorityAction.TestRelay test:
                _tester.Test(test.Relay);
                break;
        }
    }

    private void Publish(AuthorityAction.Publish publish)
    {
        _environment.Store.AddCertificates(Read(authority => authority.Certificates.Values.ToArray()));
        _environment.Store.PutConsensus(publish.Consensus, publish.Text);
        _environment.OnConsensus(publish.Consensus);
        LogPublished(
            _environment.Log, publish.Consensus.Flavor, publish.Consensus.Relays.Count, publish.Consensus.Signatures.Count, _environment.Network.Count);
    }

    /// <summary>Asks the others for what they have agreed on without us.</summary>
    private async Task CatchUpAsync(CancellationToken cancel)
    {
        await _peers.FetchAsync("/tor/keys/all.z", body => Receive(authority =>
        {
            authority.ReceiveCertificates(body);
            return true;
        }), cancel);
        foreach (string name in new[] { "consensus", "consensus-microdesc" })
        {
            await _peers.FetchAsync($"/tor/status-vote/current/{name}.z", body => Receive(authority => authority.ReceiveConsensus(body, Now)), cancel);
        }
    }

    private ProbeTarget? FindTarget(RsaIdentity relay) => Read(authority =>
    {
        if (authority.Relays.Shelf.FindCurrent(relay) is not { Declaration: var declaration })
        {
            return null;
        }

        return new ProbeTarget(
            new IPEndPoint(declaration.Address, declaration.OnionRouterPort),
            _environment.Profile.Flags.HasIPv6Connectivity ? declaration.IPv6Address : null,
            authority.Relays.IsProven(relay, Now));
    });

    private void OnReachable(RsaIdentity relay, Ed25519Identity identity, IPEndPoint address) => Receive(authority =>
    {
        authority.OnReachable(relay, identity, address, Now);
        return true;
    });

    private PostAnswer ReceiveVotes(ReadOnlyMemory<byte> body, bool isPosted)
    {
        IReadOnlyList<ReceivedVote> votes = ReceivedVote.ReadAll(body, _environment.Network.Authorities); // outside the lock: it takes long
        return Receive(authority => authority.ReceiveVotes(votes, Now, isPosted));
    }

    private T Receive<T>(Func<VotingAuthority, T> receive)
    {
        T result = Read(receive);
        Wake();
        return result;
    }

    private void Wake()
    {
        lock (_gate)
        {
            _wake.TrySetResult();
        }
    }

    private async Task WaitAsync(TimeSpan pause, CancellationToken cancel)
    {
        Task wake;
        lock (_gate)
        {
            wake = _wake.Task;
        }

        try
        {
            await wake.WaitAsync(pause, _environment.Time, cancel);
        }
        catch (TimeoutException)
        {
            return; // the usual end of a pause
        }

        lock (_gate)
        {
            _wake = CreateSignal();
        }
    }

    [LoggerMessage(LogLevel.Information, "This is the authority {Identity}, one of {Count}.")]
    private static partial void LogStarted(ILogger log, string identity, int count);

    [LoggerMessage(LogLevel.Information, "Published a consensus ({Flavor}) of {Relays} relays, signed by {Signatures} of {Count} authorities.")]
    private static partial void LogPublished(ILogger log, ConsensusFlavor flavor, int relays, int signatures, int count);

    [LoggerMessage(LogLevel.Warning, "There is no new consensus: {Reason}.")]
    private static partial void LogFailed(ILogger log, string reason);

    [LoggerMessage(LogLevel.Information, "The votes of {Count} authorities have not come; asking the others for them.")]
    private static partial void LogMissingVotes(ILogger log, int count);

    [LoggerMessage(LogLevel.Warning, "What the authority remembers is not stored for now: {Failure}")]
    private static partial void LogUnstored(ILogger log, string failure);

    [LoggerMessage(LogLevel.Warning, "Votes do without measured bandwidths for now: {Failure}")]
    private static partial void LogUnmeasured(ILogger log, string failure);
}
