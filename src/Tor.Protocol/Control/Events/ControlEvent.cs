using Tunic.Tor.Protocol.Control.Replies;

namespace Tunic.Tor.Protocol.Control.Events;

/// <summary>An event as controllers get it.</summary>
/// <param name="Kind">Who asked for such events gets it.</param>
/// <param name="Text">What is sent, status codes and line ends included.</param>
public sealed record ControlEvent(ControlEventKind Kind, string Text)
{
    /// <summary>An event of one line. Line ends inside become blanks.</summary>
    public static ControlEvent Line(ControlEventKind kind, string rest) =>
        new(kind, ControlReply.Of(650, $"{ControlEventNames.NameOf(kind)} {rest}").ToString());

    /// <summary>An event of some lines with a heading: CONF_CHANGED.</summary>
    public static ControlEvent Lines(ControlEventKind kind, IEnumerable<string> lines)
    {
        ControlReply reply = ControlReply.Of(650, ControlEventNames.NameOf(kind));
        foreach (string line in lines)
        {
            reply.Add(650, line);
        }

        return new ControlEvent(kind, reply.Add(650, "OK").ToString());
    }

    /// <summary>An event with lines of data: NS, NEWCONSENSUS, HS_DESC_CONTENT.</summary>
    /// <param name="kind">Which.</param>
    /// <param name="data">The lines.</param>
    /// <param name="rest">What follows the name in the first line.</param>
    public static ControlEvent Data(ControlEventKind kind, string data, string rest = "") => new(
        kind, $"650+{ControlEventNames.NameOf(kind)}{(rest.Length > 0 ? " " : "")}{rest}\r\n{ControlData.Encode(data)}650 OK\r\n");
}
