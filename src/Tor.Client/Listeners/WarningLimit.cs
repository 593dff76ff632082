namespace Tunic.Tor.Client.Listeners;

/// <summary>Lets a warning through now and then, so that no application can fill the log.</summary>
/// <remarks>Thread safe.</remarks>
internal sealed class WarningLimit(TimeProvider time, TimeSpan interval)
{
    private readonly Lock _gate = new();
    private long? _last;

    /// <summary>Whether to write the warning now.</summary>
    internal bool Allows()
    {
        lock (_gate)
        {
            if (_last is { } last && time.GetElapsedTime(last) < interval)
            {
                return false;
            }

            _last = time.GetTimestamp();
            return true;
        }
    }
}
