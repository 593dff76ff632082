using System.Net;
using System.Text;
using Tunic.Primitives.Keys;
using Tunic.Primitives.Time;
using Tunic.Tor.Protocol.Paths;
using Tunic.Tor.Protocol.Paths.BuildTimes;
using Tunic.Tor.Protocol.Paths.Guards;
using Tunic.Tor.Protocol.Paths.Vanguards;

namespace Tunic.Tor.Client.Paths;

/// <summary>The owner of everything that decides about paths: guards, the selector, the build timeout.</summary>
/// <remarks>Thread safe: the pure parts below it are touched only inside its gate.</remarks>
internal sealed class PathPlanner
{
    private readonly Lock _gate = new();
    private readonly bool _isPrivateNetwork;
    private ClientOptions _options;
    private FamilyRules _families;
    private readonly TimeProvider _time;
    private readonly RandomSource _random;
    private readonly CircuitBuildTimeout _buildTimeout;
    private readonly SecondHops _secondHops;
    private readonly Dictionary<GuardSampleKind, GuardSelector> _samples = [];
    private GuardSampleState _savedGuards = GuardSampleState.Empty;
    private bool _isUnsaved;
    private GuardSelector? _guards;
    private PathSelector? _selector;
    private Predicate<Relay>? _isMarkedDown;

    internal PathPlanner(ClientOptions options, bool isPrivateNetwork, TimeProvider time, RandomSource random)
    {
        _options = options;
        _time = time;
        _random = random;
        _isPrivateNetwork = isPrivateNetwork;
        _families = CreateFamilies(options);
        _secondHops = new SecondHops(random);
        _buildTimeout = new CircuitBuildTimeout(
            new CircuitBuildTimeoutParameters(), options.LearnCircuitBuildTimeout, options.CircuitBuildTimeout);
    }

    /// <summary>The view that paths are chosen from; null before the first one.</summary>
    internal NetworkView? View
    {
        get
        {
            lock (_gate)
            {
                return _selector?.Environment.View;
            }
        }
    }

    /// <summary>After this long a circuit of three hops that is under construction is given up.</summary>
    internal TimeSpan BuildTimeout
    {
        get
        {
            lock (_gate)
            {
                return _buildTimeout.Timeout;
            }
        }
    }

    /// <summary>Over which family relays are reached.</summary>
    internal AddressChoice Addresses => _options.Addresses;

    /// <summary>Whether there are guards that can be asked for directory documents.</summary>
    internal bool HasGuards
    {
        get
        {
            lock (_gate)
            {
                return _guards is not null;
            }
        }
    }

    /// <summary>
    /// Whether the guards that circuits would use are known well enough. Building without would let a directory choose our guard
    /// by withholding the microdescriptors of others.
    /// </summary>
    internal bool KnowsGuards
    {
        get
        {
            lock (_gate)
            {
                return _guards is null || _guards.Sample.PrimaryWithoutMicrodescriptor.Count == 0;
            }
        }
    }

    private ClockReading Now => new(_time.GetUtcNow().UtcDateTime, _time.GetElapsedTime(0));

    /// <summary>Takes over a new view of the network.</summary>
    internal void Update(NetworkView view)
    {
        lock (_gate)
        {
            var environment = new PathEnvironment(view)
            {
                Constraints = ConstraintsOf(_options),
                Families = _families.WithParametersOf(view.Consensus),
                IsMarkedDown = _isMarkedDown,
            };
            _selector = new PathSelector(environment, _random);
            _buildTimeout.Update(CircuitBuildTimeoutParameters.From(view.Consensus));
            if (_options.UseEntryGuards)
            {
                UpdateGuards(environment);
            }
        }
    }

    /// <summary>Chooses by other constraints, families and addresses from now on; the guards that these allow stay.</summary>
    internal void Reconfigure(ClientOptions options)
    {
        lock (_gate)
        {
            _options = options;
            _families = CreateFamilies(options);
            if (_selector is { Environment.View: var view })
            {
                Update(view);
            }
        }
    }

    /// <summary>Relays that a faster source than the consensus knows to be down: skipped from now on.</summary>
    internal void MarkDown(Predicate<Relay>? isMarkedDown)
    {
        lock (_gate)
        {
            _isMarkedDown = isMarkedDown;
            if (_selector is { } selector)
            {
                PathEnvironment environment = selector.Environment with { IsMarkedDown = isMarkedDown };
                _selector = new PathSelector(environment, _random);
                _guards?.Sample.Update(environment, Now);
            }
        }
    }

    /// <summary>What guards there are to choose from; null when none are used, and before the first view.</summary>
    internal GuardSupply? MeasureGuards()
    {
        lock (_gate)
        {
            return _guards is null || _selector is null ? null : GuardSampleChoice.Measure(_selector.Environment, _guards.Sample.Parameters);
        }
    }

    /// <summary>Where to connect to a relay, as stock: its best address alone.</summary>
    internal IReadOnlyList<IPEndPoint> Reach(Relay relay) => [.. AddressesOf(relay, Addresses).Take(1)];

    /// <summary>How much of the network can be used with the microdescriptors at hand.</summary>
    internal PathAvailability MeasureAvailability(NetworkView view) => view.MeasureAvailability(_options.Constraints);

    /// <summary>Chooses a path.</summary>
    /// <returns>Not found also before there is a view.</returns>
    internal PathResult Select(PathRequest request)
    {
        lock (_gate)
        {
            if (_guards is { Sample.PrimaryWithoutMicrodescriptor.Count: > 0 })
            {
                return new PathResult(PathFailure.NoGuard, 1);
            }

            if (_selector is { } selector && !selector.Environment.View.Consensus.IsReasonablyLive(Now.Utc))
            {
                return new PathResult(PathFailure.OldConsensus, 1); // whoever keeps us from a newer one must not keep us among relays long gone
            }

            PathResult result = _selector?.Select(request, _guards, Now) ?? new PathResult(PathFailure.NoGuard, 1);
            if (result.IsFound)
            {
                _buildTimeout.OnLaunched(Now.Monotonic);
            }

            return result;
        }
    }

    /// <summary>Chooses a path of an onion service's circuit, whose second hops are always the same few relays.</summary>
    internal PathResult SelectWithVanguards(PathRequest request)
    {
        lock (_gate)
        {
            return _selector is { } selector
                ? Select(request with { Vanguards = _secondHops.GetLayers(selector.Environment, _options.Vanguards, Now.Utc) })
                : new PathResult(PathFailure.NoGuard, 1);
        }
    }

    /// <summary>Chooses a last hop alone; null before there is a view, and when none fits.</summary>
    internal Relay? ChooseEnd(PathRequest request)
    {
        lock (_gate)
        {
            return _selector?.ChooseEnd(request);
        }
    }

    /// <summary>Paths of onion services get other second hops from now on.</summary>
    internal void ForgetSecondHops()
    {
        lock (_gate)
        {
            _secondHops.Clear();
        }
    }

    /// <summary>Whether paths of onion services have a third hop of the operator's choice, and are longer for it.</summary>
    internal bool HasThirdHops => _options.Vanguards.ThirdHops is not null;

    /// <summary>Chooses a directory; null before there is a view, or when none fits.</summary>
    /// <param name="outdated">Those that lacked microdescriptors; with few guards one of them may be chosen all the same.</param>
    internal CircuitPath? TrySelectDirectory(IReadOnlyCollection<RsaIdentity> outdated)
    {
        lock (_gate)
        {
            GuardRestriction? restriction = _guards is not null ? _guards.RestrictOutdated(outdated, Now)
                : outdated.Count > 0 ? GuardRestriction.OutdatedDirectories(outdated)
                : null;
            return _selector?.SelectDirectory(_guards, restriction, Now).Path
                ?? (restriction is null ? null : _selector?.SelectDirectory(_guards, null, Now).Path);
        }
    }

    /// <summary>A directory request was answered.</summary>
    internal void OnDirectoryAnswered(GuardUse? use)
    {
        lock (_gate)
        {
            if (use is not null)
            {
                _guards?.Succeeded(use, Now);
            }
        }
    }

    /// <summary>The channel to a guard, or the circuit's first hop, could not be had.</summary>
    internal void OnGuardFailed(GuardUse? use)
    {
        lock (_gate)
        {
            if (use is not null)
            {
                _guards?.Failed(use, Now);
            }
        }
    }

    /// <summary>A circuit was given up for a reason that says nothing about its guard.</summary>
    internal void OnCancelled(GuardUse? use)
    {
        lock (_gate)
        {
            if (use is not null)
            {
                _guards?.Cancel(use, Now);
            }
        }
    }

    /// <summary>After this long a circuit of so many hops that is under construction is given up.</summary>
    internal TimeSpan GetBuildTimeout(int hops)
    {
        lock (_gate)
        {
            return _buildTimeout.GetTimeout(hops);
        }
    }

    /// <summary>A circuit of three hops or more got its third one. Shorter ones say nothing about how long that takes.</summary>
    internal void OnMeasured(TimeSpan buildTime)
    {
        lock (_gate)
        {
            _buildTimeout.OnNetworkActivity(Now.Monotonic);
            _buildTimeout.OnBuilt(buildTime, hasTimedOut: false);
        }
    }

    /// <summary>A circuit was built.</summary>
    /// <returns>Whether it may be used now.</returns>
    internal GuardVerdict OnBuilt(GuardUse? use)
    {
        lock (_gate)
        {
            _buildTimeout.OnNetworkActivity(Now.Monotonic);
            return use is null || _guards is null ? GuardVerdict.UsableNow : _guards.Succeeded(use, Now);
        }
    }

    /// <summary>A circuit of three hops or more took too long to get three.</summary>
    internal void OnTimeout(bool hasFirstHop)
    {
        lock (_gate)
        {
            _buildTimeout.OnTimeout(hasFirstHop);
        }
    }

    /// <summary>Those of the waiting circuits' uses that may be used from now on.</summary>
    internal IReadOnlyList<GuardUse> UpgradeWaiting(IReadOnlyCollection<GuardUse> uses)
    {
        lock (_gate)
        {
            return _guards?.UpgradeWaiting(uses, Now) ?? [];
        }
    }

    /// <summary>The circuit waited so long for a better guard that it should be closed.</summary>
    internal bool ShouldExpire(GuardUse use)
    {
        lock (_gate)
        {
            return _guards?.ShouldExpire(use, Now) ?? true;
        }
    }

    /// <summary>What was taken last could not be written: it counts as changed.</summary>
    internal void KeepUnsaved()
    {
        lock (_gate)
        {
            _isUnsaved = true;
        }
    }

    /// <summary>What must be kept over a restart, in stock's state-file lines; null when nothing has changed.</summary>
    internal byte[]? TakeChangedState()
    {
        lock (_gate)
        {
            if (!_isUnsaved && _guards is not { Sample.HasChanged: true })
            {
                return null;
            }

            _isUnsaved = false;
            var text = new StringBuilder();
            foreach (GuardSelector guards in _samples.Values)
            {
                text.Append(guards.Sample.ToState().Encode());
            }

            text.Append(StateOfOthers().Encode());
            foreach ((string keyword, string value) in _buildTimeout.EncodeState())
            {
                text.Append(keyword).Append(' ').Append(value).Append('\n');
            }

            return Encoding.UTF8.GetBytes(text.ToString());
        }
    }

    /// <summary>Takes over the lines of what <see cref="TakeChangedState"/> returned, or of a stock client's state file.</summary>
    /// <returns>Null, or a clause that says which line makes no sense.</returns>
    internal string? LoadState(IReadOnlyList<KeyValuePair<string, string>> lines)
    {
        string[] guards = [.. lines.Where(line => line.Key == "Guard").Select(line => line.Value)];
        lock (_gate)
        {
            if (Array.Exists(guards, guard => !GuardState.TryParse(guard, Now.Utc, out _)))
            {
                return "a line about a guard makes no sense";
            }

            if (!_buildTimeout.TryLoadState(lines, _random))
            {
                return "the lines about build times of circuits make no sense";
            }

            _savedGuards = GuardSampleState.FromStock(guards, Now.Utc, out _);
            return null;
        }
    }

    private FamilyRules CreateFamilies(ClientOptions options) => new()
    {
        EnforceDistinctSubnets = options.EnforceDistinctSubnets ?? !_isPrivateNetwork,
        LocalFamilies = options.LocalFamilies,
    };

    private static IReadOnlyList<IPEndPoint> AddressesOf(Relay relay, AddressChoice choice) =>
        choice.Sort(relay.IPv6Address is { } ipv6 ? [relay.IPv4Address, ipv6] : [relay.IPv4Address]);

    /// <summary>The user's wishes, and that first hops can be reached.</summary>
    private static PathConstraints ConstraintsOf(ClientOptions options) =>
        options.Constraints with { IsReachable = relay => AddressesOf(relay, options.Addresses).Count > 0 };

    /// <summary>Guards of an earlier run in samples that this run has had no use for.</summary>
    private GuardSampleState StateOfOthers()
    {
        HashSet<string> names = [.. _samples.Values.Select(guards => guards.Sample.Name)];
        return new GuardSampleState([.. _savedGuards.Guards.Where(guard => !names.Contains(guard.Selection))]);
    }

    private void UpdateGuards(PathEnvironment environment)
    {
        GuardParameters parameters = _guards?.Sample.Parameters ?? new GuardParameters();
        GuardSampleKind kind = GuardSampleChoice.Choose(environment, _guards?.Sample.Kind, parameters);
        if (!_samples.TryGetValue(kind, out _guards))
        {
            _guards = new GuardSelector(new GuardSample(kind, _options.Guards, _random, _savedGuards), _random);
            _samples.Add(kind, _guards);
        }

        _guards.Sample.Update(environment, Now);
    }
}
