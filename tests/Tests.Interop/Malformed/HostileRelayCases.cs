using Tunic.Tor.Protocol.Cells;
using Tunic.Tor.Protocol.RelayMessages;

namespace Tunic.Tests.Interop.Malformed;

/// <summary>What a relay must not say to a client (stock channeltls.c, command.c, relay.c, circuitbuild.c).</summary>
internal static class HostileRelayCases
{
    private const string Nothing = "nothing";
    private const string Closed = "closed";
    private const string Destroyed = "DESTROY 0"; // a client tells no relay why

    private const string Strict = "cells that change nothing would be a side channel";
    private const string Again = "we try again a second later; stock lets more time pass";
    private const string Leaves = "we leave a directory that does not answer, and its circuit with it";

    private static readonly byte[] _garbage = [.. Enumerable.Repeat((byte)0xee, 150)];
    private static readonly byte[] _challenge = [.. new byte[32], 0, 1, 0, 3];

    internal static IReadOnlyList<HostileRelayCase> All { get; } = [.. Links(), .. Certificates(), .. Creation(), .. Circuit(), .. Stream()];

    private static IEnumerable<HostileRelayCase> Links() =>
    [
        Link("a link as it should be", Nothing, relay => relay.ShakeHandsAsync(relay.Certs.Encode())),
        Link("a link to somebody else", Closed, relay => relay.ShakeHandsAsync(relay.Certs.Encode())) with { Shown = identities => identities.Stranger },
        Link("HTTP inside TLS", Closed, relay => relay.SendAsync([.. "HTTP/1.0 400 Bad request\r\n\r\n"u8, .. _garbage, .. _garbage, .. _garbage, .. _garbage])),
        Versions("with 1 and 2 only", Closed, 0, 1, 0, 2),
        Versions("with versions to come only", Closed, 0x12, 0x34),
        Versions("that is empty", Closed),
        Versions("of odd length", Closed, 0, 4, 0),
        AfterVersions("no CERTS, and NETINFO", Closed, relay => relay.SendNetInfoAsync()),
        AfterVersions("no NETINFO", "waits", relay => relay.SendAsync(CellCommand.Certs, relay.Certs.Encode())),
        AfterVersions("no AUTH_CHALLENGE", Nothing, async relay =>
        {
            await relay.SendAsync(CellCommand.Certs, relay.Certs.Encode());
            await relay.SendNetInfoAsync();
        }),
        AfterVersions("AUTH_CHALLENGE before CERTS", Closed, async relay =>
        {
            await relay.SendAsync(CellCommand.AuthChallenge, _challenge);
            await relay.SendAsync(CellCommand.Certs, relay.Certs.Encode());
            await relay.SendNetInfoAsync();
        }),
        .. AfterCerts("AUTH_CHALLENGE", CellCommand.AuthChallenge, ("cut off", Closed, [1, 2, 3]), ("with more methods than it holds", Closed, [.. new byte[32], 0, 9, 0, 3]), ("with unknown methods only", Nothing, [.. new byte[32], 0, 1, 0, 99])),
        .. AfterCerts("NETINFO", CellCommand.NetInfo, ("of garbage", Closed, [.. Enumerable.Repeat((byte)0xee, 509)]), ("of zeros", Closed, new byte[509]), ("with our address in an unknown form", Closed, [0, 0, 0, 0, 9, 1, 7, 0]), ("of the year 2106", Nothing, [255, 255, 255, 255, 4, 4, 127, 0, 0, 1, 1, 4, 4, 127, 0, 0, 1])),
        .. BeforeNetInfo(Closed, CellCommand.Padding, CellCommand.CreateFast, CellCommand.CreatedFast, CellCommand.Relay, CellCommand.Destroy, CellCommand.Authenticate, (CellCommand)77),
        .. BeforeNetInfo(Nothing, CellCommand.VPadding, CellCommand.Authorize, (CellCommand)200),
    ];

    private static IEnumerable<HostileRelayCase> Certificates() =>
    [
        Certs("of garbage", Closed, _ => _garbage),
        Certs("that is empty", Closed, _ => []),
        Certs("without a certificate", Closed, _ => [0]),
        Certs("cut off", Closed, relay => relay.Certs.Encode()[..^10]),
        Certs("of somebody else", Closed, relay => relay.CertsOfStranger.Encode()),
        Certs("that have expired", Closed, relay => relay.Certs.Encode()) with { Shown = identities => identities.Expired, IsExpected = true },
        .. EachCert(Nothing, LinkCertificateType.RsaTls), // with Ed25519 certificates nobody looks at it
        .. EachCert(Closed, LinkCertificateType.RsaIdentity, LinkCertificateType.Ed25519Signing, LinkCertificateType.Ed25519Tls, LinkCertificateType.RsaCrossCertificate),
        Certs("with a certificate twice", Closed, relay => new Certs([.. relay.Certs.Certificates, relay.Certs.Certificates[0]]).Encode()),
        Certs("with one more of an unknown type", Nothing, relay => new Certs([.. relay.Certs.Certificates, new LinkCertificate((LinkCertificateType)99, _garbage)]).Encode()),
        AfterVersions("CERTS twice", Closed, async relay =>
        {
            await relay.SendAsync(CellCommand.Certs, relay.Certs.Encode());
            await relay.SendAsync(CellCommand.Certs, relay.Certs.Encode());
        }),
    ];

    private static IEnumerable<HostileRelayCase> Creation() =>
    [
        .. new byte[] { 0, 1, 5, 11, 255 }.Select(reason => Answer($"DESTROY {reason} for an answer", "waits", relay => SendLastAsync(relay, CellCommand.Destroy, [reason])) with { Ours = "CREATE_FAST", Why = Again }),
        Answer("CREATED_FAST of garbage", Destroyed, relay => relay.SendAsync(CellCommand.CreatedFast, _garbage, relay.CircuitId)),
        Answer("CREATED_FAST of zeros", Destroyed, relay => relay.SendAsync(CellCommand.CreatedFast, new byte[40], relay.CircuitId)),
        Answer("CREATED for an answer", Destroyed, relay => relay.SendAsync(CellCommand.Created, _garbage, relay.CircuitId)),
        Answer("CREATED2 of garbage for an answer", Destroyed, relay => relay.SendAsync(CellCommand.Created2, _garbage, relay.CircuitId)),
        Answer("CREATED2 that is empty for an answer", Destroyed, relay => relay.SendAsync(CellCommand.Created2, [0, 0], relay.CircuitId)),
        Answer("RELAY before CREATED_FAST", Destroyed, relay => relay.SendAsync(CellCommand.Relay, new byte[509], relay.CircuitId)),
        Answer("RELAY_EARLY before CREATED_FAST", Destroyed, relay => relay.SendAsync(CellCommand.RelayEarly, new byte[509], relay.CircuitId)),
        .. OfNoCircuit(Nothing, CellCommand.CreatedFast, CellCommand.Created2, CellCommand.Relay, CellCommand.Destroy),
        Answer("CREATE_FAST from the relay", "DESTROY 1", relay => relay.SendAsync(CellCommand.CreateFast, new byte[20], 5)),
        Answer("CREATE2 from the relay", "DESTROY 1", relay => relay.SendAsync(CellCommand.Create2, [0, 2, 0, 84, .. new byte[84]], 5)),
        Answer("CREATE_FAST from the relay with the client's id", Nothing, relay => relay.SendAsync(CellCommand.CreateFast, new byte[20], relay.CircuitId)),
        Answer("VERSIONS again", Nothing, relay => relay.SendAsync(CellCommand.Versions, [0, 4])),
        Answer("NETINFO again", Nothing, relay => relay.SendNetInfoAsync()),
        Answer("CERTS on an open link", Closed, relay => relay.SendAsync(CellCommand.Certs, relay.Certs.Encode())),
        Answer("AUTH_CHALLENGE on an open link", Closed, relay => relay.SendAsync(CellCommand.AuthChallenge, _challenge)),
        Answer("AUTHENTICATE on an open link", Closed, relay => relay.SendAsync(CellCommand.Authenticate, _garbage)),
        Answer("PADDING_NEGOTIATE from the relay", Nothing, relay => relay.SendAsync(CellCommand.PaddingNegotiate, [0, 2, 0, 0, 0, 0])),
        Answer("the unknown cell 77", Nothing, relay => relay.SendAsync((CellCommand)77, _garbage)),
        Answer("the unknown cell 200", Nothing, relay => relay.SendAsync((CellCommand)200, _garbage)),
        Answer("a variable cell of 65,535 bytes", Nothing, relay => relay.SendAsync(CellCommand.VPadding, new byte[65_535])) with { Ours = Closed, Why = "nothing that long is in use, and a stranger is not lent so much memory" },
    ];

    private static IEnumerable<HostileRelayCase> Circuit() =>
    [
        Say("a directory stream as it should be", Nothing, _ => Task.CompletedTask),
        Say("a relay cell that nobody recognises", Destroyed, relay => relay.SendAsync(CellCommand.Relay, [.. Enumerable.Repeat((byte)0xee, 509)], relay.CircuitId)),
        Say("a relay message longer than its cell", Destroyed, relay => relay.SendAsync(TooLong(499), CellCommand.Relay)),
        Say("a relay message of 65,535 bytes", Destroyed, relay => relay.SendAsync(TooLong(65_535), CellCommand.Relay)),
        Say("RELAY_EARLY from the relay", Destroyed, relay => relay.SendAsync(RelayCommand.Drop, 0, [], CellCommand.RelayEarly)),
        Strictly("an unknown relay command", Nothing, relay => relay.SendAsync((RelayCommand)99, 0, _garbage)),
        Strictly("relay command 0", Nothing, relay => relay.SendAsync(0, 0, _garbage)),
        Strictly("DROP", Nothing, relay => relay.SendAsync(RelayCommand.Drop, 0, _garbage)),
        .. FromRelay(Nothing, RelayCommand.Begin, RelayCommand.BeginDir, RelayCommand.Resolve, RelayCommand.Extend2, RelayCommand.Truncate),
        .. FromRelay(Destroyed, RelayCommand.Extended2, RelayCommand.Truncated),
        Say("SENDME that nobody waits for", Destroyed, relay => relay.SendAsync(RelayCommand.Sendme, 0, [])),
        Say("SENDME of version 1 with a wrong tag", Destroyed, relay => relay.SendAsync(RelayCommand.Sendme, 0, [1, 0, 20, .. new byte[20]])),
        Say("SENDME of an unknown version", Destroyed, relay => relay.SendAsync(RelayCommand.Sendme, 0, [9, 0, 20, .. new byte[20]])),
        Say("SENDME cut off", Destroyed, relay => relay.SendAsync(RelayCommand.Sendme, 0, [1, 0, 20, 1])),
        Say("DESTROY of an open circuit", "waits", relay => SendLastAsync(relay, CellCommand.Destroy, [1])) with { Ours = "CREATE_FAST", Why = Again },
        Say("CREATED_FAST on an open circuit", Destroyed, relay => relay.AnswerCreateAsync()),
    ];

    private static IEnumerable<HostileRelayCase> Stream() =>
    [
        .. OnStream("of an unknown stream", _ => 0x4444, RelayCommand.Connected, RelayCommand.Data, RelayCommand.End, RelayCommand.Sendme, RelayCommand.Resolved, RelayCommand.Xon, RelayCommand.Xoff),
        .. OnStream("of stream 0", _ => 0, RelayCommand.Connected, RelayCommand.Data, RelayCommand.End, RelayCommand.Resolved, RelayCommand.Xon, RelayCommand.Xoff),
        .. OnStream("before CONNECTED", relay => relay.StreamId, RelayCommand.Data, RelayCommand.Sendme, RelayCommand.Resolved, RelayCommand.Xon, RelayCommand.Xoff),
        Say("END 1 for an answer", "waits", relay => EndAsync(relay, [1])) with { Ours = Destroyed, Why = Leaves },
        Say("END without a reason", Destroyed, relay => EndAsync(relay, [])),
        Say("END twice", "waits", async relay =>
        {
            await EndAsync(relay, [1]);
            await EndAsync(relay, [1]);
        }) with { Ours = Destroyed, Why = Leaves },
        Connected("CONNECTED twice", Destroyed, relay => relay.SendAsync(RelayCommand.Connected, relay.StreamId, [])),
        Connected("CONNECTED, and then SENDME that nobody waits for", Destroyed, relay => relay.SendAsync(RelayCommand.Sendme, relay.StreamId, [])),
        Connected("CONNECTED, and then DATA that is empty", Nothing, relay => relay.SendAsync(RelayCommand.Data, relay.StreamId, [])),
        Connected("CONNECTED, and then RESOLVED", Destroyed, relay => relay.SendAsync(RelayCommand.Resolved, relay.StreamId, _garbage)),
        Connected("CONNECTED, and then XOFF without congestion control", Nothing, relay => relay.SendAsync(RelayCommand.Xoff, relay.StreamId, [0])),
        Connected("CONNECTED, and then an unknown relay command", Nothing, relay => relay.SendAsync((RelayCommand)99, relay.StreamId, _garbage)),
        Strictly("CONNECTED with an address cut off", "END 1", relay => relay.SendAsync(RelayCommand.Connected, relay.StreamId, [1, 2])),
    ];

    private static HostileRelayCase Link(string name, string stock, Func<HostileRelay, Task> play) => new(name, stock, HostileRelayStage.Link, play);

    private static HostileRelayCase Answer(string name, string stock, Func<HostileRelay, Task> play) => new(name, stock, HostileRelayStage.Creation, play);

    private static HostileRelayCase Say(string name, string stock, Func<HostileRelay, Task> play) => new(name, stock, HostileRelayStage.Stream, play);

    private static HostileRelayCase Strictly(string name, string stock, Func<HostileRelay, Task> play) => Say(name, stock, play) with
    {
        Ours = Destroyed,
        Why = stock == Destroyed ? "" : Strict,
    };

    private static HostileRelayCase Connected(string name, string stock, Func<HostileRelay, Task> play) => Strictly(name, stock, async relay =>
    {
        await relay.AnswerBeginAsync();
        await play(relay);
    });

    private static HostileRelayCase Versions(string what, string stock, params byte[] body) => Link($"VERSIONS {what}", stock, relay => relay.SendVersionsAsync(body));

    private static HostileRelayCase AfterVersions(string name, string stock, Func<HostileRelay, Task> next) => Link(name, stock, async relay =>
    {
        await relay.SendVersionsAsync([0, 3, 0, 4, 0, 5]);
        await next(relay);
    });

    private static HostileRelayCase Certs(string what, string stock, Func<HostileRelay, byte[]> certs) => Link($"CERTS {what}", stock, relay => relay.ShakeHandsAsync(certs(relay)));

    private static IEnumerable<HostileRelayCase> EachCert(string stock, params LinkCertificateType[] types) => types.SelectMany(type => (HostileRelayCase[])
    [
        Certs($"without type {(int)type}", type == LinkCertificateType.Ed25519Signing ? Nothing : stock, relay => new Certs([.. relay.Certs.Certificates.Where(each => each.Type != type)]).Encode()) with
        {
            Ours = stock,
            Why = type == LinkCertificateType.Ed25519Signing ? "stock falls back to the RSA identity alone; every relay has an Ed25519 one" : "",
        },
        Certs($"with type {(int)type} of somebody else", stock, relay => new Certs([.. relay.Certs.Certificates.Select(each => each.Type == type ? relay.CertsOfStranger.Find(type)! : each)]).Encode()),
        Certs($"with type {(int)type} altered", stock, relay => new Certs([.. relay.Certs.Certificates.Select(each => each.Type == type ? Damage(each) : each)]).Encode()),
    ]);

    private static IEnumerable<HostileRelayCase> AfterCerts(string name, CellCommand command, params (string What, string Stock, byte[] Body)[] bodies) => bodies.Select(each =>
        AfterVersions($"{name} {each.What}", each.Stock, async relay =>
        {
            await relay.SendAsync(CellCommand.Certs, relay.Certs.Encode());
            await relay.SendAsync(command, each.Body);
            if (command != CellCommand.NetInfo)
            {
                await relay.SendNetInfoAsync();
            }
        }));

    private static IEnumerable<HostileRelayCase> BeforeNetInfo(string stock, params CellCommand[] commands) => commands.Select(command =>
        AfterVersions($"{OpenLinkCases.NameOf(command)} before NETINFO", stock, async relay =>
        {
            await relay.SendAsync(CellCommand.Certs, relay.Certs.Encode());
            await relay.SendAsync(command, _garbage);
            await relay.SendNetInfoAsync();
        }));

    private static IEnumerable<HostileRelayCase> OfNoCircuit(string stock, params CellCommand[] commands) => commands.Select(command =>
        Answer($"{OpenLinkCases.NameOf(command)} of no circuit", stock, relay => relay.SendAsync(command, _garbage, relay.CircuitId ^ 1)));

    private static IEnumerable<HostileRelayCase> FromRelay(string stock, params RelayCommand[] commands) => commands.Select(command =>
        Strictly($"{RawPath.NameOf(command)} from the relay", stock, relay => relay.SendAsync(command, (ushort)(command is RelayCommand.Begin or RelayCommand.BeginDir or RelayCommand.Resolve ? 5 : 0), [.. "127.0.0.1:80\0"u8])));

    private static IEnumerable<HostileRelayCase> OnStream(string what, Func<HostileRelay, ushort> stream, params RelayCommand[] commands) => commands.Select(command =>
        Strictly($"{RawPath.NameOf(command)} {what} from the relay", Nothing, relay => relay.SendAsync(command, stream(relay), command is RelayCommand.Connected or RelayCommand.Sendme ? [] : [0, 0, 0, 1])));

    private static Task SendLastAsync(HostileRelay relay, CellCommand command, byte[] body)
    {
        relay.FallsSilent = true;
        return relay.SendAsync(command, body, relay.CircuitId);
    }

    private static Task EndAsync(HostileRelay relay, byte[] body)
    {
        relay.FallsSilent = true;
        return relay.SendAsync(RelayCommand.End, relay.StreamId, body);
    }

    private static LinkCertificate Damage(LinkCertificate certificate)
    {
        byte[] bytes = certificate.Bytes.ToArray();
        bytes[^1] ^= 1;
        return new LinkCertificate(certificate.Type, bytes);
    }

    /// <summary>A recognised DROP that says it is longer than it can be.</summary>
    private static byte[] TooLong(ushort length)
    {
        var payload = new byte[Cell.BodyLength];
        payload[0] = (byte)RelayCommand.Drop;
        payload[9] = (byte)(length >> 8);
        payload[10] = (byte)length;
        return payload;
    }
}
