namespace Tunic.Tor.Client;

/// <summary>Lets only rising progress through.</summary>
internal sealed class ProgressFilter(Action<BootstrapProgress> report) : IProgress<BootstrapProgress>
{
    private readonly Lock _gate = new();

    /// <summary>The furthest step so far.</summary>
    internal BootstrapProgress Latest { get; private set; } = BootstrapProgress.Starting;

    public void Report(BootstrapProgress value)
    {
        lock (_gate)
        {
            if (value.Percent <= Latest.Percent)
            {
                return;
            }

            Latest = value;
        }

        report(value);
    }
}
