using System.Net;
using System.Net.Sockets;
using System.Text;
using Tunic.Tests.Interop.Support;

namespace Tunic.Tests.Interop.ControlPorts;

/// <summary>What a controller does with our client by hand, and what strangers send to its port.</summary>
public sealed class ControlPortTests(ControlledClient ours) : IClassFixture<ControlledClient>
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task A_stream_waits_until_a_controller_puts_it_on_a_circuit_of_its_choice()
    {
        await using TorControl control = await TorControl.ConnectAsync(ours.ControlPort);
        await control.LeaveStreamsUnattachedAsync();
        try
        {
            string circuit = await control.BuildCircuitAsync(
                ours.Network.Relays[0].Fingerprint, ours.Network.Relays[1].Fingerprint, ours.Network.Exits[0].Fingerprint);
            Task<CurlResult> page = Curl.ThroughSocks5(ours.SocksPort).GetAsync(ours.Server.Url("/bytes/1000"));
            await control.AttachNextStreamAsync(circuit);
            string succeeded = await control.WaitForEventAsync(line => line.Contains($" SUCCEEDED {circuit} ", StringComparison.Ordinal));

            Assert.Equal(200, (await page).HttpStatus);
            Assert.Contains("CLIENT_PROTOCOL=SOCKS5", succeeded, StringComparison.Ordinal);
        }
        finally
        {
            await control.SendAsync("RESETCONF __LeaveStreamsUnattached");
        }
    }

    [Fact]
    public async Task A_circuit_is_extended_by_hand()
    {
        await using TorControl control = await TorControl.ConnectAsync(ours.ControlPort);
        string circuit = await control.BuildCircuitAsync(ours.Network.Relays[0].Fingerprint, ours.Network.Relays[1].Fingerprint);

        await control.SendAsync($"EXTENDCIRCUIT {circuit} ${ours.Network.Exits[0].Fingerprint}");
        await control.WaitForEventAsync(line => line.StartsWith($"CIRC {circuit} BUILT", StringComparison.Ordinal));

        Assert.Contains($"${ours.Network.Exits[0].Fingerprint}~", await control.GetInfoAsync("circuit-status"), StringComparison.Ordinal);
        await control.SendAsync($"CLOSECIRCUIT {circuit}");
        await control.WaitForEventAsync(line => line.StartsWith($"CIRC {circuit} CLOSED", StringComparison.Ordinal) && line.EndsWith("REASON=REQUESTED", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_unix_socket_is_the_owners_alone_and_answers_as_the_port_does()
    {
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(ours.SocketPath));
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(ours.SocketPath), TestContext.Current.CancellationToken);

        string answer = await ExchangeAsync(socket, Encoding.ASCII.GetBytes("AUTHENTICATE\r\nGETINFO features/names\r\nQUIT\r\n"));

        Assert.Equal("250 OK\r\n250-features/names=VERBOSE_NAMES EXTENDED_EVENTS\r\n250 OK\r\n250 closing connection\r\n", answer);
    }

    [Theory]
    [InlineData("GETINFO version\r\n", "514 Authentication required.\r\n")]
    [InlineData("AUTHENTICATE nonsense\r\n", "551 Invalid hexadecimal encoding.  Maybe you tried a plain text password?  If so, the standard requires that you put it in double quotes.\r\n")]
    [InlineData("GET / HTTP/1.0\r\n", "HTTP/1.0 501 Tor ControlPort is not an HTTP proxy\r\n")]
    public async Task Nobody_does_anything_before_he_is_in(string sent, string expected) =>
        Assert.StartsWith(expected, await SendAsync(Encoding.ASCII.GetBytes(sent)), StringComparison.Ordinal);

    [Fact]
    public async Task A_line_of_more_than_a_million_bytes_is_answered_and_the_connection_closed() =>
        Assert.EndsWith("500 Line too long.\r\n", await SendAsync([.. "AUTHENTICATE\r\nGETINFO "u8, .. Enumerable.Repeat((byte)'a', 1_200_000), .. "\r\n"u8]), StringComparison.Ordinal);

    [Fact]
    public async Task Ten_thousand_random_lines_and_binary_end_nothing_but_their_connections()
    {
        var random = new Random(1);
        for (int connection = 0; connection < 10; connection++)
        {
            var lines = new List<byte>("AUTHENTICATE\r\n"u8.ToArray());
            for (int line = 0; line < 1_000; line++)
            {
                byte[] bytes = new byte[random.Next(60)];
                random.NextBytes(bytes);
                lines.AddRange(bytes);
                lines.AddRange("\r\n"u8);
            }

            await SendAsync([.. lines]);
        }

        byte[] binary = new byte[100_000];
        random.NextBytes(binary);
        await SendAsync(binary);

        await using TorControl control = await TorControl.ConnectAsync(ours.ControlPort);
        Assert.StartsWith("0.4.9", await control.GetInfoAsync("version"), StringComparison.Ordinal);
        Assert.False(ours.Process.HasExited);
    }

    private async Task<string> SendAsync(byte[] bytes)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Loopback, ours.ControlPort);
        return await ExchangeAsync(socket, bytes);
    }

    /// <summary>Sends all of it and reads to the end.</summary>
    private static async Task<string> ExchangeAsync(Socket socket, byte[] bytes)
    {
        using var timer = new CancellationTokenSource(Limit);
        var answer = new MemoryStream();
        Task sending = SendAllAsync(socket, bytes, timer.Token);
        byte[] buffer = new byte[64 * 1024];
        try
        {
            while (await socket.ReceiveAsync(buffer, timer.Token) is var count and > 0)
            {
                answer.Write(buffer, 0, count);
            }
        }
        catch (SocketException)
        {
            // reset after what was read
        }

        await sending.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return Encoding.Latin1.GetString(answer.ToArray());
    }

    private static async Task SendAllAsync(Socket socket, byte[] bytes, CancellationToken cancel)
    {
        await socket.SendAsync(bytes, SocketFlags.None, cancel);
        socket.Shutdown(SocketShutdown.Send);
    }
}
