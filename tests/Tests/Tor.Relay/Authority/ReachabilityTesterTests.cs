using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net;
using Microsoft.Extensions.Logging.Abstractions;
using Tunic.Primitives.Keys;
using Tunic.Tests.Simulation;
using Tunic.Tor.Relay.Authority;

namespace Tunic.Tests.TorRelay.Authority;

public sealed class ReachabilityTesterTests : IReachabilityProbe, IAsyncDisposable
{
    private const int MaxProbes = 64;
    private const int FirstSilent = 1_000_000;

    private readonly ConcurrentDictionary<int, ProbeTarget> _targets = new();
    private readonly ConcurrentQueue<int> _begun = [];
    private readonly ConcurrentQueue<int> _reached = [];
    private readonly TaskCompletionSource _release = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ReachabilityTester _tester;

    public ReachabilityTesterTests() => _tester = new ReachabilityTester(this, MaxProbes, TimeSpan.FromHours(1), TimeProvider.System, NullLogger.Instance)
    {
        Find = relay => _targets.GetValueOrDefault(NumberOf(relay)),
        OnReachable = (relay, _, _) => _reached.Enqueue(NumberOf(relay)),
    };

    [Fact]
    public async Task Relays_that_were_reached_before_are_tested_while_thousands_of_uploaded_ones_never_answer()
    {
        for (int number = 0; number < 5_000; number++)
        {
            Test(FirstSilent + number, isProven: false);
        }

        for (int number = 0; number < 500; number++)
        {
            Test(number, isProven: true);
        }

        await Eventually.HoldsAsync(() => _reached.Count == 500);
        Assert.Equal(MaxProbes / 2, _begun.Count(number => number >= FirstSilent));
    }

    [Fact]
    public async Task A_new_relay_has_its_turn_before_the_many_of_one_silent_address()
    {
        IPAddress crowded = IPAddress.Parse("198.51.101.1");
        for (int number = 0; number < 5_000; number++)
        {
            Test(FirstSilent + number, isProven: false, crowded);
        }

        Test(1, isProven: false);

        await Eventually.HoldsAsync(() => _reached.Contains(1));
        Assert.Equal(8, _begun.Count(number => number >= FirstSilent));
    }

    [Fact]
    public async Task A_relay_is_tested_once_however_often_it_is_asked_for_and_again_when_it_was_asked_for_meanwhile()
    {
        for (int time = 0; time < 10; time++)
        {
            Test(FirstSilent, isProven: true);
        }

        await Eventually.HoldsAsync(() => !_begun.IsEmpty);
        Test(FirstSilent, isProven: true);
        Assert.Single(_begun);

        _release.SetResult();
        await Eventually.HoldsAsync(() => _reached.Count == 2);
        Test(FirstSilent, isProven: true);
        await Eventually.HoldsAsync(() => _reached.Count == 3);
    }

    [Fact]
    public async Task One_that_has_gone_meanwhile_is_not_tested()
    {
        _tester.Test(Relay(1));
        Test(2, isProven: true);
        await Eventually.HoldsAsync(() => _reached.Contains(2));
        Assert.DoesNotContain(1, _begun);
    }

    public async Task<Ed25519Identity?> ProbeAsync(IPEndPoint address, RsaIdentity relay, CancellationToken cancel)
    {
        int number = NumberOf(relay);
        _begun.Enqueue(number);
        await (number >= FirstSilent ? _release.Task.WaitAsync(cancel) : Task.CompletedTask);
        return default(Ed25519Identity);
    }

    public ValueTask DisposeAsync() => _tester.DisposeAsync();

    private void Test(int number, bool isProven, IPAddress? address = null)
    {
        _targets[number] = new ProbeTarget(new IPEndPoint(address ?? new IPAddress(0x01000009 + ((long)number << 8)), 9001), null, isProven);
        _tester.Test(Relay(number));
    }

    private static RsaIdentity Relay(int number)
    {
        var bytes = new byte[RsaIdentity.Length];
        BinaryPrimitives.WriteInt32BigEndian(bytes, number);
        return new RsaIdentity(bytes);
    }

    private static int NumberOf(RsaIdentity relay) => BinaryPrimitives.ReadInt32BigEndian(relay.ToArray());
}
