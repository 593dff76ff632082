using System.Net;
using Microsoft.Extensions.Logging;
using Tunic.Primitives.Errors;
using Tunic.Primitives.Keys;
using Tunic.Primitives.Time;
using Tunic.Tor.Client.Circuits;
using Tunic.Tor.Client.Circuits.Register;
using Tunic.Tor.Client.Paths;
using Tunic.Tor.Network.Channels;
using Tunic.Tor.Network.Circuits;
using Tunic.Tor.Network.NetworkDirectory;
using Tunic.Tor.Protocol.Cells;
using Tunic.Tor.Protocol.Circuits;
using Tunic.Tor.Protocol.Errors;
using Tunic.Tor.Protocol.FlowControl.Congestion;
using Tunic.Tor.Protocol.Links;
using Tunic.Tor.Protocol.Paths;
using Tunic.Tor.Protocol.Paths.Guards;

namespace Tunic.Tor.Client.NetworkDirectory;

/// <summary>
/// Asks directories over one-hop circuits: guards once a consensus is known, fallbacks and authorities before. Stays with
/// one directory as long as it answers.
/// </summary>
internal sealed class DirectoryFetcher(
    NetworkProfile profile,
    ChannelTable channels,
    CircuitEnvironment circuits,
    PathPlanner planner,
    ClockWatch clock,
    RandomSource random,
    ILogger log)
    : IDirectoryFetcher, IAsyncDisposable
{
    /// <summary>So long a directory may say nothing.</summary>
    private static readonly TimeSpan StallLimit = TimeSpan.FromSeconds(60);

    /// <summary>So long it may take for one answer: a slow link needs minutes for a consensus, and nobody may keep us with a byte now and then.</summary>
    private static readonly TimeSpan RequestLimit = TimeSpan.FromMinutes(15);

    private readonly SemaphoreSlim _choosing = new(1);
    private readonly HashSet<RsaIdentity> _failed = [];
    private DirectoryCircuit? _current;

    /// <summary>Told of the first steps of a bootstrap.</summary>
    internal IProgress<BootstrapProgress>? Progress { get; init; }

    /// <summary>Where its circuits are listed; null for nowhere.</summary>
    internal CircuitRegister? Register { get; init; }

    /// <inheritdoc/>
    public async Task<DirectoryReply> FetchAsync(
        DirectoryRequest request, IReadOnlyCollection<RsaIdentity> avoid, int attempts, CancellationToken cancel)
    {
        for (int attempt = 1; ; attempt++)
        {
            DirectoryCircuit? directory = null;
            bool hasAnswered = false;
            try
            {
                directory = await GetDirectoryAsync(avoid, cancel);
                using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
                limit.CancelAfter(RequestLimit);
                using var stall = CancellationTokenSource.CreateLinkedTokenSource(limit.Token);
                stall.CancelAfter(StallLimit);
                void OnProgress()
                {
                    hasAnswered = true;
                    stall.CancelAfter(StallLimit);
                }

                DirectoryResponse response =
                    await DirectoryHttp.SendAsync(directory.Circuit.OpenDirectory(), null, request, OnProgress, stall.Token);
                if (response.Status is not (200 or 304 or 404))
                {
                    throw new DirectoryException($"a directory answered {response.Status} {response.Reason}");
                }

                if (response.Date is { } date)
                {
                    clock.OnAnswer(date, AuthorityName(directory.Identity));
                }

                planner.OnDirectoryAnswered(directory.Use);
                return new DirectoryReply(response, directory.Identity);
            }
            catch (Exception failure) when (IsOfDirectory(failure, cancel))
            {
                if (hasAnswered)
                {
                    planner.OnDirectoryAnswered(directory?.Use); // a poor answer of a good guard: whoever overloads it must not choose the next
                }
                else
                {
                    planner.OnGuardFailed(directory?.Use);
                }

                await ForgetAsync(directory);
                LogFailed(log, request.Path, failure.Message);
                if (attempt >= attempts)
                {
                    throw failure as TunicException ?? new DirectoryException($"no directory answers: {failure.Message}", failure);
                }
            }
        }
    }

    /// <summary>Asks the present directory once, or the next one when there is none. What it answers says nothing of it as a guard.</summary>
    /// <exception cref="TunicException">It cannot be reached, or the circuit has ended.</exception>
    /// <exception cref="OperationCanceledException">Cancelled, or no answer in time.</exception>
    internal async Task<DirectoryResponse> AskAsync(DirectoryRequest request, TimeSpan timeLimit, CancellationToken cancel)
    {
        DirectoryCircuit directory = await GetDirectoryAsync([], cancel);
        try
        {
            using var timer = CancellationTokenSource.CreateLinkedTokenSource(cancel);
            timer.CancelAfter(timeLimit);
            DirectoryResponse response = await DirectoryHttp.SendAsync(directory.Circuit.OpenDirectory(), null, request, onProgress: null, timer.Token);
            planner.OnDirectoryAnswered(directory.Use);
            return response;
        }
        catch (Exception failure) when (IsOfDirectory(failure, cancel))
        {
            await ForgetAsync(directory);
            throw;
        }
    }

    /// <inheritdoc/>
    public async Task ForgetAsync()
    {
        if (_current is { } current)
        {
            await ForgetAsync(current);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_current is { } current)
        {
            await current.Circuit.DisposeAsync();
        }

        _choosing.Dispose();
    }

    private static bool IsOfDirectory(Exception failure, CancellationToken cancel) =>
        !cancel.IsCancellationRequested
        && failure is TunicException or IOException or TimeoutException or OperationCanceledException;

    /// <summary>Null for one that is no authority.</summary>
    private string? AuthorityName(RsaIdentity directory) =>
        profile.Authorities.FirstOrDefault(authority => authority.RelayIdentity == directory)?.Nickname;

    private async Task<DirectoryCircuit> GetDirectoryAsync(IReadOnlyCollection<RsaIdentity> avoid, CancellationToken cancel)
    {
        await _choosing.WaitAsync(cancel);
        try
        {
            if (_current is { Circuit.HasEnded: false } current && !IsOutgrown(current) && !avoid.Contains(current.Identity))
            {
                return current;
            }

            DirectoryCircuit? before = _current;
            Choice choice = Choose(avoid);
            if (before is { Circuit.HasEnded: false } && !IsOutgrown(before) && before.Identity == choice.Target.RsaIdentity)
            {
                planner.OnCancelled(choice.Use); // there is no other: the circuit may be in use by another request
                return before;
            }

            _current = await OpenAsync(choice, cancel);
            if (before is not null)
            {
                await before.Circuit.DisposeAsync();
            }

            return _current;
        }
        finally
        {
            _choosing.Release();
        }
    }

    /// <summary>A fallback or authority has done its service once guards can be asked.</summary>
    private bool IsOutgrown(DirectoryCircuit directory) => directory.Use is null && planner.HasGuards;

    private async Task<DirectoryCircuit> OpenAsync(Choice choice, CancellationToken cancel)
    {
        (HopTarget target, IReadOnlyList<IPEndPoint> addresses, GuardUse? use) = choice;
        try
        {
            Progress?.Report(BootstrapProgress.Connecting);
            Channel channel = await channels.GetAsync(
                new PeerIdentity(target.RsaIdentity, target.Ed25519Identity), addresses, cancel);
            Progress?.Report(BootstrapProgress.Connected);
            Progress?.Report(BootstrapProgress.HandshakeDone);
            if (channel.Link.ClockSkew is { } skew)
            {
                clock.OnLink(skew, AuthorityName(target.RsaIdentity));
            }

            using var timer = CancellationTokenSource.CreateLinkedTokenSource(cancel);
            timer.CancelAfter(StallLimit);
            OriginCircuit circuit = await CreateAsync(channel, target, timer.Token);
            Progress?.Report(BootstrapProgress.DirectoryCircuit);
            return new DirectoryCircuit(target.RsaIdentity, circuit, use);
        }
        catch (Exception failure) when (IsOfDirectory(failure, cancel))
        {
            Avoid(target.RsaIdentity);
            if (failure is ChannelProtocolException { IsAboutTime: true })
            {
                clock.OnInvalidCertificate();
            }

            if (failure is CircuitEndedException { IsByPeer: true })
            {
                planner.OnCancelled(use); // it answered, if only to refuse: whoever overloads a guard must not choose the next
            }
            else
            {
                planner.OnGuardFailed(use);
            }

            throw;
        }
    }

    private async Task<OriginCircuit> CreateAsync(Channel channel, HopTarget target, CancellationToken cancel)
    {
        CircuitRecord? record = Register?.Launch(CircuitPurpose.General, "ONEHOP_TUNNEL", "IS_INTERNAL", "NEED_CAPACITY");
        try
        {
            OriginCircuit circuit = await OriginCircuit.CreateAsync(channel, target, circuits, cancel);
            if (record is not null)
            {
                Register!.OnHop(record, circuit, target.RsaIdentity);
                Register.OnBuilt(record, mustWaitForGuard: false);
            }

            return circuit;
        }
        catch when (record is not null)
        {
            Register!.OnEnded(record, " REASON=CONNECTFAILED");
            throw;
        }
    }

    private Choice Choose(IReadOnlyCollection<RsaIdentity> avoid)
    {
        if (planner.TrySelectDirectory(avoid) is { } path)
        {
            Relay relay = path.Hops[0];
            return new Choice(HopTargets.Create(relay, carriesStreams: false, CongestionControlParameters.Default), planner.Reach(relay), path.GuardUse);
        }

        FallbackDirectory chosen = ChooseFallback();
        var target = new HopTarget
        {
            RsaIdentity = chosen.RelayIdentity,
            Specifiers = LinkSpecifiers.For(chosen.Addresses[0], chosen.RelayIdentity, null, null),
        };
        return new Choice(target, planner.Addresses.Sort(chosen.Addresses), null);
    }

    private FallbackDirectory ChooseFallback()
    {
        lock (_failed)
        {
            IEnumerable<FallbackDirectory> authorities = profile.Authorities
                .Select(authority => new FallbackDirectory(
                    authority.RelayIdentity, authority.IPv6Address is { } ipv6 ? [authority.OnionRouterAddress, ipv6] : [authority.OnionRouterAddress])
                {
                    Weight = authority.Weight * profile.AuthorityFallbackRate,
                });
            List<FallbackDirectory> candidates = [.. profile.Fallbacks.Concat(authorities).Where(directory =>
                !_failed.Contains(directory.RelayIdentity) && planner.Addresses.Sort(directory.Addresses).Count > 0)];
            if (candidates.Count == 0)
            {
                _failed.Clear(); // all have failed: begin again
                throw new DirectoryException("no directory of the network answers");
            }

            return Draw(candidates);
        }
    }

    /// <summary>By weight; those without any only when there is nobody else.</summary>
    private FallbackDirectory Draw(List<FallbackDirectory> candidates)
    {
        double drawn = candidates.Sum(directory => directory.Weight) * random.NextDouble();
        foreach (FallbackDirectory directory in candidates)
        {
            drawn -= directory.Weight;
            if (drawn < 0)
            {
                return directory;
            }
        }

        return candidates[random.NextInt32(candidates.Count)];
    }

    private void Avoid(RsaIdentity directory)
    {
        lock (_failed)
        {
            _failed.Add(directory);
        }
    }

    private async Task ForgetAsync(DirectoryCircuit? directory)
    {
        if (directory is null)
        {
            return;
        }

        Avoid(directory.Identity);
        Interlocked.CompareExchange(ref _current, null, directory);
        await directory.Circuit.DisposeAsync();
    }

    private static void LogFailed(ILogger log, string path, string reason) => DirectoryLog.RequestFailed(log, path, reason);

    private sealed record Choice(HopTarget Target, IReadOnlyList<IPEndPoint> Addresses, GuardUse? Use);

    private sealed record DirectoryCircuit(RsaIdentity Identity, OriginCircuit Circuit, GuardUse? Use);
}
