using System.Globalization;

namespace Tunic.Tor.Protocol.Control.Events;

/// <summary>A circuit as CIRC events and GETINFO circuit-status show it (control-spec, "Circuit status changed").</summary>
public sealed record CircuitLine
{
    /// <summary>Its number, from 1.</summary>
    public required int Number { get; init; }

    /// <summary>LAUNCHED, BUILT, GUARD_WAIT, EXTENDED, FAILED, CLOSED.</summary>
    public required string Status { get; init; }

    /// <summary>Relays so far, as "$FINGERPRINT~Nickname".</summary>
    public IReadOnlyList<string> Path { get; init; } = [];

    /// <summary>ONEHOP_TUNNEL, IS_INTERNAL, NEED_CAPACITY, NEED_UPTIME.</summary>
    public IReadOnlyList<string> BuildFlags { get; init; } = [];

    /// <summary>GENERAL, CONTROLLER, HS_CLIENT_REND ...</summary>
    public required string Purpose { get; init; }

    /// <summary>Fields of onion services, as "HS_STATE=..." and "REND_QUERY=...".</summary>
    public IReadOnlyList<string> OnionFields { get; init; } = [];

    /// <summary>When it was launched, UTC.</summary>
    public required DateTime Created { get; init; }

    /// <summary>Why it ended, as " REASON=..." with the words around it; empty while it lives.</summary>
    public string Reason { get; init; } = "";

    /// <summary>The line without status code.</summary>
    public override string ToString()
    {
        var fields = new List<string> { Number.ToString(CultureInfo.InvariantCulture), Status };
        if (Path.Count > 0)
        {
            fields.Add(string.Join(',', Path));
        }

        if (BuildFlags.Count > 0)
        {
            fields.Add("BUILD_FLAGS=" + string.Join(',', BuildFlags));
        }

        fields.Add("PURPOSE=" + Purpose);
        fields.AddRange(OnionFields);
        fields.Add("TIME_CREATED=" + ControlTime.WithMicroseconds(Created));
        return string.Join(' ', fields) + Reason;
    }
}
