using Microsoft.Extensions.Logging;
using Tunic.Primitives.Errors;
using Tunic.Tor.Network.Circuits;
using Tunic.Tor.Protocol.Circuits;
using Tunic.Tor.Protocol.OnionServices;
using Tunic.Tor.Protocol.OnionServices.Descriptors;
using Tunic.Tor.Protocol.OnionServices.ProofOfWork;
using Tunic.Tor.Protocol.Paths;
using Tunic.Tor.Protocol.RelayMessages.OnionServices;
using Tunic.Tor.Protocol.Socks;

namespace Tunic.Tor.Client.OnionServices.Visits;

/// <summary>Reaches a service: descriptor, introduction, rendezvous, and again by other ways when one fails (stock hs_client.c).</summary>
/// <remarks>Has no state of its own. Thread safe.</remarks>
internal sealed partial class OnionVisit(
    VisitEnvironment environment, OnionDescriptors descriptors, IntroductionFailures failures, PuzzleSolving puzzles)
{
    private const int MaxAttempts = 8;

    /// <summary>Opens a circuit that ends at the service.</summary>
    /// <exception cref="OnionVisitException">It cannot be reached; says at what it failed.</exception>
    /// <exception cref="TunicException">We have no network.</exception>
    internal async Task<OriginCircuit> GoAsync(OnionAddress address, CancellationToken cancel)
    {
        Exception? last = null;
        LocalEndReason reason = LocalEndReason.OnionServiceRendezvousFailed;
        for (int attempt = 0; attempt < MaxAttempts; attempt++)
        {
            FetchedDescriptor descriptor = await descriptors.GetAsync(address, content => IsOfUse(address, content), cancel);
            if (Choose(address, descriptor.Content!) is not { } chosen)
            {
                throw NoPointLeft(address, descriptor.Content!, last);
            }

            try
            {
                OriginCircuit circuit = await MeetAsync(address, descriptor, chosen.Point, chosen.Target, cancel);
                descriptors.OnReached(descriptor);
                return circuit;
            }
            catch (IntroductionException failure)
            {
                failures.Note(address, chosen.Point.AuthenticationKey, failure.Failure, environment.Now);
                LogFailed(environment.Log, failure.Message);
                (last, reason) = (failure, LocalEndReason.OnionServiceIntroductionFailed);
            }
            catch (TunicException failure) when (failure.Kind is not (ErrorKind.ShuttingDown or ErrorKind.NotReady))
            {
                LogFailed(environment.Log, failure.Message);
                (last, reason) = (failure, LocalEndReason.OnionServiceRendezvousFailed);
            }
        }

        throw new OnionVisitException(reason, $"the service was not reached: {last!.Message}", last);
    }

    private bool IsOfUse(OnionAddress address, DescriptorContent content) =>
        Choose(address, content) is not null
        && content.ProofOfWork?.ExpiresAt.CompareTo(environment.Time.GetUtcNow().UtcDateTime) is null or > 0;

    /// <summary>An introduction point at random among those that have not failed; one that the operator excludes only when there is no other.</summary>
    private (IntroductionPoint Point, HopTarget Target)? Choose(OnionAddress address, DescriptorContent content)
    {
        PathConstraints constraints = environment.Options().Constraints;
        NetworkView? view = environment.View();
        var excluded = new List<(IntroductionPoint, HopTarget)>();
        var wanted = new List<(IntroductionPoint, HopTarget)>();
        foreach (IntroductionPoint point in content.IntroductionPoints)
        {
            if (!failures.IsUsable(address, point.AuthenticationKey, environment.Now)
                || NamedRelay.TryCreate(point.LinkSpecifiers, point.OnionKey, environment.IsPrivateNetwork) is not { } target)
            {
                continue;
            }

            bool isExcluded = constraints.ExcludeNodes is { } set && view?.Find(target.RsaIdentity) is { } relay && set.Contains(relay);
            (isExcluded ? excluded : wanted).Add((point, target));
        }

        List<(IntroductionPoint, HopTarget)> choice = wanted.Count > 0 || constraints.StrictNodes ? wanted : excluded;
        return choice.Count == 0 ? null : choice[environment.Random.NextInt32(choice.Count)];
    }

    private OnionVisitException NoPointLeft(OnionAddress address, DescriptorContent content, Exception? last)
    {
        bool haveAllTimedOut = content.IntroductionPoints.Count > 0
            && content.IntroductionPoints.All(point => failures.HasTimedOut(address, point.AuthenticationKey, environment.Now));
        return haveAllTimedOut
            ? new OnionVisitException(LocalEndReason.OnionServiceIntroductionTimedOut, "no introduction point of the service answers", last)
            : new OnionVisitException(LocalEndReason.OnionServiceIntroductionFailed, "no introduction point of the service is left to be asked", last);
    }

    private async Task<OriginCircuit> MeetAsync(
        OnionAddress address, FetchedDescriptor descriptor, IntroductionPoint point, HopTarget target, CancellationToken cancel)
    {
        await using var meeting = new Meeting(environment, descriptor.Content!, point);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        Task establishing = meeting.EstablishAsync(stop.Token);
        Task<OriginCircuit> introducing = OpenIntroductionAsync(target, stop.Token);
        try
        {
            await await Task.WhenAny(establishing, introducing); // whichever fails first, fails both
            await Task.WhenAll(establishing, introducing);
            OriginCircuit introduction = await introducing;
            IntroductionProof? proof = await WorkAsync(address, descriptor, point, cancel);
            return await meeting.JoinAsync(introduction, descriptor.Credential.Subcredential.Value, proof, cancel);
        }
        finally
        {
            await stop.CancelAsync();
            await Task.WhenAll(establishing, introducing).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (introducing.IsCompletedSuccessfully)
            {
                (await introducing).Close();
            }
        }
    }

    private async Task<OriginCircuit> OpenIntroductionAsync(HopTarget target, CancellationToken cancel)
    {
        try
        {
            return await environment.Circuits.OpenAsync(OnionCircuitPurpose.ClientIntroduction, target, cancel);
        }
        catch (TunicException failure) when (failure.Kind is not (ErrorKind.ShuttingDown or ErrorKind.NotReady))
        {
            throw new IntroductionException(
                failure.Kind == ErrorKind.Timeout ? IntroductionFailure.TimedOut : IntroductionFailure.Unreachable, failure.Message, failure);
        }
    }

    /// <summary>Solves the service's puzzle when it asks for work, and more of it each time that we were not let in.</summary>
    private async Task<IntroductionProof?> WorkAsync(
        OnionAddress address, FetchedDescriptor descriptor, IntroductionPoint point, CancellationToken cancel)
    {
        if (descriptor.Content!.ProofOfWork is not { Scheme: ProofOfWorkScheme.V1 } puzzle)
        {
            return null;
        }

        uint effort = ClientEffort.Choose(puzzle.SuggestedEffort, failures.CountUnreachable(address, point.AuthenticationKey, environment.Now));
        return effort == 0 ? null : await puzzles.SolveAsync(descriptor.Credential.BlindedKey, puzzle.Seed, effort, cancel);
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "a try to reach an onion service failed: {Why}")]
    private static partial void LogFailed(ILogger log, string why);
}
