using System.Globalization;
using Tunic.Tor.Protocol.Cells;

namespace Tunic.Tests.Interop.Malformed;

/// <summary>Cells that have no business on an open link (stock channeltls.c, command.c).</summary>
internal static class OpenLinkCases
{
    private const uint Id = 0x8000_0001;

    private static readonly byte[] _garbage = [.. Enumerable.Repeat((byte)0xee, 150)];

    internal static IReadOnlyList<MalformedCase<RawLink>> All { get; } =
    [
        new("CREATE_FAST with the wrong highest bit", "DESTROY 1", link => link.SendAsync(5, CellCommand.CreateFast, new byte[20])),
        new("CREATE2 with the wrong highest bit", "DESTROY 1", link => link.SendAsync(5, CellCommand.Create2, Convert.FromHexString("00020054"))),
        new("CREATE_FAST with circuit id 0", "nothing", link => link.SendAsync(0, CellCommand.CreateFast, new byte[20])),
        new("CREATE2 with circuit id 0", "nothing", link => link.SendAsync(0, CellCommand.Create2, Convert.FromHexString("00020054"))),
        new("CREATE (TAP)", "DESTROY 1", link => link.SendAsync(Id, CellCommand.Create, _garbage)),
        .. Create2(("of TAP", "0000 0054"), ("of CREATE_FAST's type", "0001 0014"), ("of ntor one byte short", "0002 0053"), ("of ntor one byte long", "0002 0055")),
        .. Create2(("of ntor beyond the cell", "0002 ffff"), ("of ntor-v3 with nothing in it", "0003 0000"), ("of an unknown type", "0009 0010"), ("of zeros", "0000 0000")),
        new("CREATE2 of ntor for another relay", "DESTROY 1", link => AskAsync(link, [0, 2, 0, 84, .. new byte[84]])),
        new("CREATE2 of ntor-v3 of garbage", "DESTROY 1", link => AskAsync(link, [0, 3, 1, 0, .. Enumerable.Repeat((byte)0xee, 256)])),
        new("CREATE_FAST twice on one id", "CREATED_FAST", async link =>
        {
            await link.SendAsync(Id, CellCommand.CreateFast, new byte[20]);
            await link.SendAsync(Id, CellCommand.CreateFast, new byte[20]);
        }),
        .. OfNoCircuit(CellCommand.Created, CellCommand.CreatedFast, CellCommand.Created2, CellCommand.Relay, CellCommand.RelayEarly, CellCommand.Destroy),
        .. OfOpenCircuit(CellCommand.Created, CellCommand.CreatedFast, CellCommand.Created2),
        .. WithId(0, CellCommand.Relay, CellCommand.Destroy, CellCommand.Created2),
        .. WithId(Id, CellCommand.Padding, CellCommand.VPadding, CellCommand.NetInfo, (CellCommand)13, (CellCommand)77, (CellCommand)200, CellCommand.Authorize),
        new("VERSIONS again", "nothing", link => link.SendAsync(0, CellCommand.Versions, [0, 4])),
        new("VERSIONS again of odd length", "closed", link => link.SendAsync(0, CellCommand.Versions, [0, 4, 0])),
        new("NETINFO again", "nothing", link => link.SendAsync(0, CellCommand.NetInfo, new byte[509])),
        new("CERTS on an open link", "closed", link => link.SendAsync(0, CellCommand.Certs, [0])),
        new("AUTH_CHALLENGE on an open link", "closed", link => link.SendAsync(0, CellCommand.AuthChallenge, [.. new byte[32], 0, 1, 0, 3])),
        new("AUTHENTICATE on an open link", "closed", link => link.SendAsync(0, CellCommand.Authenticate, [0, 3, 1, 96, .. new byte[352]])),
        new("PADDING_NEGOTIATE of an unknown version", "nothing", link => link.SendAsync(0, CellCommand.PaddingNegotiate, [9, 2, 0, 0, 0, 0])),
        new("PADDING_NEGOTIATE with an unknown command", "nothing", link => link.SendAsync(0, CellCommand.PaddingNegotiate, [0, 9, 0, 0, 0, 0])),
        new("PADDING_NEGOTIATE with its times the wrong way round", "nothing", link => link.SendAsync(0, CellCommand.PaddingNegotiate, [0, 2, 0xff, 0xff, 0, 1])),
        new("a variable cell of 65,535 bytes", "nothing", link => link.SendAsync(0, CellCommand.VPadding, new byte[65_535]))
        {
            Ours = "closed",
            Why = "nothing that long is in use, and a stranger is not lent so much memory",
        },
        new("DESTROY, and then RELAY on the same id", "CREATED_FAST", async link =>
        {
            await link.SendAsync(Id, CellCommand.CreateFast, new byte[20]);
            await link.WaitForAnswersAsync();
            await link.SendAsync(Id, CellCommand.Destroy, [0]);
            await link.SendAsync(Id, CellCommand.Relay, _garbage);
        }),
    ];

    /// <summary>A command as the specification writes it.</summary>
    internal static string NameOf(CellCommand command) => command switch
    {
        CellCommand.CreateFast => "CREATE_FAST",
        CellCommand.CreatedFast => "CREATED_FAST",
        CellCommand.RelayEarly => "RELAY_EARLY",
        CellCommand.PaddingNegotiate => "PADDING_NEGOTIATE",
        CellCommand.AuthChallenge => "AUTH_CHALLENGE",
        _ when Enum.IsDefined(command) => command.ToString().ToUpperInvariant(),
        _ => string.Create(CultureInfo.InvariantCulture, $"the unknown cell {(byte)command}"),
    };

    private static IEnumerable<MalformedCase<RawLink>> Create2(params (string What, string Start)[] bodies) => bodies.Select(body =>
        new MalformedCase<RawLink>($"CREATE2 {body.What}", "DESTROY 1", link =>
            AskAsync(link, [.. Convert.FromHexString(body.Start.Replace(" ", "", StringComparison.Ordinal)), .. new byte[90]])));

    /// <summary>A handshake may take its turn in a queue.</summary>
    private static async Task AskAsync(RawLink link, byte[] create)
    {
        await link.SendAsync(Id, CellCommand.Create2, create);
        await link.WaitForAnswersAsync();
    }

    private static IEnumerable<MalformedCase<RawLink>> OfNoCircuit(params CellCommand[] commands) => commands.Select(command =>
        new MalformedCase<RawLink>($"{NameOf(command)} of no circuit", "nothing", link => link.SendAsync(Id, command, _garbage)));

    private static IEnumerable<MalformedCase<RawLink>> OfOpenCircuit(params CellCommand[] commands) => commands.Select(command =>
        new MalformedCase<RawLink>($"{NameOf(command)} on an open circuit", "DESTROY 1", async link =>
        {
            await RawPath.CreateAsync(link, Id);
            await link.SendAsync(Id, command, _garbage);
        }));

    private static IEnumerable<MalformedCase<RawLink>> WithId(uint id, params CellCommand[] commands) => commands.Select(command =>
        new MalformedCase<RawLink>($"{NameOf(command)} with circuit id {(id == 0 ? "0" : "not 0")}", "nothing", link => link.SendAsync(id, command, _garbage)));
}
