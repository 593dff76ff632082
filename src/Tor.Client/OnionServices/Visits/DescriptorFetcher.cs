using Microsoft.Extensions.Logging;
using Tunic.Primitives.Errors;
using Tunic.Primitives.Keys;
using Tunic.Tor.Client.Circuits;
using Tunic.Tor.Network.Circuits;
using Tunic.Tor.Network.NetworkDirectory;
using Tunic.Tor.Protocol.Circuits;
using Tunic.Tor.Protocol.Documents.Parameters;
using Tunic.Tor.Protocol.FlowControl.Congestion;
using Tunic.Tor.Protocol.OnionServices;
using Tunic.Tor.Protocol.OnionServices.Descriptors;
using Tunic.Tor.Protocol.OnionServices.Directories;
using Tunic.Tor.Protocol.Paths;
using Tunic.Tor.Protocol.Socks;

namespace Tunic.Tor.Client.OnionServices.Visits;

/// <summary>Asks one directory after the other for a descriptor, each over a circuit of its own (rend-spec-v3, "Client behavior"; stock hs_client.c).</summary>
/// <remarks>Thread safe.</remarks>
/// <param name="environment">The client around it.</param>
/// <param name="keep">Keeps what was fetched and returns the newest; before anybody is told of it, so that who is told finds it.</param>
internal sealed partial class DescriptorFetcher(VisitEnvironment environment, Func<OnionAddress, FetchedDescriptor, FetchedDescriptor> keep)
{
    /// <summary>So long one directory may take to answer, as one attempt of a stream.</summary>
    private static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(15);

    private readonly Lock _gate = new();
    private readonly DescriptorRequests _requests = new(DescriptorRequests.GetPeriod(environment.IsTestNetwork));
    private DescriptorDirectories? _directories;
    private NetworkView? _view;

    /// <summary>What a client must know now to ask for a service's descriptor.</summary>
    /// <exception cref="CircuitEndedException">The network is not known.</exception>
    internal PeriodCredential GetCredential(OnionAddress address) => PeriodCredential.Create(address, GetDirectories().FetchPeriod);

    /// <summary>Whether a descriptor is of the period that the consensus is in: then it is the one that would be asked for.</summary>
    internal bool IsCurrent(FetchedDescriptor descriptor) => GetDirectories().FetchPeriod == descriptor.Credential.Period;

    /// <summary>Asks until a directory has the descriptor, or none is left.</summary>
    /// <exception cref="OnionVisitException">Nobody has it, or none that can be read.</exception>
    internal async Task<FetchedDescriptor> FetchAsync(OnionAddress address, CancellationToken cancel)
    {
        DescriptorDirectories directories = GetDirectories();
        var credential = PeriodCredential.Create(address, directories.FetchPeriod);
        var reason = LocalEndReason.OnionServiceNotFound;
        while (TryChoose(directories, credential.BlindedKey) is { } directory)
        {
            (FetchedDescriptor? descriptor, DescriptorFetchStep outcome) = await AskAsync(address, credential, directories, directory, cancel);
            if (descriptor is not null)
            {
                return descriptor;
            }

            reason = outcome == DescriptorFetchStep.Malformed ? LocalEndReason.OnionServiceIsInvalid : reason;
        }

        MayAskAgain(credential.BlindedKey);
        throw new OnionVisitException(
            reason, reason == LocalEndReason.OnionServiceNotFound ? "no directory has the service's descriptor" : "the service's descriptor is not valid");
    }

    /// <summary>Asks one directory, whichever it is (HSFETCH with a server).</summary>
    internal Task FetchFromAsync(OnionAddress address, Relay directory, CancellationToken cancel)
    {
        DescriptorDirectories directories = GetDirectories();
        return AskAsync(address, PeriodCredential.Create(address, directories.FetchPeriod), directories, directory, cancel);
    }

    /// <summary>Opens it once more, since there may be another key now.</summary>
    internal FetchedDescriptor Reopen(OnionAddress address, FetchedDescriptor fetched) =>
        Open(address, fetched.Credential, fetched.Descriptor) with { FetchedAt = fetched.FetchedAt };

    /// <summary>The service was reached: the next time all directories may be asked.</summary>
    internal void MayAskAgain(BlindedKey key)
    {
        lock (_gate)
        {
            _requests.Forget(key);
        }
    }

    /// <summary>Forgets who was asked (SIGNAL NEWNYM).</summary>
    internal void Clear()
    {
        lock (_gate)
        {
            _requests.Clear();
        }
    }

    /// <summary>Those of the consensus at hand; the rings are made once for each view.</summary>
    private DescriptorDirectories GetDirectories()
    {
        NetworkView view = environment.View() is { } known && known.IsReasonablyLive(environment.Time.GetUtcNow().UtcDateTime)
            ? known
            : throw new CircuitEndedException(ErrorKind.NotReady, "the network is not known well enough to look for an onion service");
        lock (_gate)
        {
            if (!ReferenceEquals(view, _view))
            {
                _view = view;
                _directories = new DescriptorDirectories(view, environment.IsTestNetwork);
            }

            return _directories!;
        }
    }

    /// <summary>A directory that was not asked lately, at random; one that the operator excludes only when there is no other.</summary>
    private Relay? TryChoose(DescriptorDirectories directories, BlindedKey key)
    {
        ClientOptions options = environment.Options();
        lock (_gate)
        {
            Relay[] possible =
            [
                .. directories.FindForFetch(key).Where(relay => relay.IsUsable && _requests.MayAsk(key, relay.RsaIdentity, environment.Now)),
            ];
            Relay[] wanted = [.. possible.Where(relay => options.Constraints.ExcludeNodes?.Contains(relay) != true)];
            Relay[] choice = wanted.Length > 0 || options.Constraints.StrictNodes ? wanted : possible;
            if (choice.Length == 0)
            {
                return null;
            }

            Relay chosen = choice[environment.Random.NextInt32(choice.Length)];
            _requests.Note(key, chosen.RsaIdentity, environment.Now);
            return chosen;
        }
    }

    /// <summary>Asks one directory, and tells how it went.</summary>
    private async Task<(FetchedDescriptor? Descriptor, DescriptorFetchStep Outcome)> AskAsync(
        OnionAddress address, PeriodCredential credential, DescriptorDirectories directories, Relay directory, CancellationToken cancel)
    {
        BlindedKey key = credential.BlindedKey;
        Digest256 index = directories.FetchPlacement.GetDirectoryIndex(directory.Ed25519Identity);
        Tell(DescriptorFetchStep.Requested, default);
        (DescriptorFetchStep outcome, ReadOnlyMemory<byte> text) = await SendAsync(directory, key, cancel);
        FetchedDescriptor? descriptor = outcome == DescriptorFetchStep.Received ? TryOpen(address, credential, text) : null;
        outcome = outcome == DescriptorFetchStep.Received && descriptor is null ? DescriptorFetchStep.Malformed : outcome;
        descriptor = descriptor is null ? null : keep(address, descriptor);
        Tell(outcome, text);
        return (descriptor, outcome);

        void Tell(DescriptorFetchStep step, ReadOnlyMemory<byte> content) =>
            environment.Tell(new DescriptorFetchNotice(step, address, key, directory, index, content));
    }

    private async Task<(DescriptorFetchStep Outcome, ReadOnlyMemory<byte> Text)> SendAsync(Relay directory, BlindedKey key, CancellationToken cancel)
    {
        HopTarget target = HopTargets.Create(directory, carriesStreams: false, CongestionControlParameters.Default);
        try
        {
            await using OriginCircuit circuit = await environment.Circuits.OpenAsync(OnionCircuitPurpose.ClientDirectory, target, cancel);
            using var timer = new CancellationTokenSource(AnswerLimit, environment.Time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, cancel);
            var request = new DirectoryRequest($"/tor/hs/3/{key}") { MaxBodyLength = GetMaxLength() };
            DirectoryResponse response = await DirectoryHttp.SendAsync(circuit.OpenDirectory(), null, request, onProgress: null, either.Token);
            LogAnswered(environment.Log, response.Status);
            return response.Status switch
            {
                _ when response.IsSuccess => (DescriptorFetchStep.Received, response.Body),
                404 => (DescriptorFetchStep.NotFound, default),
                400 => (DescriptorFetchStep.Rejected, default),
                _ => (DescriptorFetchStep.Failed, default),
            };
        }
        catch (Exception failure) when (failure is TunicException or IOException or OperationCanceledException && !cancel.IsCancellationRequested)
        {
            if (failure is TunicException { Kind: ErrorKind.ShuttingDown })
            {
                throw;
            }

            LogFailed(environment.Log, failure.Message);
            return (DescriptorFetchStep.Failed, default);
        }
    }

    private FetchedDescriptor? TryOpen(OnionAddress address, PeriodCredential credential, ReadOnlyMemory<byte> text)
    {
        if (!OnionServiceDescriptor.TryParse(text, environment.Time.GetUtcNow().UtcDateTime, out OnionServiceDescriptor? descriptor, out string? fault, GetMaxLength()))
        {
            LogFailed(environment.Log, fault ?? "malformed");
            return null;
        }

        FetchedDescriptor fetched = Open(address, credential, descriptor);
        if (fetched.Opening is DescriptorOpening.Opened or DescriptorOpening.NeedsAuthorization or DescriptorOpening.WrongAuthorization)
        {
            return fetched;
        }

        LogFailed(environment.Log, fetched.Opening.ToString());
        return null;
    }

    private FetchedDescriptor Open(OnionAddress address, PeriodCredential credential, OnionServiceDescriptor descriptor)
    {
        int increment = CongestionControlParameters.FromConsensus(environment.View()!.Consensus.Parameters).SendmeIncrement;
        DescriptorContent? content = null;
        DescriptorOpening opening = environment.Authorizations.Use(
            address, key => descriptor.Open(credential, key, environment.Time.GetUtcNow().UtcDateTime, increment, out content));
        return new FetchedDescriptor(credential, descriptor, opening, content, environment.Now);
    }

    private int GetMaxLength() => new NetworkParameters(environment.View()!.Consensus.Parameters).HiddenServiceMaxDescriptorLength;

    [LoggerMessage(Level = LogLevel.Debug, Message = "a directory of onion services answered {Status}")]
    private static partial void LogAnswered(ILogger log, int status);

    [LoggerMessage(Level = LogLevel.Debug, Message = "a directory of onion services did not give a descriptor: {Why}")]
    private static partial void LogFailed(ILogger log, string why);
}
