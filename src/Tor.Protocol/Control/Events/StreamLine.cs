using System.Globalization;
using Tunic.Tor.Protocol.Control.Arguments;

namespace Tunic.Tor.Protocol.Control.Events;

/// <summary>A stream as STREAM events and GETINFO stream-status show it (control-spec, "Stream status changed").</summary>
public sealed record StreamLine
{
    /// <summary>Its number, from 1.</summary>
    public required ulong Number { get; init; }

    /// <summary>NEW, NEWRESOLVE, SENTCONNECT, SENTRESOLVE, REMAP, SUCCEEDED, DETACHED, CONTROLLER_WAIT, FAILED, CLOSED.</summary>
    public required string Status { get; init; }

    /// <summary>The circuit's number, 0 for none.</summary>
    public required int Circuit { get; init; }

    /// <summary>Host and port.</summary>
    public required string Target { get; init; }

    /// <summary>REASON, SOURCE, SOURCE_ADDR and PURPOSE, in this order, as far as the event has them.</summary>
    public IReadOnlyList<string> Fields { get; init; } = [];

    /// <summary>What the application gave to keep its streams apart; empty for nothing.</summary>
    public string UserName { get; init; } = "";

    /// <inheritdoc cref="UserName"/>
    public string Password { get; init; } = "";

    /// <summary>SOCKS4, SOCKS5, HTTPCONNECT, DNS, UNKNOWN.</summary>
    public string ClientProtocol { get; init; } = "UNKNOWN";

    /// <summary>Rises with each NEWNYM.</summary>
    public int NymEpoch { get; init; }

    /// <summary>The port's session group; below zero for one of its own.</summary>
    public int SessionGroup { get; init; }

    /// <summary>What keeps the stream apart from others: CLIENTADDR, SESSION_GROUP ...</summary>
    public IReadOnlyList<string> IsolationFields { get; init; } = [];

    /// <summary>Number, status, circuit and target: the line of GETINFO stream-status.</summary>
    public string Short => string.Create(CultureInfo.InvariantCulture, $"{Number} {Status} {Circuit} {Target}");

    /// <summary>The line of an event, without status code and name.</summary>
    public override string ToString()
    {
        var fields = new List<string> { Short };
        fields.AddRange(Fields);
        AddQuoted(fields, "SOCKS_USERNAME", UserName);
        AddQuoted(fields, "SOCKS_PASSWORD", Password);
        fields.Add("CLIENT_PROTOCOL=" + ClientProtocol);
        fields.Add(string.Create(CultureInfo.InvariantCulture, $"NYM_EPOCH={NymEpoch}"));
        fields.Add(string.Create(CultureInfo.InvariantCulture, $"SESSION_GROUP={SessionGroup}"));
        fields.Add("ISO_FIELDS=" + string.Join(',', IsolationFields));
        return string.Join(' ', fields);
    }

    private static void AddQuoted(List<string> fields, string name, string value)
    {
        if (value.Length > 0)
        {
            fields.Add($"{name}={QuotedText.Quote(value)}");
        }
    }
}
