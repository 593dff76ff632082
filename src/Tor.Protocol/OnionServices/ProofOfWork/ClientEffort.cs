namespace Tunic.Tor.Protocol.OnionServices.ProofOfWork;

/// <summary>How much a client is ready to work for an introduction (stock hs_client.c, consider_sending_introduce1).</summary>
public static class ClientEffort
{
    /// <summary>More a client does not do, whatever the service suggests.</summary>
    public const uint Max = 10_000;

    private const uint MinAfterFailure = 8;
    private const uint DoubledBelow = 1_000;

    /// <summary>The effort of the next introduction; 0 for none, and then no solution is sent.</summary>
    /// <param name="suggested">What the service's descriptor suggests.</param>
    /// <param name="failures">How often the service was not reached through this introduction point: each time asks for more.</param>
    public static uint Choose(uint suggested, int failures)
    {
        uint effort = Math.Min(suggested, Max);
        for (; failures > 0 && effort < Max; failures--)
        {
            effort = effort < DoubledBelow ? effort * 2 : effort * 3 / 2;
            effort = Math.Clamp(effort, MinAfterFailure, Max);
        }

        return effort;
    }
}
