using System.Buffers.Binary;
using System.Text;
using Tunic.Tor.Protocol.Control;
using Tunic.Tor.Protocol.Control.Replies;

namespace Tunic.Tor.Client.ControlPort;

/// <summary>The last word to somebody who does not speak the control protocol.</summary>
internal static class ForeignInput
{
    private const string HttpAnswer =
        "HTTP/1.0 501 Tor ControlPort is not an HTTP proxy\r\nContent-Type: text/html; charset=utf-8\r\n\r\n"
        + "<html><head><title>This is a control port</title></head><body><h1>This is a control port, not an HTTP proxy</h1>"
        + "<p>Your browser is set to use the control port of Tor as its proxy. Use the SOCKS port or the HTTP tunnel port instead.</p></body></html>\n";

    internal static byte[] Answer(ControlInput input) => input switch
    {
        ControlInput.Http => Encoding.ASCII.GetBytes(HttpAnswer),
        ControlInput.Binary => BinaryError("The v0 control protocol is not supported by Tor 0.1.2.17 and later; upgrade your controller."),
        _ => ControlReply.Of(500, "Line too long.").Encode(),
    };

    /// <summary>Length, type 0 for an error, code 1 for an internal one, text, NUL.</summary>
    private static byte[] BinaryError(string text)
    {
        byte[] answer = new byte[2 + 2 + 2 + text.Length + 1];
        BinaryPrimitives.WriteUInt16BigEndian(answer, (ushort)(answer.Length - 4));
        BinaryPrimitives.WriteUInt16BigEndian(answer.AsSpan(4), 1);
        Encoding.ASCII.GetBytes(text, answer.AsSpan(6));
        return answer;
    }
}
