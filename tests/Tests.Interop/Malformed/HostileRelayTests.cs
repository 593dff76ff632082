namespace Tunic.Tests.Interop.Malformed;

/// <summary>A relay that is a client's only directory breaks the rules, at a stock client and at ours.</summary>
public sealed class HostileRelayTests
{
    [Fact]
    public async Task A_client_answers_a_relay_that_breaks_the_rules_as_a_stock_client_does()
    {
        var identities = new HostileIdentities();

        await NewClients.CompareAsync(HostileRelayCases.All, played => new HostileRelay(identities, played));
    }
}
