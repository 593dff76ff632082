using System.Globalization;
using Tunic.Tor.Client.Circuits.Register;
using Tunic.Tor.Protocol.Control.Arguments;
using Tunic.Tor.Protocol.Paths;

namespace Tunic.Tor.Client.ControlPort.Commands;

/// <summary>EXTENDCIRCUIT: a new circuit along a path of our choice or the controller's, or more hops for one.</summary>
internal sealed class ExtendCircuitCommand(TorClient client) : QuickCommand(
    "EXTENDCIRCUIT", new ControlSyntax { MinArguments = 1, MaxArguments = 1, AcceptsKeywords = true, Keywords = KeywordRules.OmitValues })
{
    private protected override ControlCommandResult Run(ControlSession session, ControlArguments arguments)
    {
        string? path = ReadPath(arguments);
        string purpose = CircuitPurpose.General;
        if (arguments.Find("PURPOSE") is { } word)
        {
            if (CircuitArguments.ReadPurpose(word) is not { } known)
            {
                return ControlCommandResult.Of(552, $"Unknown purpose \"{word}\"");
            }

            purpose = known;
        }

        string number = arguments.Words[0];
        if (number == "0" && path is null)
        {
            return client.ControlledCircuits.Launch(purpose) is { } launched ? Extended(launched) : ControlCommandResult.Of(551, "Couldn't start circuit");
        }

        CircuitRecord? record = number == "0" ? null : client.FindCircuit(number);
        if (number != "0" && record is null)
        {
            return ControlCommandResult.Of(552, $"Unknown circuit \"{number}\"");
        }

        return path is null ? ControlCommandResult.Of(512, "syntax error: path required.") : Extend(record, path, purpose);
    }

    private ControlCommandResult Extend(CircuitRecord? record, string path, string purpose)
    {
        var hops = new List<Relay>();
        foreach (string name in path.Split(','))
        {
            if (RelayNames.Find(client.View, name) is not { } relay)
            {
                return ControlCommandResult.Of(552, $"No such router \"{name}\"");
            }

            if (relay.NtorOnionKey.IsEmpty)
            {
                return ControlCommandResult.Of(552, $"No descriptor for \"{name}\"");
            }

            hops.Add(relay);
        }

        if (record is null)
        {
            return hops.Count > PathRequest.MaxLength
                ? ControlCommandResult.Of(551, "Couldn't start circuit")
                : Extended(client.ControlledCircuits.Launch(purpose, hops));
        }

        if (record.Circuit is not { } circuit || record.Status != CircuitStatus.Built || record.Hops.Count + hops.Count > PathRequest.MaxLength)
        {
            return ControlCommandResult.Of(551, "Couldn't send onion skin");
        }

        client.ControlledCircuits.Extend(record, circuit, hops);
        return Extended(record);
    }

    /// <summary>A path may hold an equals sign, so that it looks like a keyword.</summary>
    private static string? ReadPath(ControlArguments arguments) => arguments.Keywords switch
    {
        [{ Value: "" } first, ..] => first.Key,
        [{ Key: ['$', ..] } first, ..] => $"{first.Key}={first.Value}",
        _ => null,
    };

    private static ControlCommandResult Extended(CircuitRecord record) =>
        ControlCommandResult.Of(250, string.Create(CultureInfo.InvariantCulture, $"EXTENDED {record.Number}"));
}
