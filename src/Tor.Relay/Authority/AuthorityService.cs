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

    private readonly AuthorityEnvironment _environment;
    private readonly AuthorityFiles _files;
    private readonly AuthorityPeers _peers;
    private readonly BackgroundTasks _tasks;
    private readonly SemaphoreSlim _probes;
    private readonly Lock _gate = new();
    private readonly VotingAuthority _authority;
    private TaskCompletionSource _wake = CreateSignal();

    /// <summary>An authority that begins to count time now.</summary>
    /// <param name="environment">What it works with.</param>
    /// <param name="state">From <see cref="AuthorityFiles.LoadAsync"/>.</param>
    public AuthorityService(AuthorityEnvironment environment, AuthorityState state)
    {
        _environment = environment;
        _files = new AuthorityFiles(environment.State);
        _tasks = new BackgroundTasks(environment.Log);
        _probes = new SemaphoreSlim(environment.MaxProbes);
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
        UploadAnswer answer;
        IReadOnlyList<RouterDescriptor> descriptors;
        IReadOnlyList<ExtraInfo> extraInfos;
        lock (_gate)
        {
            answer = _authority.ReceiveUpload(body, Now);
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
    public PostAnswer ReceiveVotes(ReadOnlyMemory<byte> body) => Receive(authority => authority.ReceiveVotes(body, Now, isPosted: true));

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

    /// <summary>Votes until cancelled.</summary>
    /// <exception cref="IOException">State cannot be written.</exception>
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
        await _tasks.DisposeAsync();
        _probes.Dispose();
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

        await _files.WriteAsync(changes, cancel);
        foreach (AuthorityAction action in actions)
        {
            Perform(action);
        }
    }

    private async ValueTask<BandwidthFile?> ReadBandwidthsAsync(CancellationToken cancel)
    {
        bool isVoting = Read(authority => authority.Schedule.VotingStarts <= Now || _environment.Network.ExpectedRelays is not null);
        return isVoting && await _environment.ReadBandwidths(cancel) is { } content && BandwidthFile.TryParse(content, out BandwidthFile? file) ? file : null;
    }

    private void Perform(AuthorityAction action)
    {
        switch (action)
        {
            case AuthorityAction.PostVote vote:
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
                _tasks.TryRun(cancel => _peers.FetchAsync(path, body => Receive(authority => authority.ReceiveVotes(body, Now, isPosted: false)), cancel));
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
                _tasks.TryRun(cancel => TestAsync(test.Relay, cancel));
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

    private async Task TestAsync(RsaIdentity relay, CancellationToken cancel)
    {
        await _probes.WaitAsync(cancel);
        try
        {
            if (Read(authority => authority.Relays.Shelf.FindCurrent(relay)) is not { } descriptor)
            {
                return;
            }

            RelayDeclaration declaration = descriptor.Declaration;
            await TestAsync(relay, new IPEndPoint(declaration.Address, declaration.OnionRouterPort), cancel);
            if (_environment.Profile.Flags.HasIPv6Connectivity && declaration.IPv6Address is { } other)
            {
                await TestAsync(relay, other, cancel);
            }
        }
        finally
        {
            _probes.Release();
        }
    }

    private async Task TestAsync(RsaIdentity relay, IPEndPoint address, CancellationToken cancel)
    {
        using var timer = new CancellationTokenSource(_environment.ProbeTimeLimit, _environment.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, cancel);
        try
        {
            if (await _environment.Probe.ProbeAsync(address, relay, either.Token) is { } identity)
            {
                Receive(authority =>
                {
                    authority.OnReachable(relay, identity, address, Now);
                    return true;
                });
            }
        }
        catch (OperationCanceledException) when (timer.IsCancellationRequested && !cancel.IsCancellationRequested)
        {
            LogSilent(_environment.Log, relay.ToString());
        }
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

    [LoggerMessage(LogLevel.Debug, "The relay {Relay} does not answer.")]
    private static partial void LogSilent(ILogger log, string relay);
}
