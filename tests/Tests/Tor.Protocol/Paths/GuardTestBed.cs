using Tunic.Primitives.Time;
using Tunic.Tor.Protocol.Documents;
using Tunic.Tor.Protocol.Paths;
using Tunic.Tor.Protocol.Paths.Guards;

namespace Tunic.Tests.Tor.Protocol.Paths;

/// <summary>A sample and a selector over the network of stock's test_entrynodes.c, with a clock that the test moves.</summary>
internal sealed class GuardTestBed
{
    public GuardTestBed(GuardOptions? options = null, TestNetwork? network = null)
    {
        Network = network ?? TestNetwork.OfStockTests();
        Sample = new GuardSample(GuardSampleKind.Default, options ?? new GuardOptions(), new SeededRandomSource(17));
        Selector = new GuardSelector(Sample, new SeededRandomSource(18));
        Update();
    }

    public TestNetwork Network { get; }

    public GuardSample Sample { get; }

    public GuardSelector Selector { get; }

    public ClockReading Now { get; private set; } = new(TestNetwork.Start, TimeSpan.FromHours(100));

    public PathConstraints Constraints { get; set; } = PathConstraints.None;

    public FamilyRules Families { get; set; } = new() { EnforceDistinctSubnets = false };

    public Predicate<Relay>? IsMarkedDown { get; set; }

    public PathEnvironment Environment { get; private set; } = null!;

    public void Pass(TimeSpan time) => Now = Now.Add(time);

    /// <summary>A consensus arrives, valid around the moment.</summary>
    public void Update(bool isStale = false)
    {
        Network.ValidAfter = isStale ? Now.Utc.AddDays(-10) : Now.Utc.AddHours(-1);
        Environment = new PathEnvironment(Network.View()) { Constraints = Constraints, Families = Families, IsMarkedDown = IsMarkedDown };
        Sample.Update(Environment, Now);
    }

    public GuardUse? TrySelect(GuardRestriction? restriction = null, GuardUsage usage = GuardUsage.Traffic) =>
        Selector.Select(usage, restriction, Now);

    public GuardUse Select(GuardRestriction? restriction = null) => TrySelect(restriction)!;

    public int NumberOf(Guard guard) => Environment.View.Find(guard.Identity)!.Index;

    public Relay RelayOf(Guard guard) => Environment.View.Find(guard.Identity)!;

    public void Unlist(Guard guard) => Network.Change(NumberOf(guard), status => status with { Flags = status.Flags & ~RelayFlags.Guard });

    public void Relist(Guard guard) => Network.Change(NumberOf(guard), status => status with { Flags = status.Flags | RelayFlags.Guard });

    /// <summary>Confirms the primary guards and lets them fail: the starting point of stock's upgrade tests.</summary>
    public void FailPrimary(bool confirm)
    {
        Selector.NoteInternetConnectivity(Now);
        for (int i = 0; i < 3; i++)
        {
            GuardUse use = Select();
            Assert.Equal(GuardUseState.UsableOnCompletion, use.State);
            if (confirm)
            {
                Sample.Confirm(use.Guard, Now);
            }

            Selector.Failed(use, Now);
        }
    }
}
