using System.Security.Cryptography;
using Tunic.Tor.Client.ControlPort;
using Tunic.Tor.Protocol.Control;
using Tunic.Tor.Protocol.Control.Authentication;

namespace Tunic.Tests.Tor.Client.ControlPort;

/// <summary>How a connection begins and ends, and how much it may send.</summary>
public sealed class ControlSessionTests(ControlledNetwork network) : IClassFixture<ControlledNetwork>
{
    /// <summary>From `tor --hash-password foo` (0.4.9.11).</summary>
    private const string HashOfFoo = "16:E9677DA5E6733F21601E880B834248A3E7D62273A9EC92C6BB1CF587EC";

    private static readonly byte[] Cookie = [.. Enumerable.Range(0, 32).Select(value => (byte)value)];

    private static ControlCredentials Both =>
        new() { Cookie = Cookie, CookiePath = "/cookie", Passwords = [HashedPassword.TryParse(HashOfFoo, out HashedPassword? foo) ? foo : null!] };

    [Theory]
    [InlineData("GETINFO version")]
    [InlineData("GETCONF SocksPort")]
    [InlineData("SETCONF SocksPort=1")]
    [InlineData("RESETCONF SocksPort")]
    [InlineData("SAVECONF")]
    [InlineData("+LOADCONF\r\nSocksPort 1\r\n.")]
    [InlineData("SETEVENTS BW")]
    [InlineData("SIGNAL HALT")]
    [InlineData("MAPADDRESS a.example=b.example")]
    [InlineData("RESOLVE a.example")]
    [InlineData("EXTENDCIRCUIT 0")]
    [InlineData("SETCIRCUITPURPOSE 1 purpose=general")]
    [InlineData("CLOSECIRCUIT 1")]
    [InlineData("ATTACHSTREAM 1 0")]
    [InlineData("REDIRECTSTREAM 1 a")]
    [InlineData("CLOSESTREAM 1 1")]
    [InlineData("TAKEOWNERSHIP")]
    [InlineData("DROPGUARDS")]
    [InlineData("DROPTIMEOUTS")]
    [InlineData("USEFEATURE VERBOSE_NAMES")]
    [InlineData("ADD_ONION NEW:BEST Port=80")]
    [InlineData("HSFETCH a")]
    [InlineData("nonsense")]
    [InlineData("")]
    public async Task Nothing_is_done_for_who_is_not_in_and_he_is_left(string command)
    {
        await using ControlledClient client = await network.ControlAsync(Both);
        await using Controller controller = await client.ConnectAsync();

        Assert.Equal("514 Authentication required.", await controller.AskAsync(command));
        Assert.True(await controller.IsClosedAsync());
        Assert.Empty(client.Process.Signals);
    }

    [Fact]
    public async Task Who_is_not_in_may_ask_for_the_protocol_once_and_leave()
    {
        await using ControlledClient client = await network.ControlAsync(Both);
        await using Controller controller = await client.ConnectAsync();

        Assert.Equal(
            "250-PROTOCOLINFO 1\n250-AUTH METHODS=COOKIE,SAFECOOKIE,HASHEDPASSWORD COOKIEFILE=\"/cookie\"\n250-VERSION Tor=\"0.4.9.11 (Test)\"\n250 OK",
            await controller.AskAsync("PROTOCOLINFO 1"));
        Assert.Equal("250 closing connection", await controller.AskAsync("quit"));
        Assert.True(await controller.IsClosedAsync());
    }

    [Theory]
    [InlineData("AUTHENTICATE 000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f")]
    [InlineData("AUTHENTICATE \"foo\"")]
    [InlineData("AUTHENTICATE 666F6F")]
    public async Task The_cookie_or_a_password_lets_in(string command)
    {
        await using ControlledClient client = await network.ControlAsync(Both);
        await using Controller controller = await client.ConnectAsync();

        Assert.Equal("250 OK", await controller.AskAsync(command));
        Assert.Equal("250-version=0.4.9.11 (Test)\n250 OK", await controller.AskAsync("GETINFO version"));
    }

    [Fact]
    public async Task Proof_of_the_cookie_lets_in()
    {
        await using ControlledClient client = await network.ControlAsync(Both);
        await using Controller controller = await client.ConnectAsync();
        string[] words = (await controller.AskAsync("AUTHCHALLENGE SAFECOOKIE 0102")).Split(' ', '=');
        byte[] message = [.. Cookie, 1, 2, .. Convert.FromHexString(words[^1])];

        Assert.Equal(Convert.ToHexString(HMACSHA256.HashData("Tor safe cookie authentication server-to-controller hash"u8, message)), words[3]);
        string proof = Convert.ToHexString(HMACSHA256.HashData("Tor safe cookie authentication controller-to-server hash"u8, message));
        Assert.Equal("250 OK", await controller.AskAsync($"AUTHENTICATE {proof}"));
    }

    [Theory]
    [InlineData("AUTHENTICATE")]
    [InlineData("AUTHENTICATE 00")]
    [InlineData("AUTHENTICATE \"bar\"")]
    [InlineData("AUTHENTICATE foo")]
    [InlineData("AUTHCHALLENGE NONSENSE 00")]
    public async Task Who_shows_the_wrong_thing_is_left(string command)
    {
        await using ControlledClient client = await network.ControlAsync(Both);
        await using Controller controller = await client.ConnectAsync();

        Assert.StartsWith("5", await controller.AskAsync(command), StringComparison.Ordinal);
        Assert.True(await controller.IsClosedAsync());
    }

    [Theory]
    [InlineData("GETINFO ", "\r\n")]
    [InlineData("+LOADCONF\r\n# ", "\r\n.\r\n")]
    public async Task A_line_or_data_of_more_than_the_limit_is_answered_and_its_sender_left(string beginning, string end)
    {
        await using ControlledClient client = await network.ControlAsync();
        await using Controller controller = await client.EnterAsync();

        Task sending = controller.SendAsync(beginning + new string('a', ControlCommandReader.MaxLength) + end);
        Assert.Equal("500 Line too long.", await controller.ReceiveAnswerAsync());
        Assert.True(await controller.IsClosedAsync());
        await sending.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext); // it may not have been read to its end
    }

    [Theory]
    [InlineData("GETINFO ", "\r\n", "552 Unrecognized key \"aaa")]
    [InlineData("+LOADCONF\r\n# ", "\r\n.\r\n", "250 OK")]
    public async Task A_line_or_data_of_just_the_limit_is_answered_as_any_other(string beginning, string end, string answer)
    {
        await using ControlledClient client = await network.ControlAsync();
        await using Controller controller = await client.EnterAsync();

        await controller.SendAsync(beginning + new string('a', ControlCommandReader.MaxLength - beginning.Length - end.Length) + end);
        Assert.StartsWith(answer, await controller.ReceiveAnswerAsync(), StringComparison.Ordinal);
        Assert.Equal("250 OK", await controller.AskAsync("USEFEATURE VERBOSE_NAMES"));
    }

    [Fact]
    public async Task Who_does_not_read_what_he_asks_for_is_left()
    {
        await using ControlledClient client = await network.ControlAsync();
        await using Controller controller = await client.EnterAsync();
        string question = "GETINFO" + string.Concat(Enumerable.Repeat(" config/names", 500)) + "\r\n";

        await Assert.ThrowsAsync<IOException>(async () =>
        {
            while (true)
            {
                await controller.SendAsync(question);
            }
        }).WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
        await using Controller other = await client.EnterAsync();
        Assert.Equal("250 OK", await other.AskAsync("SETEVENTS"));
    }

    [Theory]
    [InlineData("TAKEOWNERSHIP", true)]
    [InlineData("TAKEOWNERSHIP\r\nDROPOWNERSHIP", false)]
    public async Task The_program_ends_with_its_owner(string commands, bool ends)
    {
        await using ControlledClient client = await network.ControlAsync();
        await using (Controller controller = await client.EnterAsync())
        {
            Assert.Equal("250 OK", await controller.AskAsync(commands));
            await controller.AskAsync("QUIT");
            Assert.True(await controller.IsClosedAsync());
        }

        if (ends)
        {
            await client.Process.OwnerGone.Task.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
        }

        Assert.Equal(ends, client.Process.OwnerGone.Task.IsCompleted);
    }

    [Theory]
    [InlineData("RELOAD", ControlSignal.Reload)]
    [InlineData("hup", ControlSignal.Reload)]
    [InlineData("SHUTDOWN", ControlSignal.Shutdown)]
    [InlineData("INT", ControlSignal.Halt)]
    [InlineData("HALT", ControlSignal.Halt)]
    [InlineData("NEWNYM", ControlSignal.NewNym)]
    [InlineData("CLEARDNSCACHE", ControlSignal.ClearDnsCache)]
    [InlineData("HEARTBEAT", ControlSignal.Heartbeat)]
    [InlineData("DUMP", ControlSignal.Dump)]
    [InlineData("DEBUG", ControlSignal.Debug)]
    [InlineData("DORMANT", ControlSignal.Dormant)]
    [InlineData("ACTIVE", ControlSignal.Active)]
    public async Task A_signal_reaches_the_program_after_its_answer(string name, ControlSignal signal)
    {
        await using ControlledClient client = await network.ControlAsync();
        await using Controller controller = await client.EnterAsync();
        await controller.AskAsync("SETEVENTS SIGNAL");

        Assert.Equal("250 OK", await controller.AskAsync($"SIGNAL {name}"));
        await controller.WaitForEventAsync("SIGNAL ");
        Assert.Equal([signal], client.Process.Signals);
    }
}
