using System.Text;

namespace Tunic.Tor.Protocol.Control.Replies;

/// <summary>Lines of data on a control connection (control-spec, "CmdData"): ended by a line with a dot, so that lines which begin with one get a second.</summary>
public static class ControlData
{
    /// <summary>Takes the added dots away and makes CR LF to LF.</summary>
    /// <param name="data">Lines as received, without the last one with the dot.</param>
    public static string Decode(string data)
    {
        var decoded = new StringBuilder(data.Length);
        for (int at = 0; at < data.Length;)
        {
            at += data[at] == '.' ? 1 : 0;
            int end = data.IndexOf('\n', at);
            if (end < 0)
            {
                decoded.Append(data, at, data.Length - at);
                break;
            }

            int length = end > at && data[end - 1] == '\r' ? end - at - 1 : end - at;
            decoded.Append(data, at, length).Append('\n');
            at = end + 1;
        }

        return decoded.ToString();
    }

    /// <summary>Makes LF to CR LF, adds dots, and the last line.</summary>
    public static string Encode(string data)
    {
        var encoded = new StringBuilder(data.Length + 8);
        bool atStart = true;
        char before = '\0';
        foreach (char c in data)
        {
            if (c == '\n' && before != '\r' && encoded.Length > 0)
            {
                encoded.Append('\r');
            }
            else if (c == '.' && atStart)
            {
                encoded.Append('.');
            }

            encoded.Append(c);
            atStart = c == '\n';
            before = c;
        }

        if (encoded.Length < 2 || encoded[^1] != '\n' || encoded[^2] != '\r')
        {
            encoded.Append("\r\n");
        }

        return encoded.Append(".\r\n").ToString();
    }
}
