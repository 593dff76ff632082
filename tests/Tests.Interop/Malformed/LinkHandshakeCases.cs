using Tunic.Tor.Protocol.Cells;

namespace Tunic.Tests.Interop.Malformed;

/// <summary>What may go wrong between TLS and NETINFO (stock channeltls.c, connection_or.c).</summary>
internal static class LinkHandshakeCases
{
    private static readonly byte[] _garbage = [.. Enumerable.Repeat((byte)0xee, 150)];

    internal static IReadOnlyList<MalformedCase<RawLink>> All { get; } =
    [
        new("plain HTTP inside TLS, too short for a cell", "waits", link => link.SendAsync("GET / HTTP/1.0\r\n\r\n"u8.ToArray())),
        new("VERSIONS with 1 and 2 only", "closed", link => link.SendVersionsAsync(1, 2)),
        new("VERSIONS with versions to come only", "closed", link => link.SendVersionsAsync(0x1234, 0xffff)),
        new("VERSIONS that is empty", "closed", link => link.SendVersionsAsync()),
        new("VERSIONS of odd length", "closed", link => link.SendVersionsAsync([0, 5, 0])),
        new("VERSIONS with a circuit id", "closed", link => OpenAfterAsync(link, () => link.SendAsync(CellFormat.Narrow, 7, CellCommand.Versions, [0, 4, 0, 5]))),
        new("VERSIONS with 3 and 4 only", "nothing", link => OpenWithAsync(link, 3, 4)),
        new("VERSIONS with 3 only", "nothing", link => OpenWithAsync(link, 3)),
        new("VERSIONS with each number twice", "nothing", link => OpenWithAsync(link, 3, 3, 4, 4, 5, 5)),
        new("plain HTTP inside TLS, as long as a cell", "closed", link => link.SendAsync([.. "GET / HTTP/1.0\r\n"u8, .. Enumerable.Repeat((byte)'x', 600)])),
        new("NETINFO before VERSIONS", "nothing", link => OpenAfterAsync(link, () => link.SendAsync(CellFormat.Narrow, 0, CellCommand.NetInfo, _garbage))),
        .. BeforeVersions(CellCommand.Padding, CellCommand.CreateFast, CellCommand.Create2, CellCommand.Relay, (CellCommand)77),
        .. BeforeVersions(CellCommand.Certs, CellCommand.AuthChallenge, CellCommand.Authenticate, (CellCommand)200),
        new("VPADDING before VERSIONS", "nothing", link => OpenAfterAsync(link, () => link.SendAsync(CellFormat.Narrow, 0, CellCommand.VPadding, _garbage))),
        new("AUTHORIZE before VERSIONS", "nothing", link => OpenAfterAsync(link, () => link.SendAsync(CellFormat.Narrow, 0, CellCommand.Authorize, _garbage))),
        .. BeforeNetInfo(CellCommand.Padding, CellCommand.CreateFast, CellCommand.Create2, CellCommand.Create, CellCommand.Relay, CellCommand.Destroy),
        .. BeforeNetInfo(CellCommand.PaddingNegotiate, (CellCommand)77),
        .. Ignored(CellCommand.VPadding, CellCommand.Authorize, (CellCommand)200),
        new("VERSIONS again before NETINFO", "nothing", link => OpenAfterVersionsAsync(link, CellCommand.Versions, [0, 4])),
        new("VERSIONS again, of odd length", "closed", link => OpenAfterVersionsAsync(link, CellCommand.Versions, [0, 4, 0])),
        new("NETINFO whose address runs past the cell", "closed", link => AfterVersionsAsync(link, CellCommand.NetInfo, [0, 0, 0, 0, 4, 255, .. _garbage, .. _garbage, .. _garbage])),
        new("NETINFO with our address in an unknown form", "closed", link => AfterVersionsAsync(link, CellCommand.NetInfo, [0, 0, 0, 0, 9, 1, 7, 0])),
        new("NETINFO with our IPv4 address of three bytes", "closed", link => AfterVersionsAsync(link, CellCommand.NetInfo, [0, 0, 0, 0, 4, 3, 127, 0, 0, 0])),
        new("NETINFO that announces more addresses than it holds", "closed", link => AfterVersionsAsync(link, CellCommand.NetInfo, [0, 0, 0, 0, 4, 4, 127, 0, 0, 1, 255, .. Enumerable.Repeat((byte)0xff, 490)])),
        new("NETINFO of garbage", "closed", link => AfterVersionsAsync(link, CellCommand.NetInfo, [.. Enumerable.Repeat((byte)0xee, 509)])),
        new("NETINFO of zeros", "closed", link => AfterVersionsAsync(link, CellCommand.NetInfo, new byte[509])),
        new("CERTS of garbage", "closed", link => AfterVersionsAsync(link, CellCommand.Certs, _garbage)),
        new("CERTS that is empty", "closed", link => AfterVersionsAsync(link, CellCommand.Certs, [])),
        new("CERTS without a certificate", "closed", link => AfterVersionsAsync(link, CellCommand.Certs, [0])),
        new("CERTS with one of an unknown type only", "closed", link => AfterVersionsAsync(link, CellCommand.Certs, [1, 99, 0, 1, 5])),
        new("CERTS cut off", "closed", link => AfterVersionsAsync(link, CellCommand.Certs, [2, 4, 0, 200, 1])),
        new("CERTS twice", "closed", link => AfterVersionsAsync(link, async () =>
        {
            await link.SendAsync(0, CellCommand.Certs, [0]);
            await link.SendAsync(0, CellCommand.Certs, [0]);
        })),
        new("AUTH_CHALLENGE of a client", "closed", link => AfterVersionsAsync(link, CellCommand.AuthChallenge, [.. new byte[32], 0, 1, 0, 3])),
        new("AUTHENTICATE without CERTS", "closed", link => AfterVersionsAsync(link, CellCommand.Authenticate, [0, 3, 1, 96, .. new byte[352]])),
        new("AUTHENTICATE of garbage", "closed", link => AfterVersionsAsync(link, CellCommand.Authenticate, _garbage)),
        new("a variable cell of 65,535 bytes before NETINFO", "nothing", link => OpenAfterVersionsAsync(link, CellCommand.VPadding, new byte[65_535]))
        {
            Ours = "closed",
            Why = "stock's own handshake cells are below 2 KB, and a stranger is not lent so much memory",
        },
        new("a hundred VPADDING cells before NETINFO", "nothing", link => AfterVersionsAsync(link, async () =>
        {
            for (int i = 0; i < 100; i++)
            {
                await link.SendAsync(0, CellCommand.VPadding, [1]);
            }

            await link.SendNetInfoAsync();
        }))
        {
            Ours = "closed",
            Why = "a handshake takes 64 cells at most, so that it ends",
        },
    ];

    private static IEnumerable<MalformedCase<RawLink>> BeforeVersions(params CellCommand[] commands) => commands.Select(command =>
        new MalformedCase<RawLink>($"{OpenLinkCases.NameOf(command)} before VERSIONS", "closed", link => link.SendAsync(CellFormat.Narrow, 0, command, _garbage)));

    private static IEnumerable<MalformedCase<RawLink>> BeforeNetInfo(params CellCommand[] commands) => commands.Select(command =>
        new MalformedCase<RawLink>($"{OpenLinkCases.NameOf(command)} before NETINFO", "closed", link => AfterVersionsAsync(link, command, _garbage)));

    private static IEnumerable<MalformedCase<RawLink>> Ignored(params CellCommand[] commands) => commands.Select(command =>
        new MalformedCase<RawLink>($"{OpenLinkCases.NameOf(command)} before NETINFO", "nothing", link => OpenAfterVersionsAsync(link, command, _garbage)));

    private static async Task OpenWithAsync(RawLink link, params ushort[] versions)
    {
        await link.SendVersionsAsync(versions);
        await link.SendNetInfoAsync();
    }

    private static async Task OpenAfterAsync(RawLink link, Func<Task> first)
    {
        await first();
        await OpenWithAsync(link, 4, 5);
    }

    private static Task OpenAfterVersionsAsync(RawLink link, CellCommand command, byte[] body) => AfterVersionsAsync(link, async () =>
    {
        await link.SendAsync(0, command, body);
        await link.SendNetInfoAsync();
    });

    private static Task AfterVersionsAsync(RawLink link, CellCommand command, byte[] body) => AfterVersionsAsync(link, () => link.SendAsync(0, command, body));

    private static async Task AfterVersionsAsync(RawLink link, Func<Task> next)
    {
        await link.SendVersionsAsync(4, 5);
        await next();
    }
}
