using Tunic.Tests.Simulation;
using Tunic.Tests.TorRelay;
using Tunic.Tor.Network.Channels;
using Tunic.Tor.Protocol.Links;

namespace Tunic.Tests.Tor.Network.Channels;

/// <summary>Several links of one client that have carried circuits, and when each of them sent padding.</summary>
internal sealed class PaddedLinks : IAsyncDisposable
{
    /// <summary>How exactly times are known.</summary>
    internal static readonly TimeSpan Step = TimeSpan.FromMilliseconds(50);

    /// <summary>Pauses that hardly differ: who is late by a round shows.</summary>
    internal static readonly ChannelPaddingParameters Parameters = new() { Low = TimeSpan.FromSeconds(2), High = TimeSpan.FromSeconds(2.4) };

    private readonly ManualTime _time;
    private readonly List<ChannelPair> _pairs = [];

    private PaddedLinks(ManualTime time) => _time = time;

    /// <summary>Of each link, monotonic.</summary>
    internal List<List<TimeSpan>> Padding { get; } = [];

    internal Channel this[int index] => _pairs[index].Client;

    internal static async Task<PaddedLinks> OpenAsync(ManualTime time, int count)
    {
        var links = new PaddedLinks(time);
        for (int number = 0; number < count; number++)
        {
            ChannelPair pair = await ChannelPair.OpenAsync(new RecordingEndpoint(), time: time);
            pair.Client.Traffic.Raise(ChannelUsage.FullCircuits);
            List<TimeSpan> padding = [];
            pair.ClientTransport.Writing = () => padding.Add(pair.Client.Now);
            links._pairs.Add(pair);
            links.Padding.Add(padding);
        }

        return links;
    }

    /// <summary>An idle link was padded again and again for a minute, after pauses as the parameters have them.</summary>
    internal static void AssertPauses(List<TimeSpan> padding)
    {
        Assert.InRange(padding.Count, 24, 30);
        Assert.All(padding.Zip(padding[1..], (one, next) => next - one), pause => Assert.InRange(pause, Parameters.Low, Parameters.High + Step));
    }

    internal void AddRestTo(ChannelUpkeep upkeep) => _pairs[1..].ForEach(pair => upkeep.Add(pair.Client));

    internal async Task PassAsync(ChannelUpkeep upkeep, TimeSpan time)
    {
        for (TimeSpan passed = TimeSpan.Zero; passed < time; passed += Step)
        {
            await PassAsync(upkeep);
        }
    }

    /// <summary>Lets a step pass, and the links send what is due.</summary>
    internal async Task PassAsync(ChannelUpkeep upkeep)
    {
        _time.Advance(Step);
        await Eventually.HoldsAsync(() => Padding.Sum(padding => padding.Count) >= upkeep.PaddingSent);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (ChannelPair pair in _pairs)
        {
            await pair.DisposeAsync();
        }
    }
}
