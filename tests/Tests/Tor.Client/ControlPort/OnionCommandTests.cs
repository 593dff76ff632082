using Tunic.Primitives.Time;
using Tunic.Tests.Simulation;
using Tunic.Tor.Protocol.OnionServices;
using Tunic.Tor.Protocol.OnionServices.Authorization;

namespace Tunic.Tests.Tor.Client.ControlPort;

/// <summary>ADD_ONION, DEL_ONION, HSFETCH, +HSPOST and ONION_CLIENT_AUTH_*: what they answer, and whose services are whose.</summary>
public sealed class OnionCommandTests(ControlledNetwork network) : IClassFixture<ControlledNetwork>
{
    private const string Address = "2gzyxa5ihm7nsggfxnu52rck2vv4rvmdlkiu3zzui5du4xyclen53wid"; // torproject.org's
    private const string ClientKey = "FEPRWGGTXXIGEJRPMIMJX22G3GPQEJAIMLCMKYGH2OT5RSZGGN7A";
    private const string PrivateKey = "x25519:eIIdIGoSZwI2Q/lSzpf92akGki5I+PZIDz37MA5BhlA=";

    [Theory]
    [InlineData("ADD_ONION", "512 Bad arguments to ADD_ONION: Need at least 1 argument(s)")]
    [InlineData("ADD_ONION NEW:BEST", "512 Missing 'Port' argument")]
    [InlineData("ADD_ONION NEW:BEST Port=0", "512 Invalid VIRTPORT/TARGET")]
    [InlineData("ADD_ONION NEW:BEST Port=80,example.com:80", "512 Invalid VIRTPORT/TARGET")]
    [InlineData("ADD_ONION NEW:BEST Port=80 MaxStreams=65536", "512 Invalid MaxStreams")]
    [InlineData("ADD_ONION NEW:BEST Port=80 PoWDefensesEnabled=2", "512 Invalid PoWDefensesEnabled")]
    [InlineData("ADD_ONION NEW:BEST Port=80 PoWQueueRate=-1", "512 Invalid PoWQueueRate")]
    [InlineData("ADD_ONION NEW:BEST Port=80 PoWQueueBurst=x", "512 Invalid PoWQueueBurst")]
    [InlineData("ADD_ONION NEW:BEST Port=80 Flags=Detach,No", "512 Invalid 'Flags' argument: \"No\"")]
    [InlineData("ADD_ONION NEW:BEST Port=80 Flags=V3Auth", "512 No auth clients specified")]
    [InlineData("ADD_ONION NEW:BEST Port=80 ClientAuthV3=" + ClientKey, "512 No auth type specified")]
    [InlineData("ADD_ONION NEW:BEST Port=80 Flags=V3Auth ClientAuthV3=abc", "512 Cannot decode v3 client auth key")]
    [InlineData("ADD_ONION NEW:BEST Port=80 ClientAuth=bob", "512 Invalid client authorization")]
    [InlineData("ADD_ONION NEW:BEST Port=80 Flags=NonAnonymous", "512 Tor is in anonymous hidden service mode")]
    [InlineData("ADD_ONION NEW:BEST Port=80 Colour=red", "512 Bad arguments to ADD_ONION: Unrecognized keyword argument \"Colour\"")]
    [InlineData("ADD_ONION NEW Port=80", "512 Invalid key type/blob")]
    [InlineData("ADD_ONION NEW:RSA1024 Port=80", "513 Invalid key type")]
    [InlineData("ADD_ONION RSA1024:AA Port=80", "513 Invalid key type")]
    [InlineData("ADD_ONION ED25519-V3:AA Port=80", "512 Failed to decode ED25519-V3 key")]
    [InlineData("DEL_ONION short", "512 Malformed Onion Service id")]
    [InlineData("DEL_ONION " + Address, "552 Unknown Onion Service id")]
    [InlineData("HSFETCH short", "513 Invalid argument \"short\"")]
    [InlineData("HSFETCH " + Address + " SERVER=nobody", "552 Server \"nobody\" not found")]
    [InlineData("HSFETCH " + Address, "250 OK")]
    [InlineData("+HSPOST HSADDRESS=short\r\nhs-descriptor 3\r\n.", "512 Malformed onion address")]
    [InlineData("+HSPOST SERVER=nobody HSADDRESS=" + Address + "\r\nhs-descriptor 3\r\n.", "552 Server \"nobody\" not found")]
    [InlineData("+HSPOST HSADDRESS=" + Address + "\r\nhs-descriptor 3\r\n.", "554 Invalid descriptor")]
    [InlineData("ONION_CLIENT_AUTH_ADD " + Address, "512 Incomplete ONION_CLIENT_AUTH_ADD command")]
    [InlineData("ONION_CLIENT_AUTH_ADD short " + PrivateKey, "512 Invalid v3 address \"short\"")]
    [InlineData("ONION_CLIENT_AUTH_ADD " + Address + " x25519", "512 Invalid key type/blob")]
    [InlineData("ONION_CLIENT_AUTH_ADD " + Address + " rsa:AAAA", "552 Unrecognized key type \"rsa\"")]
    [InlineData("ONION_CLIENT_AUTH_ADD " + Address + " x25519:AAAA", "512 Failed to decode x25519 private key")]
    [InlineData("ONION_CLIENT_AUTH_ADD " + Address + " x25519:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", "553 Invalid private key \"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\"")]
    [InlineData("ONION_CLIENT_AUTH_ADD " + Address + " " + PrivateKey + " Flags=Forever", "512 Invalid 'Flags' argument: \"Forever\"")]
    [InlineData("ONION_CLIENT_AUTH_ADD " + Address + " " + PrivateKey + " ClientName=abcdefghijklmnopq", "512 ClientName longer than 16 chars")]
    [InlineData("ONION_CLIENT_AUTH_REMOVE", "512 Incomplete ONION_CLIENT_AUTH_REMOVE command")]
    [InlineData("ONION_CLIENT_AUTH_REMOVE " + Address, "251 No credentials for \"" + Address + "\"")]
    [InlineData("ONION_CLIENT_AUTH_VIEW short", "512 Invalid v3 address \"short\"")]
    [InlineData("GETINFO hs/client/desc/id/short", "551 Invalid address")]
    [InlineData("GETINFO hs/client/desc/id/" + Address, "551 Not found in cache")]
    [InlineData("GETINFO hs/service/desc/id/" + Address, "551 Not found in cache")]
    public async Task Each_command_is_answered_as_stock_does(string command, string answer)
    {
        await using ControlledClient client = await network.ControlAsync();
        await using Controller controller = await client.EnterAsync();

        Assert.Equal(answer, await controller.AskAsync(command));
        Assert.Empty(client.Client.OnionServices.Services);
    }

    [Fact]
    public async Task The_key_that_is_told_makes_the_same_address_again_and_no_two_services_have_one_address()
    {
        await using ControlledClient client = await network.ControlAsync();
        await using Controller controller = await client.EnterAsync();

        (string address, string? key) = Read(await controller.AskAsync("ADD_ONION NEW:ED25519-V3 Port=80,81"));
        string collision = await controller.AskAsync($"ADD_ONION {key} Port=80");
        string gone = await controller.AskAsync($"DEL_ONION {address}");
        (string again, string? told) = Read(await controller.AskAsync($"ADD_ONION {key} Port=80"));

        Assert.Equal("550 Onion address collision", collision);
        Assert.Equal("250 OK", gone);
        Assert.Equal(address, again);
        Assert.Null(told);
        Assert.Null(Read(await controller.AskAsync("ADD_ONION NEW:BEST Port=80 Flags=DiscardPK")).Key);
    }

    [Fact]
    public async Task A_service_ends_with_the_connection_that_added_it_unless_it_is_detached()
    {
        await using ControlledClient client = await network.ControlAsync();
        await using Controller other = await client.EnterAsync();
        string owned, detached;
        await using (Controller controller = await client.EnterAsync())
        {
            owned = Read(await controller.AskAsync("ADD_ONION NEW:BEST Port=80")).Address;
            detached = Read(await controller.AskAsync("ADD_ONION NEW:BEST Port=80 Flags=Detach")).Address;
            Assert.Equal($"250-onions/current={owned}\n250-onions/detached={detached}\n250 OK", await controller.AskAsync("GETINFO onions/current onions/detached"));
            Assert.Equal($"250-onions/current=\n250-onions/detached={detached}\n250 OK", await other.AskAsync("GETINFO onions/current onions/detached"));
            Assert.Equal("552 Unknown Onion Service id", await other.AskAsync($"DEL_ONION {owned}"));
        }

        await Eventually.HoldsAsync(() => client.Client.OnionServices.Services.Count == 1);
        Assert.Equal(detached, Assert.Single(client.Client.OnionServices.Services).Address.ToLabel());
        Assert.Equal("250 OK", await other.AskAsync($"DEL_ONION {detached}"));
        Assert.Empty(client.Client.OnionServices.Services);
    }

    [Fact]
    public async Task What_is_asked_for_is_what_the_service_does()
    {
        await using ControlledClient client = await network.ControlAsync();
        await using Controller controller = await client.EnterAsync();

        string answer = await controller.AskAsync(
            $"ADD_ONION NEW:BEST Flags=V3Auth,MaxStreamsCloseCircuit,DiscardPK MaxStreams=7 PoWDefensesEnabled=1 PoWQueueRate=3 PoWQueueBurst=9 Port=80 Port=443,unix:/run/web ClientAuthV3={ClientKey}");

        var service = Assert.Single(client.Client.OnionServices.Services);
        Assert.Equal($"250-ServiceID={service.Address.ToLabel()}\n250-ClientAuthV3={ClientKey}\n250 OK", answer);
        Assert.Equal(["80 127.0.0.1:80", "443 /run/web"], service.Options.Ports.Select(port => $"{port.Port} {port.Target}"));
        Assert.Equal((7, true), (service.Options.MaxStreams, service.Options.ClosesFullCircuits));
        Assert.Equal((3, 9), (service.Options.ProofOfWork?.Rate, service.Options.ProofOfWork?.Burst));
        Assert.Equal(32, Assert.Single(service.Options.AuthorizedClients).Length);
    }

    [Fact]
    public async Task Keys_of_clients_are_kept_shown_replaced_and_removed()
    {
        await using ControlledClient client = await network.ControlAsync();
        await using Controller controller = await client.EnterAsync();
        using ClientAuthorizationKey other = ClientAuthorizationKey.Generate(SystemRandomSource.Instance);

        Assert.Equal("250 OK", await controller.AskAsync($"ONION_CLIENT_AUTH_ADD {Address} {PrivateKey} ClientName=bob"));
        Assert.Equal(
            $"250-ONION_CLIENT_AUTH_VIEW\n250-CLIENT {Address} {PrivateKey} ClientName=bob\n250 OK", await controller.AskAsync("ONION_CLIENT_AUTH_VIEW"));
        Assert.Equal(
            "251 Client for onion existed and replaced",
            await controller.AskAsync($"ONION_CLIENT_AUTH_ADD {Address} x25519:{Convert.ToBase64String(other.ExportPrivateKey())} Flags=Permanent"));
        Assert.True(OnionAddress.TryParse(Address, out OnionAddress address));
        Assert.Equal([address], client.Process.Stored);
        Assert.Contains(" Flags=Permanent\n", await controller.AskAsync($"ONION_CLIENT_AUTH_VIEW {Address}"), StringComparison.Ordinal);
        Assert.Equal($"553 Unable to store creds for \"{Address}\"", await controller.AskAsync($"ONION_CLIENT_AUTH_ADD {Address} {PrivateKey} Flags=Permanent"));
        client.Process.Stored.RemoveAt(1);

        Assert.Equal("250 OK", await controller.AskAsync($"ONION_CLIENT_AUTH_REMOVE {Address}"));

        Assert.Empty(client.Process.Stored);
        Assert.Equal("250-ONION_CLIENT_AUTH_VIEW\n250 OK", await controller.AskAsync("ONION_CLIENT_AUTH_VIEW"));
    }

    private static (string Address, string? Key) Read(string answer)
    {
        string[] lines = answer.Split('\n');
        Assert.Equal("250 OK", lines[^1]);
        return (lines[0]["250-ServiceID=".Length..], lines.FirstOrDefault(line => line.StartsWith("250-PrivateKey=", StringComparison.Ordinal))?["250-PrivateKey=".Length..]);
    }
}
